// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/curve_summary.hpp"

#include "vigil/survival/step_summary.hpp"

#include <cmath>
#include <limits>

namespace vigil {

namespace {

/// The first horizons of a table alone.
void keep_first(RiskTable& table, Index horizons) {
  const Index subjects = table.subjects();
  table.horizon.resize(at(horizons));
  table.value.resize(at(horizons * subjects));
}

} // namespace

CurvePrediction predict_curves(const AnyModel& model,
                               const Covariates& covariates,
                               const CurveRequest& request,
                               FitContext& context) {
  std::vector<double> horizons(request.horizons.begin(), request.horizons.end());
  horizons.insert(horizons.end(), request.restricted.begin(), request.restricted.end());
  const bool curves = !request.restricted.empty() || !request.quantiles.empty();
  CurvePrediction result{
      .prediction = model.predict(covariates, {.horizons = horizons, .curves = curves}, context),
      .restricted_mean = {},
      .time_quantile = {}};
  Prediction& prediction = result.prediction;
  const Index subjects = size_of(prediction.score), wanted = size_of(request.horizons);
  const std::vector<double> unknown(at(subjects), std::numeric_limits<double>::quiet_NaN());
  result.restricted_mean.assign(request.restricted.size(), unknown);
  result.time_quantile.assign(request.quantiles.size(), unknown);
  if (!curves) {
    return result;
  }
  VIGIL_EXPECTS(prediction.curves.has_value());
  const RiskTable& table = *prediction.curves;
  survival::StepFunction survival{
      .before = 1.0, .time = table.horizon, .value = std::vector<double>(table.horizon.size())};
  for (Index subject = 0; subject < subjects; ++subject) {
    for (Index time = 0; time < size_of(table.horizon); ++time) {
      survival.value[at(time)] = 1.0 - table.at_horizon(time)[at(subject)];
    }
    for (Index end = 0; end < size_of(request.restricted); ++end) {
      if (!std::isnan(prediction.risk.at_horizon(wanted + end)[at(subject)])) {
        result.restricted_mean[at(end)][at(subject)] =
            integral(survival, request.restricted[at(end)]);
      }
    }
    for (Index number = 0; number < size_of(request.quantiles); ++number) {
      result.time_quantile[at(number)][at(subject)] =
          first_time_at_most(survival, 1.0 - request.quantiles[at(number)]);
    }
  }
  prediction.curves.reset();
  keep_first(prediction.risk, wanted);
  for (auto* limits : {&prediction.lower, &prediction.upper}) {
    if (limits->has_value()) {
      keep_first(**limits, wanted);
    }
  }
  return result;
}

} // namespace vigil
