// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/cut_choice.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/learn/record.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Name of the indicator that a column becomes: "ki67>14".
[[nodiscard]] std::string cut_name(const std::string& column, double cut);

/// A column that a model cuts in two: 1 above the cut. A choice without a rank: its training set could choose none, and the
/// model does not see the column.
struct FrozenCut {
  std::string column = {};
  double cut = std::numeric_limits<double>::quiet_NaN();
  CutChoice choice = {};

  [[nodiscard]] bool chosen() const noexcept { return cut == cut; }
};

/// The cuts of a model, chosen in its training set and applied to anybody.
class FrozenCuts {
public:
  /// training_column: of each column that the model was fitted on, its number among the columns before the cuts.
  explicit FrozenCuts(std::vector<FrozenCut> cuts, std::vector<Index> training_column = {})
      : cuts_(std::move(cuts)), training_column_(std::move(training_column)) {}

  [[nodiscard]] std::span<const FrozenCut> cuts() const noexcept { return cuts_; }
  /// The cohort's columns and one indicator more for each cut. Missing values stay missing. Throws InputError where a column
  /// is not there.
  [[nodiscard]] CorrectedColumns apply(const Covariates& covariates, Scheduler& scheduler) const;
  /// Selected columns by their numbers before the cuts.
  [[nodiscard]] std::vector<SelectedFeature> restored(std::vector<SelectedFeature> selected) const;
  /// How the model names a column.
  [[nodiscard]] std::string name_of(const std::string& column) const;
  /// The column of the cohort that a name of the model stands for.
  [[nodiscard]] std::string column_of(const std::string& name) const;

  /// Kind "cuts": docs/formats/model.md.
  [[nodiscard]] Record record() const;
  [[nodiscard]] static FrozenCuts from_record(const Record& record);

private:
  std::vector<FrozenCut> cuts_;
  std::vector<Index> training_column_;
};

/// What is done to columns before a model reads them, in this order.
struct Corrections {
  std::optional<Combat> combat = {};
  std::optional<FrozenCuts> cuts = {};

  /// Of a stored model.
  [[nodiscard]] static Corrections from_record(const Record& model);
  /// Calls use(covariates) with the columns as the model reads them.
  template <class Use>
  auto apply(const Covariates& covariates, Scheduler& scheduler, const Use& use) const
      -> decltype(use(covariates)) {
    if (combat) {
      const CorrectedColumns corrected = combat->correct(covariates, scheduler);
      return Corrections{.cuts = cuts}.apply(corrected.covariates(), scheduler, use);
    }
    if (cuts) {
      const CorrectedColumns cut = cuts->apply(covariates, scheduler);
      return use(cut.covariates());
    }
    return use(covariates);
  }
};

} // namespace vigil
