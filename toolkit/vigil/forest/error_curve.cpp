// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/error_curve.hpp"

#include "vigil/measure/concordance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace vigil::forest {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Standard error and bias of a value by those without each of the groups in turn; NaN where one of these is.
void take_jackknife(std::span<const double> without, ErrorPoint& point) {
  const auto groups = static_cast<double>(without.size());
  const double mean = std::accumulate(without.begin(), without.end(), 0.0) / groups;
  double squares = 0.0;
  for (const double value : without) {
    squares += (value - mean) * (value - mean);
  }
  point.se = std::sqrt((groups - 1.0) / groups * squares);
  point.bias = (groups - 1.0) * (mean - point.concordance);
}

} // namespace

std::vector<Index> error_schedule(Index trees, Index each) {
  std::vector<Index> points;
  for (Index power = 10; power < trees; power *= 10) {
    for (const Index times : {1, 2, 5}) {
      const Index point = (times * power + each - 1) / each * each;
      if (point < trees && (points.empty() || points.back() < point)) {
        points.push_back(point);
      }
    }
  }
  points.push_back(trees);
  return points;
}

ErrorCurve::ErrorCurve(const Outcome& outcome,
                       const CaseWeights& weights,
                       std::span<const Index> subject,
                       std::span<const Index> stratum,
                       Index trees_per_half_sample)
    : outcome_(outcome), weights_(weights), subject_(subject), stratum_(stratum),
      together_(trees_per_half_sample), censoring_(outcome, weights) {}

ErrorPoint ErrorCurve::look(Index trees, const MortalityVotes& votes, Scheduler& scheduler) const {
  VIGIL_EXPECTS(votes.groups() == groups && votes.subjects() == size_of(subject_));
  std::vector<Value> values(at(groups + 1)); // the last one: without leaving any out
  scheduler.for_each(groups + 1, [&](Index number, Index) {
    values[at(number)] = concordance_without(votes, number < groups ? number : no_index);
  });
  std::vector<double> without;
  for (Index group = 0; group < groups; ++group) {
    without.push_back(values[at(group)].concordance);
  }
  ErrorPoint point{.trees = trees,
                   .concordance = values.back().concordance,
                   .se = not_a_number,
                   .bias = not_a_number,
                   .undefined_because = std::move(values.back().undefined_because)};
  if (trees >= groups * together_) {
    take_jackknife(without, point);
  }
  return point;
}

// Subjects without a vote are no part of it: some are seen by all of a few trees.
ErrorCurve::Value ErrorCurve::concordance_without(const MortalityVotes& votes, Index group) const {
  Prediction prediction;
  prediction.score.assign(at(weights_.subjects()), not_a_number);
  std::vector<std::uint32_t> times(at(weights_.subjects()), 0);
  for (Index row = 0; row < size_of(subject_); ++row) {
    const Index subject = subject_[at(row)];
    if (votes.trees(row, group) > 0) {
      prediction.score[at(subject)] = votes.mean(row, group);
      times[at(subject)] = weights_.times(subject);
    }
  }
  const CaseWeights voted = weights_.with_times(std::move(times));
  auto estimate = measure::harrell_c({.prediction = prediction,
                                      .outcome = outcome_,
                                      .weights = voted,
                                      .centre = stratum_,
                                      .censoring = censoring_});
  return {estimate.value, std::move(estimate.undefined_because)};
}

} // namespace vigil::forest
