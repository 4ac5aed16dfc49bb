// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace vigil::test {

inline const std::vector<double> competing_horizons{0.2, 0.5, 1.0};

template <class Value>
[[nodiscard]] bool same_bytes(const std::vector<Value>& left, const std::vector<Value>& right) {
  return left.size() == right.size() &&
         (left.empty() || std::memcmp(left.data(), right.data(), left.size() * sizeof(Value)) == 0);
}

/// At competing_horizons and all event times. cause: 0, that of the forest.
[[nodiscard]] inline Prediction
predict_cause(SurvivalCase& drawn, const forest::SurvivalForest& forest, Index cause = 0) {
  const TrainingData data = drawn.data();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const PredictionRequest request{.horizons = competing_horizons, .curves = true};
  return cause == 0 ? forest.predict(data.covariates(), request, context)
                    : forest.predict_cause(cause, data.covariates(), request, context);
}

/// Column m0 drives the first cause alone, m1 the second one alone.
[[nodiscard]] inline SurvivalCase two_causes(std::uint64_t seed, Index subjects) {
  SurvivalCase drawn(RandomKey(seed), subjects, 6, 0);
  RandomStream draw(RandomKey(seed).child("times"));
  for (Index subject = 0; subject < subjects; ++subject) {
    const auto column = [&](Index number) {
      return static_cast<double>(drawn.marker_values[at(number * subjects + subject)]);
    };
    const double first = draw.exponential() * std::exp(-1.2 * column(0)),
                 second = draw.exponential() * std::exp(-1.2 * column(1)),
                 censored = 3.0 * draw.exponential();
    const double time = std::min({first, second, censored});
    drawn.survival.time[at(subject)] = 1e-6 + time;
    drawn.survival.event[at(subject)] = time < censored ? 1 : 0;
    drawn.cause.push_back(static_cast<std::uint8_t>(time == censored ? 0 : time == first ? 1 : 2));
  }
  return drawn;
}

} // namespace vigil::test
