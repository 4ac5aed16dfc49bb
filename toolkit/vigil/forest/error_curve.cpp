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

struct Jackknife {
  double se, bias;
};

/// Standard error and bias of a value by those without each of the groups in turn; NaN where one of these is.
Jackknife jackknife(double value, std::span<const double> without) {
  const auto groups = static_cast<double>(without.size());
  const double mean = std::accumulate(without.begin(), without.end(), 0.0) / groups;
  double squares = 0.0;
  for (const double each : without) {
    squares += (each - mean) * (each - mean);
  }
  return {.se = std::sqrt((groups - 1.0) / groups * squares),
          .bias = (groups - 1.0) * (mean - value)};
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
                       Index cause,
                       Index trees_per_half_sample)
    : outcome_(outcome), weights_(weights), subject_(subject), stratum_(stratum),
      cause_(static_cast<int>(cause)), together_(trees_per_half_sample) {
  if (has_times(outcome)) {
    censoring_.emplace(outcome, weights);
  }
}

ErrorPoint ErrorCurve::look(Index trees, const MortalityVotes& votes, Scheduler& scheduler) const {
  VIGIL_EXPECTS(votes.groups() == groups && votes.subjects() == size_of(subject_));
  std::vector<Value> values(at(groups + 1)); // the last one: without leaving any out
  scheduler.for_each(groups + 1, [&](Index number, Index) {
    values[at(number)] = value_without(votes, number < groups ? number : no_index);
  });
  std::vector<double> without, squares_without;
  for (Index group = 0; group < groups; ++group) {
    without.push_back(values[at(group)].accuracy);
    squares_without.push_back(values[at(group)].squared_error);
  }
  Value& whole = values.back();
  ErrorPoint point = ErrorPoint::undefined(trees, std::move(whole.undefined_because));
  (compares_pairs() ? point.concordance : point.r_squared) = whole.accuracy;
  point.squared_error = whole.squared_error;
  if (trees >= groups * together_) {
    const Jackknife found = jackknife(whole.accuracy, without);
    point.se = found.se;
    point.bias = found.bias;
    point.squared_error_se = jackknife(whole.squared_error, squares_without).se;
  }
  return point;
}

ErrorCurve::Value ErrorCurve::value_without(const MortalityVotes& votes, Index group) const {
  Value value;
  if (compares_pairs()) {
    value = concordance_without(votes, group);
  }
  if (!standard_.empty()) {
    take_squares(votes, group, value);
  }
  return value;
}

void ErrorCurve::take_squares(const MortalityVotes& votes, Index group, Value& value) const {
  ValueMean mean;
  double weight = 0.0, errors = 0.0, deviations = 0.0;
  for (Index row = 0; row < size_of(subject_); ++row) {
    if (votes.trees(row, group) > 0) {
      const double own = weights_[subject_[at(row)]];
      const double error = standard_[at(row)] - votes.mean(row, group);
      mean.add(standard_[at(row)], own);
      weight += own;
      errors += own * error * error;
    }
  }
  value.squared_error = scale_.real_square(errors / weight); // NaN without anybody
  if (compares_pairs()) {
    return;
  }
  for (Index row = 0; row < size_of(subject_); ++row) {
    if (votes.trees(row, group) > 0) {
      const double deviation = standard_[at(row)] - mean.mean();
      deviations += weights_[subject_[at(row)]] * deviation * deviation;
    }
  }
  if (deviations > 0.0) {
    value.accuracy = 1.0 - errors / deviations;
  } else {
    value.undefined_because =
        weight > 0.0 ? "the outcomes out of the bag are all the same" : "no subjects";
  }
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
                                      .censoring = *censoring_,
                                      .cause = cause_});
  return {estimate.value, std::move(estimate.undefined_because)};
}

} // namespace vigil::forest
