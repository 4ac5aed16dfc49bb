// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/loss.hpp"

#include "vigil/base/error.hpp"
#include "vigil/penalized/cox_loss.hpp"
#include "vigil/penalized/gaussian_loss.hpp"
#include "vigil/penalized/logistic_loss.hpp"
#include "vigil/penalized/poisson_loss.hpp"

#include <variant>

namespace vigil::penalized {

void Curvature::transform_columns(MatrixView columns,
                                  Index first,
                                  GrowingMatrix& positive,
                                  GrowingMatrix& negative) const {
  for (Index place = first; place < columns.columns; ++place) {
    transform({columns.data + place * columns.stride, at(columns.rows)},
              positive.column(place),
              negative.column(place));
  }
}

std::unique_ptr<const Loss>
make_loss(const TrainingData& data, const CaseWeights& weights, survival::Ties ties) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&data.outcome)) {
    return std::make_unique<CoxLoss>(*survival, weights, data.stratum, data.offset, ties);
  }
  if (const auto* binary = std::get_if<BinaryOutcome>(&data.outcome)) {
    return make_logistic_loss(*binary, weights, data.offset);
  }
  if (const auto* count = std::get_if<CountOutcome>(&data.outcome)) {
    return make_poisson_loss(*count, weights, data.offset);
  }
  if (const auto* continuous = std::get_if<ContinuousOutcome>(&data.outcome)) {
    return make_gaussian_loss(*continuous, weights, data.offset);
  }
  throw ConfigError({.where = "penalized regression",
                     .found = "an outcome with competing causes",
                     .expected = "time and event (0 / 1), or one outcome column with its family",
                     .remedy = "name one event, for example by --event-is",
                     .problem = "the engine cannot use this outcome"});
}

} // namespace vigil::penalized
