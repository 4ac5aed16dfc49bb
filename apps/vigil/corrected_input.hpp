// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/cut_choice.hpp"
#include "vigil/validate/corrected_view.hpp"
#include "vigil/validate/cut_view.hpp"

#include "apps/vigil/verb.hpp"
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::app {

/// The columns of a cohort as a verb fits them in all of its subjects: as they are, or corrected for batches (--combat), with
/// the candidates of the columns that are cut (--choose-cut). Where parts of the subjects train, `training` makes theirs.
class CorrectedInput {
public:
  /// cohort must outlive this object. Refuses what check_combat and check_cuts refuse.
  CorrectedInput(const Cohort& cohort,
                 const Options& options,
                 const CutRule& cut,
                 const FitContext& context);

  [[nodiscard]] const Cohort& cohort() const noexcept { return cohort_; }
  [[nodiscard]] TrainingData data() const noexcept;
  /// Null: no batches are corrected, and all training sets see the same columns.
  [[nodiscard]] const TrainingColumns* training() const noexcept {
    return training_ ? &*training_ : nullptr;
  }
  [[nodiscard]] const std::optional<CombatOptions>& combat() const noexcept { return combat_; }
  /// As all subjects estimate it; null: none.
  [[nodiscard]] const Combat* estimated() const noexcept {
    return corrected_ != nullptr ? &corrected_->combat() : nullptr;
  }
  /// The cuts that all subjects choose; empty: none.
  [[nodiscard]] std::vector<FrozenCut> cuts() const;
  /// Says what was done. of_parts: how the parts of the subjects that train have theirs; empty: there are none.
  void say(const std::string& of_parts, Log& log) const;

private:
  const Cohort& cohort_;
  CutRule rule_;
  std::optional<CombatOptions> combat_;
  TrainingData all_;
  std::optional<CombatTraining> training_;
  std::unique_ptr<const CorrectedView> corrected_;
  std::optional<CutView> cut_;
};

/// "combat" of summary.json: its options; empty: no correction.
[[nodiscard]] std::string combat_json(const std::optional<CombatOptions>& combat);
/// "choose_cut" of summary.json: column, cut, p and why there is none, for each; empty: no cuts.
[[nodiscard]] std::string cuts_json(std::span<const FrozenCut> cuts);

/// Refuses what names columns by number, or feature by feature, beside --choose-cut, which makes others of them.
void check_beside_cuts(const Options& options, const CutRule& cut);

} // namespace vigil::app
