// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/voting_forest.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

/// What a forest predicts for the subjects of a cohort with one feature set to each value of a grid.
struct FeatureDependence {
  std::string feature;
  std::vector<double> value;             ///< the grid, ascending; of a category numbers of levels
  std::vector<std::string> level = {};   ///< by value, of a category; else empty
  std::vector<Prediction> individual;    ///< by value: of every subject, all else as it is
  std::vector<double> score;             ///< by value: mean over the subjects
  std::vector<std::vector<double>> risk; ///< by horizon, by value: mean over the subjects
};

/// Partial dependence and individual conditional expectation of a forest's predictions.
///
///   individual curve i at v   prediction of x_i with feature j set to v
///   partial dependence at v   mean over the subjects of the individual curves
///
/// Predictions are equal in every byte to those of the forest on a cohort with that column replaced.
///
/// cost     once: a drop of every subject through every tree. Of a feature: the trees that cut it alone, and of these
///          the leaves that values of the feature can lead to, each once for any number of values; then subjects x
///          values x (1 + horizons)
/// memory   of a feature 8 bytes x subjects x values x (1 + horizons)
/// source   Friedman 2001, Ann. Statist. 29:1189; Goldstein, Kapelner, Bleich, Pitkin 2015, J. Comput. Graph. Stat. 24:44;
///          checked by tests/unit/forest/partial_dependence_test
class PartialDependence {
public:
  /// forest, covariates and context must stay.
  PartialDependence(const VotingForest& forest,
                    const Covariates& covariates,
                    std::span<const double> horizons,
                    FitContext& context);

  /// Of a column of the cohort as the forest sees it; one that no tree cuts changes nothing. Of a category at each of its
  /// levels in training, whatever `points`. Throws InputError where the cohort lacks it.
  [[nodiscard]] FeatureDependence on(const std::string& feature, Index points) const;

private:
  struct Block;
  /// The values of a column at which to look.
  void take_grid(FeatureDependence& result, Index column, Index points) const;
  void predict(Block& block, FeatureDependence& result) const;

  VotingForest forest_;
  const Covariates& covariates_;
  const ForestColumns all_columns_;
  FitContext& context_;
  std::vector<double> horizons_;
  VoteTimes times_;
  std::optional<CutColumns> columns_; ///< of a forest with trees
  std::vector<Votes> votes_;          ///< of all trees, by block of subjects
};

/// Values of a column at which to look: all distinct ones where they are at most `points`, else the quantiles
/// (weighted_quantile) at (g - 1/2) / points for g = 1 .. points, each once. Ascending; missing values do not count.
[[nodiscard]] std::vector<double> dependence_grid(std::span<const double> values, Index points);

/// Names of the features that most trees cut, at most so many; of equal ones in the order of the columns.
[[nodiscard]] std::vector<std::string> most_cut_features(const VotingForest& forest, Index most);

} // namespace vigil::forest
