// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/penalized/concave_penalty.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <limits>
#include <span>
#include <vector>

namespace vigil::penalized {

/// What is minimised, b on the prepared scale (standardised when the preparation standardizes):
///
///   -(1/W) log L(b) + lambda sum_j v_j (l1_ratio |b_j| + (1 - l1_ratio) / 2 b_j^2),   W the total weight
///
/// With a concave kind the l1 part t_j |b_j|, t_j = lambda l1_ratio v_j, is P(|b_j|) of PenaltyShape instead.
///
/// factor  v, one per column of the training data, used as given; empty: 1 for penalized columns, 0 for the
///         others (FeatureInfo::penalized). 0 = unpenalized, infinity = left out.
/// lower, upper  limits of the coefficients per raw unit, one per column, lower <= 0 <= upper; empty: none
/// ties    of the Cox likelihood; Breslow by default, as in glmnet 4.1
/// group   of each column, no_index for none; empty: no groups. The l1 part of the penalty is then, with
///         m = within_group_share from 0 (group lasso) to below 1, w_g = sqrt(sum over g of v_j^2),
///           lambda l1_ratio {m sum_j v_j |b_j| + (1 - m) sum_g w_g ||b_g||_2} for the columns of groups and
///           lambda l1_ratio sum_j v_j |b_j| for the others (see GroupTerm)
struct PenaltyOptions {
  double l1_ratio = 1.0;
  std::vector<double> factor = {};
  std::vector<double> lower = {}, upper = {};
  survival::Ties ties = survival::Ties::breslow;
  PenaltyKind kind = PenaltyKind::elastic_net;
  double gamma = 0.0; ///< 0: the default of the kind
  std::vector<Index> group = {};
  double within_group_share = 0.0;

  [[nodiscard]] PenaltyShape shape() const noexcept {
    return {.kind = kind, .gamma = gamma == 0.0 ? default_gamma(kind) : gamma};
  }
};

/// Throws ConfigError for an l1_ratio outside [0, 1], factors that are negative, limits on the wrong side of 0, values
/// that are not numbers or not one per column, a gamma that its kind does not allow, a concave kind with l1_ratio 0, and
/// for groups as check_groups.
void check_penalty(const PenaltyOptions& options, const TrainingData& data);

/// v of each column under a preparation; -1 for a column that the preparation does not keep or whose factor is infinite.
[[nodiscard]] std::vector<double> penalty_factors(const PenaltyOptions& options,
                                                  const TrainingData& data,
                                                  const Preparation& preparation);

/// One column's part of the penalty; limits of the prepared coefficient. slope: share of the threshold that the l1 part
/// has where the coefficient is, P'(|b|) / t of a concave penalty.
struct ColumnPenalty {
  double factor = 1.0, slope = 1.0;
  double lower = -std::numeric_limits<double>::infinity(),
         upper = std::numeric_limits<double>::infinity();
};
[[nodiscard]] ColumnPenalty column_penalty(const PenaltyOptions& options,
                                           double factor,
                                           Index column,
                                           const Preparation::Column& rule);

/// How strong the penalty is at one point of a path. largest_lambda: scale of the violation of columns without l1 part.
struct Strength {
  double lambda = 0.0, l1_ratio = 1.0, largest_lambda = 1.0;
  PenaltyShape shape = {};
  [[nodiscard]] double l1(double factor) const noexcept { return lambda * l1_ratio * factor; }
  [[nodiscard]] double l2(double factor) const noexcept {
    return lambda * (1.0 - l1_ratio) * factor;
  }
};

/// Part of the KKT violation (cli.md) of one column with v > 0 and l1_ratio > 0, in units of its l1 threshold:
///   b = 0:  max(0, |g| / (lambda l1_ratio v) - 1)
///   else    |g - lambda v (1 - l1_ratio) b - lambda v l1_ratio slope sign(b)| / (lambda l1_ratio v)
/// without an l1 part: |g - lambda v (1 - l1_ratio) b| / largest lambda. At a limit only a gradient that points inwards
/// counts. g is the gradient of (1/W) log L. Infinity where g is not finite.
[[nodiscard]] double kkt_violation(double gradient,
                                   double coefficient,
                                   const ColumnPenalty& penalty,
                                   const Strength& strength);

} // namespace vigil::penalized
