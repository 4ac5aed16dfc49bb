// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_causes.hpp"
#include "vigil/forest/forest_trees.hpp"
#include "vigil/forest/shard_votes.hpp"
#include "vigil/forest/votes.hpp"
#include "vigil/forest/voting_forest.hpp"
#include "vigil/learn/diagnostics.hpp"
#include "vigil/learn/learner.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

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
/// With competing risks both are those of the cause of interest: the sum over event times of any cause of its own cumulative
/// hazard, and its cumulative incidence (LeafVotes).
///
/// undefined  without events (of interest) or features
/// source     Ishwaran, Kogalur, Blackstone, Lauer 2008, Ann. Appl. Stat. 2:841; docs/methods/survival_forest.md;
///            checked by tests/unit/forest/survival_forest_test
class SurvivalForest {
public:
  static constexpr std::string_view kind = "survival-forest";
  [[nodiscard]] static SurvivalForest grow(const TrainingData& data,
                                           const FitItem& item,
                                           const ForestOptions& options,
                                           FitContext& context);

  /// No interval: a forest's own variability is not the uncertainty of a risk.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  /// Of another of competing causes, from 1.
  [[nodiscard]] Prediction predict_cause(Index cause,
                                         const Covariates& covariates,
                                         const PredictionRequest& request,
                                         FitContext& context) const;
  [[nodiscard]] const OutOfBag& out_of_bag() const noexcept { return out_of_bag_; }
  /// At error_schedule(); the last point is the forest's. Empty: not wanted, or no forest.
  [[nodiscard]] std::span<const ErrorPoint> error() const noexcept { return error_; }
  [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_.trees; }
  /// The number of each, a part of its address.
  [[nodiscard]] std::span<const Index> tree_numbers() const noexcept { return trees_.number; }
  [[nodiscard]] const std::string& split_rule() const noexcept { return trees_.split_rule; }
  [[nodiscard]] const GrownFrom& grown() const noexcept { return trees_.grown; }
  [[nodiscard]] const ForestCauses& causes() const noexcept { return causes_; }
  /// Kind after kind as the options name them, features or groups in their order.
  [[nodiscard]] std::span<const ImportanceRow> importance() const noexcept { return importance_; }
  /// Importance and error as learners tell them. None of a forest that was read from a record.
  [[nodiscard]] FitDiagnostics diagnostics() const;
  /// Distinct event times of the training data, ascending: what Tree::jump_time counts.
  [[nodiscard]] std::span<const double> event_times() const noexcept { return event_time_; }
  /// Of observation in training: risks later than it are NaN.
  [[nodiscard]] double last_time() const noexcept { return last_time_; }
  /// Columns of the training data (ForestColumns) that some tree cuts, ascending, their names, and the levels of categories.
  [[nodiscard]] std::span<const Index> cut_columns() const noexcept { return trees_.columns; }
  [[nodiscard]] std::span<const std::string> cut_names() const noexcept { return trees_.names; }
  [[nodiscard]] std::span<const std::vector<std::string>> cut_levels() const noexcept {
    return trees_.levels;
  }
  /// Their values in a cohort. Throws InputError where it lacks one.
  [[nodiscard]] CutColumns read_columns(const Covariates& covariates, Scheduler& scheduler) const {
    return trees_.read_columns(covariates, scheduler);
  }
  /// What all trees say of subjects that come one after another, of the cause of interest. passed: as of LeafVotes.
  [[nodiscard]] Votes votes_of(const CutColumns& columns,
                               std::span<const Index> passed,
                               Index first,
                               Index count) const {
    return VotingForest(*this).votes_of(columns, passed, first, count);
  }
  /// What its trees say of anybody, of the cause of interest.
  [[nodiscard]] operator VotingForest() const { // NOLINT(google-explicit-constructor): a view
    return of_cause(causes_.of_interest);
  }
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
  [[nodiscard]] VotingForest of_cause(Index cause) const {
    return {status_, trees_, event_time_, last_time_, {}, cause};
  }
  void add_trees(std::span<const Tree> some, Record& record) const;
  void take_votes(Votes votes,
                  const SurvivalRows& rows,
                  const CaseWeights& weights,
                  std::span<const double> times,
                  const ForestOptions& options);

  FitStatus status_ = FitStatus::undefined;
  std::string reason_;
  ForestTrees trees_;
  ForestCauses causes_;
  Index events_ = 0;
  std::vector<double> event_time_;
  double last_time_ = 0.0; ///< of observation: risks later than it are NaN
  std::vector<double> risk_time_, training_risk_95_;
  OutOfBag out_of_bag_;
  std::vector<ErrorPoint> error_;
  std::optional<ShardVotes> votes_; ///< of a forest that is to be merged
  std::vector<ImportanceKind> importance_kinds_;
  ImportanceOn importance_on_;
  std::vector<ImportanceRow> importance_;
};

static_assert(Model<SurvivalForest>);

} // namespace vigil::forest
