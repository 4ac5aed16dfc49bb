// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/path_fitter.hpp"

#include <string>
#include <vector>

namespace vigil::penalized {

/// The relaxed fits of a path: at each of its points the unpenalized maximum of the likelihood over the columns that
/// the path has there (nonzero and unpenalized ones), within the limits of the penalty.
///
/// Where no such maximum exists, or is not unique, the point has a status, no coefficients and NaN, and is the last one.
struct RelaxedPath {
  std::vector<double> lambda;
  std::vector<Index> nonzero;    ///< of the path at that point
  SparsePath coefficients;       ///< per raw unit; the columns of the path's own point, or none
  std::vector<double> intercept; ///< of raw columns; empty for a family without one
  std::vector<double> deviance_explained; ///< NaN without a fit
  std::vector<FitStatus> status;
  std::string ended_because = {}; ///< why the last point has no fit; empty: it has

  [[nodiscard]] Index points() const noexcept { return size_of(lambda); }
  /// Points that have a fit.
  [[nodiscard]] Index fitted() const noexcept { return points() - (ended_because.empty() ? 0 : 1); }
};

/// Relaxes the first `points` points of a path, or all it has where these are fewer.
///
/// A point whose columns include those before goes on from the relaxed fit before; equal columns are not fitted again.
///
/// collinear   a column that the columns before it explain to 1e-11 of its curvature at the null model, and as many
///             columns as rows: status undefined
/// separation  the curvature along some column, given those before it, is below 1e-6 of that at the null model: the
///             likelihood rises without end; or Newton's method has not converged and linear predictors are more than
///             300 apart. Status saturated where the likelihood is within 0.1 % of its bound, else undefined
/// otherwise   not converged: status iteration_limit, no fit
/// saturated   a fit that explains more than 99.9 % of the deviance is the last one
/// cost        rows m^2 for each Newton step, twice more for each new set of m columns
/// source      Meinshausen 2007, Comput. Stat. Data Anal. 52:374; Hastie, Tibshirani, Tibshirani 2020, Stat. Sci. 35:579;
///             checked by tests/reference/glmnet_relaxed_test, tests/unit/penalized/relaxed_test,
///             tests/property/penalized_families_test
[[nodiscard]] RelaxedPath relaxed_path(const TrainingData& data,
                                       const PathFitter& fitter,
                                       const MarkerColumns& markers,
                                       Index points);

} // namespace vigil::penalized
