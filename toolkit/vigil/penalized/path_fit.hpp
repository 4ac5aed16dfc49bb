// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// The nonzero coefficients and all unpenalized ones of each point, features ascending.
struct SparsePath {
  std::vector<Index> point_start = {0}; ///< one more than points
  std::vector<Index> feature;           ///< column of the training data
  std::vector<double> value;            ///< per raw unit

  [[nodiscard]] Index points() const noexcept { return size_of(point_start) - 1; }
  [[nodiscard]] std::span<const Index> features_at(Index point) const {
    return std::span(feature).subspan(at(point_start[at(point)]),
                                      at(point_start[at(point + 1)] - point_start[at(point)]));
  }
  [[nodiscard]] std::span<const double> values_at(Index point) const {
    return std::span(value).subspan(at(point_start[at(point)]),
                                    at(point_start[at(point + 1)] - point_start[at(point)]));
  }
};

/// A point that explains more of the deviance is saturated and the last one; one that violates more is not converged.
constexpr double most_deviance = 0.999, trusted_violation = 1e-7;
[[nodiscard]] constexpr FitStatus status_of(bool saturated, double violation) noexcept {
  return saturated                        ? FitStatus::saturated
         : violation <= trusted_violation ? FitStatus::converged
                                          : FitStatus::iteration_limit;
}

/// One regularisation path; one entry per solved point unless said otherwise.
struct PathFit {
  std::vector<double> lambda; ///< descending
  SparsePath coefficients;
  std::vector<double> intercept; ///< of raw columns; empty for a family without one
  std::vector<double> deviance_explained, objective, kkt_violation;
  std::vector<Index> nonzero, iterations;
  std::vector<FitStatus> status;
  double largest_lambda = 0.0;
  double null_value = 0.0, saturated_value = 0.0; ///< log partial likelihoods
  Index events = 0;
  bool undefined = false; ///< no events: no points
  bool ended = false;     ///< nothing is left to solve

  [[nodiscard]] Index points() const noexcept { return size_of(lambda); }
};

/// The first points of a path.
[[nodiscard]] PathFit truncated(const PathFit& path, Index points);

} // namespace vigil::penalized
