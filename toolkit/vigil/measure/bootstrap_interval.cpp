// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/bootstrap_interval.hpp"

#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::measure {

namespace {

/// The rows that are drawn together.
std::vector<std::vector<Index>> units_of(const CaseWeights& weights, std::span<const Index> group) {
  std::vector<std::vector<Index>> units;
  if (!group.empty()) {
    units.resize(at(*std::max_element(group.begin(), group.end()) + 1));
  }
  for (const Index subject : weights.support()) {
    if (group.empty()) {
      units.push_back({subject});
    } else {
      units[at(group[at(subject)])].push_back(subject);
    }
  }
  units.erase(
      std::remove_if(units.begin(), units.end(), [](const auto& unit) { return unit.empty(); }),
      units.end());
  return units;
}

CaseWeights drawn_weights(const CaseWeights& weights,
                          const std::vector<std::vector<Index>>& units,
                          const RandomKey& key) {
  std::vector<std::uint32_t> times(at(weights.subjects()), 0);
  RandomStream stream(key);
  for (Index draw = 0; draw < size_of(units); ++draw) {
    for (const Index subject : units[at(stream.index_below(size_of(units)))]) {
      times[at(subject)] += weights.times(subject);
    }
  }
  return weights.with_times(std::move(times));
}

} // namespace

BootstrapInterval bootstrap_interval(const Entry& measure,
                                     const Evaluation& evaluation,
                                     const BootstrapOptions& options,
                                     Scheduler& scheduler) {
  VIGIL_EXPECTS(options.draws > 0 && options.level > 0.0 && options.level < 1.0);
  const auto units = units_of(evaluation.weights, options.group);
  const RandomKey key = options.key.child("bootstrap");
  std::vector<double> value(at(options.draws), std::numeric_limits<double>::quiet_NaN());
  scheduler.for_each(options.draws, [&](Index draw, Index) {
    const CaseWeights weights = drawn_weights(evaluation.weights, units, key.child(draw));
    const survival::CensoringWeights censoring(evaluation.outcome, weights);
    Evaluation again{.prediction = evaluation.prediction,
                     .outcome = evaluation.outcome,
                     .weights = weights,
                     .centre = evaluation.centre,
                     .censoring = censoring,
                     .horizon = evaluation.horizon,
                     .threshold = evaluation.threshold,
                     .cause = evaluation.cause,
                     .null = evaluation.null,
                     .own_risk = evaluation.own_risk};
    value[at(draw)] = measure.evaluate(again).value;
  });
  BootstrapInterval result;
  value.erase(
      std::remove_if(value.begin(), value.end(), [](double one) { return std::isnan(one); }),
      value.end());
  result.undefined = options.draws - size_of(value);
  if (units.size() < 2 || 10 * result.undefined > options.draws || value.size() < 2) {
    return result;
  }
  const std::vector<double> ones(value.size(), 1.0);
  const std::array<double, 2> tails = {0.5 - 0.5 * options.level, 0.5 + 0.5 * options.level};
  const auto limits = weighted_quantiles(value, ones, tails);
  const double mean = sum(value) / static_cast<double>(value.size());
  double squares = 0.0;
  for (const double one : value) {
    squares += (one - mean) * (one - mean);
  }
  result.se = std::sqrt(squares / (static_cast<double>(value.size()) - 1.0));
  result.lower = limits[0];
  result.upper = limits[1];
  return result;
}

} // namespace vigil::measure
