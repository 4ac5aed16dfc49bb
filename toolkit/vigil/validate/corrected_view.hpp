// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/training_columns.hpp"
#include "vigil/validate/columns.hpp"
#include "vigil/validate/cut_view.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace vigil {

/// What happens to the columns of a cohort before a learner sees them, as far as it depends on who trains.
struct ColumnCorrections {
  CombatOptions combat = {};
  CutRule cut = {};
  ColumnSelection columns = {};
};

/// The columns that a learner sees of one training set: corrected for its batches, with the candidates of its cuts.
class CorrectedView final : public OwnColumns {
public:
  /// training, within: as in TrainingColumns::fit_all. in_memory: of Combat::correct.
  CorrectedView(const TrainingData& full,
                const ColumnCorrections& corrections,
                const CaseWeights& training,
                const CaseWeights& within,
                const FitContext& context,
                bool in_memory);

  [[nodiscard]] TrainingData data() const noexcept override {
    return cut_ ? cut_->data() : view_->data();
  }
  [[nodiscard]] const Combat& combat() const noexcept { return *combat_; }
  /// Null: nothing is cut.
  [[nodiscard]] const CutView* cut() const noexcept { return cut_ ? &*cut_ : nullptr; }

private:
  std::vector<Index> batch_; ///< of the subjects in `within`
  std::optional<Combat> combat_;
  std::optional<CorrectedColumns> corrected_;
  std::optional<ColumnView> view_;
  std::optional<CutView> cut_;
};

/// ComBat anew in each training set, and candidate cuts of what is then seen. A batch that a training set does not know is
/// mapped (UnseenBatch::reference) by its subjects of `within` alone.
///
/// memory   markers that are in memory are corrected as a whole as long as memory_bytes holds all copies, those of other
///          training sets as they are read: the same values to the bit
/// checked by tests/unit/validate/combat_fits_test, tests/property/inner_combat_test
class CombatTraining final : public TrainingColumns {
public:
  CombatTraining(const TrainingData& full, ColumnCorrections corrections)
      : full_(full), corrections_(std::move(corrections)) {}

  /// Of a training set whose held-out rows are nobody's yet.
  [[nodiscard]] std::unique_ptr<const CorrectedView> fit(const CaseWeights& training,
                                                         const FitContext& context) const;
  [[nodiscard]] std::vector<std::unique_ptr<const OwnColumns>>
  fit_all(std::span<const CaseWeights> training,
          const CaseWeights& within,
          const FitContext& context) const override;

private:
  [[nodiscard]] bool holds(Index copies, const FitContext& context) const;

  TrainingData full_;
  ColumnCorrections corrections_;
};

} // namespace vigil
