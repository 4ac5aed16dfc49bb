// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/grow_tree.hpp"
#include "vigil/learn/learner.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

struct ForestOptions {
  Index trees = 1000;
  Index features_per_split = 0;   ///< 0: the root of the number of features, rounded up
  Index min_node = 15;            ///< no split of so many distinct subjects or fewer
  Index min_leaf = 5;             ///< distinct subjects on each side of a cut
  Index min_leaf_events = 3;      ///< of these with an event
  double sample_fraction = 0.632; ///< of the subjects for each tree, without replacement
  bool replace = false;           ///< bootstrap instead
  std::string split_rule = "guarded_log_rank";
  std::vector<double> horizons = {}; ///< of the out-of-bag risks
};

/// Throws ConfigError for an option that cannot be met with so many columns.
void check_forest(const ForestOptions& options, Index columns);

/// What the trees say of the subjects that they did not see. A subject that every tree has seen is NaN.
///
/// Such predictions are a little pessimistic about the order of subjects: a subject's own outcome is missing from the
/// trees that predict it, so that on pure noise its concordance is below 1/2 (docs/methods/survival_forest.md).
struct OutOfBag {
  std::vector<double> mortality; ///< by subject of the training data; NaN outside the fit
  std::vector<Index> trees;      ///< that did not see the subject
  RiskTable risk;
};

/// A random survival forest.
///
/// score  ensemble mortality: the mean over trees of the sum over the event times of the leaf's cumulative hazard
/// risk   1 - mean over trees of the leaf's Kaplan-Meier survival
///
/// Trees see ranks alone, so that a monotone change of a column changes no tree; a cut is stored as the value half way
/// between the training values around it. Sums over trees are whole numbers: the bytes do not depend on threads.
///
/// source  Ishwaran, Kogalur, Blackstone, Lauer 2008, Ann. Appl. Stat. 2:841; docs/methods/survival_forest.md;
///         checked by tests/unit/forest/survival_forest_test
class SurvivalForest {
public:
  [[nodiscard]] static SurvivalForest grow(const TrainingData& data,
                                           const FitItem& item,
                                           const ForestOptions& options,
                                           FitContext& context);

  /// No interval: a forest's own variability is not the uncertainty of a risk.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  [[nodiscard]] const OutOfBag& out_of_bag() const noexcept { return out_of_bag_; }
  [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_; }
  /// Distinct event times of the training data, ascending: what Tree::jump_time counts.
  [[nodiscard]] std::span<const double> event_times() const noexcept { return event_time_; }
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Why there is no forest.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
  void take_cut_values(const TrainingData& data,
                       const SurvivalRows& rows,
                       const RankColumns& ranks,
                       Scheduler& scheduler);

  FitStatus status_ = FitStatus::undefined;
  std::string reason_;
  std::vector<Tree> trees_;
  std::vector<double> event_time_;
  double last_time_ = 0.0;                     ///< of observation: risks later than it are NaN
  std::vector<std::string> names_;             ///< of the columns that some tree cuts
  std::vector<std::vector<double>> cut_value_; ///< by tree and node; values up to it go to the left
  std::vector<std::vector<std::uint32_t>> place_; ///< by tree and node: of the column in names_
  OutOfBag out_of_bag_;
};

} // namespace vigil::forest
