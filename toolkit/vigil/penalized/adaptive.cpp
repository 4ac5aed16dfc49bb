// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/adaptive.hpp"

#include "vigil/penalized/cross_validate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

namespace vigil::penalized {

namespace {

constexpr double smallest_share =
    1e-6; // of the largest pilot coefficient: factors stay within six decades

std::vector<double> own_factors(const PenaltyOptions& penalty, const TrainingData& data) {
  if (!penalty.factor.empty()) {
    return penalty.factor;
  }
  std::vector<double> factors;
  for (Index column = 0; column < data.columns(); ++column) {
    factors.push_back(data.covariates().info(column).penalized ? 1.0 : 0.0);
  }
  return factors;
}

Pilot pilot_of(const CrossValidation& cv,
               const FitItem& item,
               const PenaltyOptions& penalty,
               const TrainingData& data) {
  Pilot pilot;
  if (cv.undefined()) {
    pilot.undefined_because = cv.undefined_because;
    return pilot;
  }
  pilot.lambda = cv.path.lambda[at(cv.minimum)];
  const std::vector<double> factors = own_factors(penalty, data);
  const auto features = cv.path.coefficients.features_at(cv.minimum);
  const auto values = cv.path.coefficients.values_at(cv.minimum);
  for (std::size_t place = 0; place < features.size(); ++place) {
    if (factors[at(features[place])] > 0.0) {
      pilot.feature.push_back(features[place]);
      pilot.coefficient.push_back(values[place] * item.preparation.column(features[place]).scale);
    }
  }
  return pilot;
}

} // namespace

std::vector<Pilot> fit_pilots(const FitBatch& batch,
                              std::span<const PathRequest> requests,
                              Index folds,
                              const PreparationOptions& preparation,
                              FitContext& context) {
  const bool times = std::holds_alternative<SurvivalOutcome>(batch.data.outcome);
  const CvOptions options{.folds = folds,
                          .loss = times ? CvLoss::partial_likelihood : CvLoss::deviance,
                          .preparation = preparation};
  std::vector<FitItem> items;
  std::vector<PathRequest> own;
  for (std::size_t number = 0; number < requests.size(); ++number) {
    const FitItem& item = batch.items[number];
    items.push_back({item.weights, item.preparation, item.key.child("pilot")});
    own.push_back({requests[number].penalty, requests[number].grid});
    own.back().grid.values.clear();
  }
  const auto results = cross_validate({batch.data, items, batch.columns}, own, options, context);
  std::vector<Pilot> pilots;
  for (std::size_t number = 0; number < results.size(); ++number) {
    pilots.push_back(
        pilot_of(results[number], items[number], requests[number].penalty, batch.data));
  }
  return pilots;
}

std::vector<double>
adaptive_factors(const Pilot& pilot, const PenaltyOptions& penalty, const TrainingData& data) {
  std::vector<double> factors = own_factors(penalty, data);
  double largest = 0.0;
  for (const double value : pilot.coefficient) {
    largest = std::max(largest, std::fabs(value));
  }
  std::vector<double> divisor(factors.size(), 0.0);
  for (std::size_t place = 0; place < pilot.feature.size(); ++place) {
    divisor[at(pilot.feature[place])] =
        std::max(std::fabs(pilot.coefficient[place]), smallest_share * largest);
  }
  for (std::size_t column = 0; column < factors.size(); ++column) {
    if (factors[column] > 0.0) {
      factors[column] = divisor[column] > 0.0 ? factors[column] / divisor[column]
                                              : std::numeric_limits<double>::infinity();
    }
  }
  return factors;
}

} // namespace vigil::penalized
