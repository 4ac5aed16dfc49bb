// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"

#include <span>
#include <vector>

namespace vigil {

/// What is wanted of a model's survival curves.
struct CurveRequest {
  std::span<const double> horizons;
  std::span<const double> restricted; ///< ends of restricted means, > 0
  std::span<const double> quantiles;  ///< of the time to the event, between 0 and 1
};

struct CurvePrediction {
  Prediction prediction;                            ///< at the horizons; without curves
  std::vector<std::vector<double>> restricted_mean; ///< by end, by subject
  std::vector<std::vector<double>> time_quantile;   ///< by quantile, by subject
};

/// Predictions with restricted means and quantiles of the predicted survival S = 1 - risk, a step at each event time.
///
///   restricted mean to tau   integral_0^tau S(u) du; NaN where the model has no risk at tau
///   quantile q               first event time with S <= 1 - q; NaN where S does not come down so far
///
/// cost     O(subjects x event times), in time and in memory: 8 bytes each
/// source   Royston and Parmar 2013, BMC Med. Res. Methodol. 13:152; checked by tests/unit/study/curve_summary_test
[[nodiscard]] CurvePrediction predict_curves(const AnyModel& model,
                                             const Covariates& covariates,
                                             const CurveRequest& request,
                                             FitContext& context);

} // namespace vigil
