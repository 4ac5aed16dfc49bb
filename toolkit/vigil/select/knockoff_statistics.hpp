// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::select {

/// coefficient  |b_j| - |b of its knockoff| per standard deviation, at the lambda of the smallest cross-validated loss
/// entry        max(l, l') sign(l - l'), l and l' the lambdas where the feature and its knockoff enter the path; 0 where
///              both enter at one point of the grid. No cross-validation
enum class KnockoffStatistic { coefficient, entry };
[[nodiscard]] std::string_view name_of(KnockoffStatistic statistic) noexcept;
[[nodiscard]] std::optional<KnockoffStatistic>
parse_knockoff_statistic(std::string_view text) noexcept;

struct KnockoffStatisticOptions {
  KnockoffStatistic statistic = KnockoffStatistic::coefficient;
  Index folds = 5;
  survival::Ties ties = survival::Ties::breslow;
  std::string impute = "median"; ///< of the columns that are not penalized
};

/// What the lasso says of features and knockoffs that compete.
struct KnockoffCompetition {
  std::vector<double> statistic = {}; ///< W, one for each feature
  double lambda = 0.0;                ///< that was chosen; entry: NaN
  std::string undefined_because = {}; ///< not empty: all W are 0
};

/// W of features and knockoffs, from a Cox model with an l1 penalty on both and none on the clinical columns. Swapping a
/// feature with its knockoff changes the sign of its W and no other one (to the tolerance of the path).
///
/// data     its features: as many knockoffs behind as features before, of one unit of length; its clinical columns are not penalized
/// grid     60 lambdas down to 0.01 of the largest one; cross-validation may stop early (CvOptions)
/// folds    at key / "inner" / 1
/// source   Candes, Fan, Janson, Lv 2018, J. R. Statist. Soc. B 80:551; checked by
///          tests/unit/select/knockoff_statistics_test
[[nodiscard]] KnockoffCompetition knockoff_competition(const TrainingData& data,
                                                       const CaseWeights& within,
                                                       const KnockoffStatisticOptions& options,
                                                       const RandomKey& key,
                                                       FitContext& context);

} // namespace vigil::select
