// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/measure_setting.hpp"

#include "vigil/base/text.hpp"

namespace vigil {

double standard_error_of(const measure::Estimate& estimate, const MeasuredTable& table) {
  return table.group.empty() ? measure::standard_error(estimate, table.weights)
                             : measure::standard_error(estimate, table.weights, table.group.level);
}

survival::CensoringWeights censoring_of(const MeasuredTable& table, const MeasureOptions& options) {
  if (table.censoring.columns > 0) {
    return {table.outcome, table.weights, table.censoring};
  }
  return {table.outcome,
          table.weights,
          options.censoring_by_centre ? std::span<const Index>(table.centre.level)
                                      : std::span<const Index>{}};
}

std::vector<double> horizons_of(const measure::Entry& entry, const MeasureOptions& options) {
  return entry.needs_horizon ? options.horizons : std::vector<double>{options.tau};
}

std::vector<double> thresholds_of(const measure::Entry& entry, const MeasureOptions& options) {
  return entry.needs_threshold ? options.thresholds : std::vector<double>{not_available};
}

measure::Evaluation evaluation_of(const MeasuredTable& table,
                                  const Prediction& prediction,
                                  const survival::CensoringWeights& censoring,
                                  const MeasureOptions& options,
                                  double horizon) {
  return {.prediction = prediction,
          .outcome = table.outcome,
          .weights = table.weights,
          .centre = options.pairs_within_centre ? std::span<const Index>(table.centre.level)
                                                : std::span<const Index>{},
          .censoring = censoring,
          .horizon = horizon,
          .threshold = not_available,
          .cause = 1,
          .null = nullptr,
          .own_risk = table.own_risk};
}

std::string
unsupported_because(const MeasuredTable& table, const MeasureOptions& options, double horizon) {
  const auto support = survival::horizon_support(
      table.outcome, table.weights, horizon, options.min_censoring_survival);
  if (support.supported) {
    return {};
  }
  return "horizon not supported: censoring survival " + fixed_text(support.censoring_survival, 3) +
         ", " + count_text(support.at_risk) + " at risk beyond; largest supported " +
         number_text(support.largest_supported);
}

} // namespace vigil
