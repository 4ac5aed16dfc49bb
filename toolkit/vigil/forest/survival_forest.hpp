// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/cut_columns.hpp"
#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/importance.hpp"
#include "vigil/forest/shard_votes.hpp"
#include "vigil/forest/votes.hpp"
#include "vigil/learn/learner.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

struct ForestOptions {
  Index trees = 1000;           ///< with a target the most
  Index features_per_split = 0; ///< 0: the root of the number of features, rounded up
  Index min_node = 15;          ///< no split of so many distinct subjects or fewer
  Index min_leaf = 5;           ///< distinct subjects on each side of a cut
  Index min_leaf_events = 3;    ///< of these with an event
  double sample_fraction =
      0.632;            ///< of the subjects for each tree, without replacement; all but one at most
  bool replace = false; ///< bootstrap instead
  Index trees_per_half_sample =
      1; ///< above 1: so many trees after another see one half of the subjects alone, drawn for
         ///< them, and sample_fraction is of it (own_interval)
  std::string split_rule = "guarded_log_rank";
  std::vector<double> horizons = {}; ///< of the out-of-bag risks, ascending
  std::vector<ImportanceKind> importance = {};
  ImportanceOn importance_on = {};
  std::vector<FeatureGroup> groups = {}; ///< of grouped importance
  double alike = 0.2;        ///< Spearman correlation above which conditional importance conditions
  double target_error = 0.0; ///< above 0: grow until ErrorPoint::error() is at most this
  double target_ranking = 0.0; ///< above 0: and until ErrorPoint::ranking is at most this
  bool error_curve = false;    ///< wanted without a target too
  Index first_tree = 0;        ///< number of the first tree: other numbers are other trees
  bool keep_votes = false;     ///< for a merge with trees of other numbers
};

/// What decides the trees of a forest beside the data: forests that differ in it are no parts of one.
struct GrownFrom {
  Index subjects = 0, columns = 0, strata = 1; ///< of the fit
  Index features_per_split = 0, min_node = 0, min_leaf = 0, min_leaf_events = 0;
  double sample_fraction = 0.0;
  bool replace = false;
  Index trees_per_half_sample = 1;
  std::string key; ///< the address of all trees
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
/// In strata (TrainingData::stratum) cuts and concordances compare subjects of one stratum alone; curves of leaves are
/// those of all its rows, so that a prediction does not depend on the stratum.
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
  /// At error_schedule(); the last point is the forest's. Empty: not wanted, or no forest.
  [[nodiscard]] std::span<const ErrorPoint> error() const noexcept { return error_; }
  [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_; }
  /// The number of each, a part of its address.
  [[nodiscard]] std::span<const Index> tree_numbers() const noexcept { return number_; }
  [[nodiscard]] const GrownFrom& grown() const noexcept { return grown_; }
  /// Kind after kind as the options name them, features or groups in their order.
  [[nodiscard]] std::span<const ImportanceRow> importance() const noexcept { return importance_; }
  /// Distinct event times of the training data, ascending: what Tree::jump_time counts.
  [[nodiscard]] std::span<const double> event_times() const noexcept { return event_time_; }
  /// Of observation in training: risks later than it are NaN.
  [[nodiscard]] double last_time() const noexcept { return last_time_; }
  /// Columns of the training data that some tree cuts, ascending, and their names.
  [[nodiscard]] std::span<const Index> cut_columns() const noexcept { return columns_; }
  [[nodiscard]] std::span<const std::string> cut_names() const noexcept { return names_; }
  /// Their values in a cohort. Throws InputError where it lacks one.
  [[nodiscard]] CutColumns read_columns(const Covariates& covariates, Scheduler& scheduler) const;
  /// What all trees say of subjects that come one after another. passed: as of LeafVotes.
  [[nodiscard]] Votes votes_of(const CutColumns& columns,
                               std::span<const Index> passed,
                               Index first,
                               Index count) const;
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Why there is no forest.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// None: a forest has no coefficients.
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return {}; }
  /// Kind "survival-forest": docs/formats/model.md. Without what is known out of the bag, but for the sums of votes of a
  /// forest that keeps them.
  [[nodiscard]] Record record() const;
  /// The same in pieces, so that it need not be in memory at once: what is not of single trees, and the lists of some
  /// trees, which follow those of the trees before them.
  [[nodiscard]] Record record_without_trees() const;
  [[nodiscard]] Record tree_lists(Index first, Index count) const;
  [[nodiscard]] static SurvivalForest from_record(const Record& record);
  /// The forest of all trees of forests that differ in the numbers of their trees alone, as if grown at once: equal in
  /// every byte of the record. file: whose forest it is, for messages. Throws InputError where they differ in anything
  /// else, share trees, or lack their votes.
  ///
  /// checked by tests/unit/forest/merge_forests_test
  [[nodiscard]] static Record merge(std::span<const Record> records,
                                    std::span<const std::string> file);

private:
  struct Parts;
  static constexpr std::string_view kind = "survival-forest";
  void add_trees(std::span<const Tree> trees, Record& record) const;
  void take_votes(Votes votes,
                  const SurvivalRows& rows,
                  const CaseWeights& weights,
                  std::span<const double> times,
                  const ForestOptions& options);
  void take_columns(const TrainingData& data,
                    const CaseWeights& weights,
                    const SurvivalRows& rows,
                    const RankColumns& ranks,
                    Scheduler& scheduler);

  FitStatus status_ = FitStatus::undefined;
  std::string reason_, split_rule_;
  GrownFrom grown_;
  Index events_ = 0;
  std::vector<Tree> trees_;
  std::vector<Index> number_; ///< of each tree
  std::vector<double> event_time_;
  double last_time_ = 0.0;     ///< of observation: risks later than it are NaN
  std::vector<Index> columns_; ///< that some tree cuts, ascending
  std::vector<std::string> names_;
  std::vector<double> lower_, upper_; ///< training range
  std::vector<double> risk_time_, training_risk_95_;
  OutOfBag out_of_bag_;
  std::vector<ErrorPoint> error_;
  std::optional<ShardVotes> votes_; ///< of a forest that is to be merged
  std::vector<ImportanceRow> importance_;
};

static_assert(Model<SurvivalForest>);

} // namespace vigil::forest
