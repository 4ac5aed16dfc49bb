// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/importance.hpp"
#include "vigil/forest/votes.hpp"
#include "vigil/learn/learner.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

struct ForestOptions {
  Index trees = 1000;
  Index features_per_split = 0; ///< 0: the root of the number of features, rounded up
  Index min_node = 15;          ///< no split of so many distinct subjects or fewer
  Index min_leaf = 5;           ///< distinct subjects on each side of a cut
  Index min_leaf_events = 3;    ///< of these with an event
  double sample_fraction =
      0.632;            ///< of the subjects for each tree, without replacement; all but one at most
  bool replace = false; ///< bootstrap instead
  std::string split_rule = "guarded_log_rank";
  std::vector<double> horizons = {}; ///< of the out-of-bag risks, ascending
  std::vector<ImportanceKind> importance = {};
  ImportanceOn importance_on = {};
  std::vector<FeatureGroup> groups = {}; ///< of grouped importance
  double alike = 0.2; ///< Spearman correlation above which conditional importance conditions
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
/// score  ensemble mortality, the mean over trees (Votes)
/// risk   1 - mean over trees of the leaf's Kaplan-Meier survival; NaN later than the last time under observation
///
/// Trees see ranks alone, so that a monotone change of a column changes no tree; a cut is stored as the value half way
/// between the training values around it. Sums over trees are whole numbers: the bytes do not depend on threads.
///
/// undefined  without events or features
/// source     Ishwaran, Kogalur, Blackstone, Lauer 2008, Ann. Appl. Stat. 2:841; docs/methods/survival_forest.md;
///            checked by tests/unit/forest/survival_forest_test
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
  /// Kind after kind as the options name them, features or groups in their order.
  [[nodiscard]] std::span<const ImportanceRow> importance() const noexcept { return importance_; }
  /// Distinct event times of the training data, ascending: what Tree::jump_time counts.
  [[nodiscard]] std::span<const double> event_times() const noexcept { return event_time_; }
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Why there is no forest.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// None: a forest has no coefficients.
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return {}; }
  /// Kind "survival-forest". Entries: status, reason, split_rule, events, last_time, event_time; features, columns (of
  /// the training data), training_lower, training_upper ([0.5 %, 99.5 %] weighted quantiles) of those that some tree
  /// cuts; risk_time, training_risk_95 (of the out-of-bag risks); node by node: nodes (of each tree), feature (place in
  /// features, -1 for a leaf), cut, missing_left, child; leaf by leaf: jumps, and jump_time, jump. Without what is known
  /// out of the bag.
  [[nodiscard]] Record record() const;
  [[nodiscard]] static SurvivalForest from_record(const Record& record);

private:
  void take_votes(const Votes& votes,
                  const SurvivalRows& rows,
                  const CaseWeights& weights,
                  std::span<const double> times,
                  std::span<const double> horizons);
  void take_columns(const TrainingData& data,
                    const CaseWeights& weights,
                    const SurvivalRows& rows,
                    const RankColumns& ranks,
                    Scheduler& scheduler);

  FitStatus status_ = FitStatus::undefined;
  std::string reason_, split_rule_;
  Index events_ = 0;
  std::vector<Tree> trees_;
  std::vector<double> event_time_;
  double last_time_ = 0.0;     ///< of observation: risks later than it are NaN
  std::vector<Index> columns_; ///< that some tree cuts, ascending
  std::vector<std::string> names_;
  std::vector<double> lower_, upper_; ///< training range
  std::vector<double> risk_time_, training_risk_95_;
  OutOfBag out_of_bag_;
  std::vector<ImportanceRow> importance_;
};

static_assert(Model<SurvivalForest>);

} // namespace vigil::forest
