// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/point_baseline.hpp"

#include "vigil/learn/preparation.hpp"
#include "vigil/penalized/model_inputs.hpp"

#include <cmath>

namespace vigil::penalized {

double raw_baseline_factor(std::span<const double> coefficient, std::span<const double> shift) {
  double exponent = 0.0;
  for (std::size_t column = 0; column < coefficient.size(); ++column) {
    exponent -= coefficient[column] * shift[column];
  }
  return std::exp(exponent);
}

survival::CoxBaseline point_baseline(const TrainingData& data,
                                     const FitItem& item,
                                     const PathFit& path,
                                     Index point,
                                     survival::Ties ties,
                                     Scheduler& scheduler) {
  const auto features = path.coefficients.features_at(point);
  const auto coefficients = path.coefficients.values_at(point);
  const auto preparation = item.preparation.select(features);
  const auto prepared = prepared_columns(data.covariates(), features, preparation, scheduler);
  const survival::CoxLikelihood likelihood(
      survival_outcome(data.outcome, "path"), item.weights, data.stratum, data.offset, ties);
  std::vector<double> eta(at(likelihood.rows()), 0.0);
  std::vector<double> shift;
  for (Index column = 0; column < size_of(features); ++column) {
    const auto& rule = preparation.column(column);
    shift.push_back(rule.shift);
    for (Index row = 0; row < likelihood.rows(); ++row) {
      const Index subject = likelihood.subjects()[at(row)];
      eta[at(row)] +=
          coefficients[at(column)] * rule.scale * prepared[at(column * data.subjects() + subject)];
    }
  }
  auto baseline = likelihood.baseline(likelihood.evaluate(eta));
  const double factor = raw_baseline_factor(coefficients, shift);
  for (auto& hazard : baseline.cumulative_hazard) {
    for (double& value : hazard.value) {
      value *= factor;
    }
  }
  return baseline;
}

} // namespace vigil::penalized
