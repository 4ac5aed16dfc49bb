// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_trees.hpp"
#include "vigil/forest/value_rows.hpp"
#include "vigil/forest/voting_forest.hpp"
#include "vigil/learn/learner.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// What the trees say of the subjects that they did not see.
struct OutOfBagValues {
  std::vector<double>
      value; ///< by subject of the training data; NaN outside the fit, and where every tree has seen it
  std::vector<Index> trees; ///< that did not see the subject
};

/// A random forest of a continuous outcome, or of a binary one (0 and 1).
///
///   leaf   weighted mean of the outcome of its subjects: of a binary outcome the share of the ones
///   score  mean over trees of the leaves: the expected value, or the probability of a 1
///
/// Cuts are chosen by find_value_rule; in strata subjects are compared within these, and leaves are means of all their
/// subjects. Values are held as numbers from 0 to 1 (ValueScale) and votes as whole numbers of 2^-30 of that, so that no
/// byte depends on threads. Trees see ranks of the columns alone, as those of SurvivalForest.
///
/// Options that are not for such outcomes (events of a leaf, causes, horizons, votes to be kept) are left alone.
///
/// undefined  without features, and where all outcomes are the same
/// source     Breiman 2001, Mach. Learn. 45:5; Malley et al. 2012, Methods Inf. Med. 51:74 (probabilities);
///            docs/methods/regression_forest.md; checked by tests/unit/forest/regression_forest_test
class RegressionForest {
public:
  static constexpr std::string_view kind = "regression-forest";
  [[nodiscard]] static RegressionForest grow(const TrainingData& data,
                                             const FitItem& item,
                                             const ForestOptions& options,
                                             FitContext& context);

  /// Scores; a risk by a horizon is NaN.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  [[nodiscard]] bool binary() const noexcept { return binary_; }
  [[nodiscard]] const OutOfBagValues& out_of_bag() const noexcept { return out_of_bag_; }
  /// At error_schedule(); the last point is the forest's. Empty: not wanted, or no forest.
  [[nodiscard]] std::span<const ErrorPoint> error() const noexcept { return error_; }
  [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_.trees; }
  [[nodiscard]] const GrownFrom& grown() const noexcept { return trees_.grown; }
  [[nodiscard]] const std::string& split_rule() const noexcept { return trees_.split_rule; }
  [[nodiscard]] const ValueScale& scale() const noexcept { return scale_; }
  /// Kind after kind as the options name them, features or groups in their order.
  [[nodiscard]] std::span<const ImportanceRow> importance() const noexcept { return importance_; }
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Why there is no forest.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// None: a forest has no coefficients.
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return {}; }
  /// What its trees say of anybody.
  [[nodiscard]] operator VotingForest() const { // NOLINT(google-explicit-constructor): a view
    return {status_, trees_, {}, 0.0, scale_};
  }
  /// Kind "regression-forest": docs/formats/model.md. Without what is known out of the bag.
  [[nodiscard]] Record record() const;
  /// In pieces, as those of SurvivalForest.
  [[nodiscard]] Record record_without_trees() const;
  [[nodiscard]] Record tree_lists(Index first, Index count) const;
  [[nodiscard]] static RegressionForest from_record(const Record& record);
  /// As SurvivalForest::merge.
  [[nodiscard]] static Record merge(std::span<const Record> records,
                                    std::span<const std::string> file);

private:
  void add_trees(std::span<const Tree> some, Record& record) const;
  void take_votes(const MortalityVotes& votes, const SurvivalRows& rows);

  FitStatus status_ = FitStatus::undefined;
  std::string reason_;
  bool binary_ = false;
  ValueScale scale_;
  ForestTrees trees_;
  OutOfBagValues out_of_bag_;
  std::vector<ErrorPoint> error_;
  std::vector<ImportanceRow> importance_;
};

static_assert(Model<RegressionForest>);

/// What importance of such a forest is judged by. Throws ConfigError for what is not for its outcome.
[[nodiscard]] ImportanceOn importance_on(const ImportanceOn& asked, bool binary);

} // namespace vigil::forest
