// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/fine_gray.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/survival/fine_gray_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::survival {

namespace {

constexpr double collinear = 1e-9, monotone = 1e-6; // as fit_cox

using Rows = FineGrayRows;
using Point = FineGrayPoint;

Rows make_rows(const FollowUp& outcome, const CaseWeights& weights, Index cause) {
  Rows rows{.sets = risk_sets(outcome, weights),
            .place = {},
            .weight = {},
            .cause = {},
            .free_before = {},
            .events = {}};
  double free = 1.0;
  for (Index k = 0; k < rows.sets.times(); ++k) {
    rows.free_before.push_back(free);
    double events = 0.0;
    for (Index row = rows.sets.start[at(k)]; row < rows.sets.start[at(k + 1)]; ++row) {
      const Index subject = rows.sets.subject[at(row)];
      const auto own = static_cast<Index>(outcome.cause[at(subject)]);
      rows.place.push_back(k);
      rows.weight.push_back(weights[subject]);
      rows.cause.push_back(static_cast<std::uint8_t>(own == 0 ? 0 : own == cause ? 1 : 2));
      events += own == cause ? weights[subject] : 0.0;
    }
    rows.events.push_back(events);
    free *= 1.0 - rows.sets.censored[at(k)] / rows.sets.at_risk[at(k)];
  }
  return rows;
}

// Sums over those who failed of another cause before each time grow with time; over those still observed they shrink:
// two running sums of 1 + k + k (k + 1) / 2 numbers.
class RunningSums {
public:
  explicit RunningSums(Index order) : order_(order), sum_(at(1 + order + order * order), 0.0) {}
  void add(const Rows& rows, Index row, double amount) {
    sum_[0] += amount;
    for (Index a = 0; a < order_; ++a) {
      const double first = amount * rows.x(row, a);
      sum_[at(1 + a)] += first;
      for (Index b = 0; b <= a; ++b) {
        sum_[at(1 + order_ + a * order_ + b)] += first * rows.x(row, b);
      }
    }
  }
  [[nodiscard]] const std::vector<double>& sums() const { return sum_; }

private:
  Index order_;
  std::vector<double> sum_;
};

// Adds one time to the point: events of the cause with these sums over its risk set.
void add_time(const Rows& rows, Index k, std::span<const double> sums, Point& point) {
  const Index order = rows.order;
  point.at_risk[at(k)] = sums[0];
  for (Index a = 0; a < order; ++a) {
    point.mean[at(k * order + a)] = sums[at(1 + a)] / sums[0];
  }
  const double events = rows.events[at(k)];
  point.value -= events * std::log(sums[0]);
  for (Index a = 0; a < order; ++a) {
    const double mean = point.mean[at(k * order + a)];
    point.score[at(a)] -= events * mean;
    for (Index b = 0; b <= a; ++b) {
      point.information[at(a * order + b)] +=
          events *
          (sums[at(1 + order + a * order + b)] / sums[0] - mean * point.mean[at(k * order + b)]);
    }
  }
}

Point evaluate(const Rows& rows, std::span<const double> coefficient) {
  const Index order = rows.order, times = rows.sets.times();
  Point point{.value = 0.0,
              .relative = {},
              .at_risk = std::vector<double>(at(times), 0.0),
              .mean = std::vector<double>(at(times * order), 0.0),
              .score = std::vector<double>(at(order), 0.0),
              .information = std::vector<double>(at(order * order), 0.0)};
  for (Index row = 0; row < rows.size(); ++row) {
    double eta = 0.0;
    for (Index a = 0; a < order; ++a) {
      eta += coefficient[at(a)] * rows.x(row, a);
    }
    point.relative.push_back(rows.weight[at(row)] * std::exp(eta));
    if (rows.cause[at(row)] == 1) {
      point.value += rows.weight[at(row)] * eta;
      for (Index a = 0; a < order; ++a) {
        point.score[at(a)] += rows.weight[at(row)] * rows.x(row, a);
      }
    }
  }
  // From the last time down: who is still observed; kept by time, then the failed are added on the way up.
  std::vector<std::vector<double>> observed(at(times));
  RunningSums still(order);
  for (Index k = times - 1; k >= 0; --k) {
    for (Index row = rows.sets.start[at(k)]; row < rows.sets.start[at(k + 1)]; ++row) {
      still.add(rows, row, point.relative[at(row)]);
    }
    if (rows.events[at(k)] > 0.0) {
      observed[at(k)] = still.sums();
    }
  }
  RunningSums failed(order);
  for (Index k = 0; k < times; ++k) {
    if (rows.events[at(k)] > 0.0) {
      std::vector<double>& sums = observed[at(k)];
      for (std::size_t each = 0; each < sums.size(); ++each) {
        sums[each] += rows.free_before[at(k)] * failed.sums()[each];
      }
      add_time(rows, k, sums, point);
    }
    for (Index row = rows.sets.start[at(k)]; row < rows.sets.start[at(k + 1)]; ++row) {
      if (rows.cause[at(row)] == 2) {
        failed.add(rows, row, point.relative[at(row)] / rows.free_before[at(k)]);
      }
    }
  }
  for (Index a = 0; a < order; ++a) {
    for (Index b = 0; b < a; ++b) {
      point.information[at(b * order + a)] = point.information[at(a * order + b)];
    }
  }
  return point;
}

// Centres and scales the columns; returns the scales and means.
struct Scaling {
  std::vector<double> mean, scale;
};

Scaling take_columns(std::span<const double> columns, Index subjects, Rows& rows) {
  rows.order = subjects == 0 ? 0 : size_of(columns) / subjects;
  Scaling scaling;
  for (Index a = 0; a < rows.order; ++a) {
    std::vector<double> values;
    for (const Index subject : rows.sets.subject) {
      values.push_back(columns[at(a * subjects + subject)]);
    }
    const Moments moments = weighted_moments(values, rows.weight);
    const double scale = moments.variance > 0.0 ? std::sqrt(moments.variance) : 1.0;
    for (const double value : values) {
      rows.columns.push_back((value - moments.mean) / scale);
    }
    scaling.mean.push_back(moments.mean);
    scaling.scale.push_back(scale);
  }
  return scaling;
}

// Of the kept columns alone.
std::vector<double> kept_information(const Point& point, const CholeskyFactor& first, Index order) {
  std::vector<double> information = point.information;
  for (Index a = 0; a < order; ++a) {
    for (Index b = 0; b < order; ++b) {
      if (!first.keeps(a) || !first.keeps(b)) {
        information[at(a * order + b)] = 0.0;
      }
    }
  }
  return information;
}

// Newton's steps with halving; fills status, coefficient (scaled), dropped and likelihoods.
Point climb(const Rows& rows, FineGrayFit& fit) {
  const Index order = rows.order;
  fit.coefficient.assign(at(order), 0.0);
  Point point = evaluate(rows, fit.coefficient);
  fit.null_log_likelihood = point.value;
  const CholeskyFactor first(point.information, order, collinear);
  for (Index a = 0; a < order; ++a) {
    if (!first.keeps(a)) {
      fit.dropped.push_back(a);
    }
  }
  fit.status = CoxFitStatus::iteration_limit;
  for (int iteration = 0; iteration < 60; ++iteration) {
    const CholeskyFactor factor(kept_information(point, first, order), order, 1e-13);
    std::vector<double> score = point.score;
    for (Index a = 0; a < order; ++a) {
      score[at(a)] = first.keeps(a) ? score[at(a)] : 0.0;
      if (first.keeps(a) && factor.pivot(a) < monotone * first.pivot(a)) {
        fit.status = CoxFitStatus::saturated;
        fit.reason = "coefficients run away: the columns separate the events";
        return point;
      }
    }
    std::vector<double> step = score;
    factor.solve(step);
    bool moved = false;
    double length = 1.0;
    for (int halving = 0; halving < 30 && !moved; ++halving, length /= 2.0) {
      std::vector<double> trial = fit.coefficient;
      for (Index a = 0; a < order; ++a) {
        trial[at(a)] += length * step[at(a)];
      }
      Point next = evaluate(rows, trial);
      if (next.value >= point.value - 1e-13 * (std::fabs(point.value) + 1.0)) {
        fit.coefficient = std::move(trial);
        point = std::move(next);
        moved = true;
      }
    }
    if (!moved || dot(score, step) <= 1e-20 * (std::fabs(point.value) + 1.0)) {
      fit.status = CoxFitStatus::converged;
      return point;
    }
  }
  return point;
}

} // namespace

FineGrayFit fit_fine_gray(const Outcome& outcome,
                          const CaseWeights& weights,
                          Index cause,
                          std::span<const double> columns,
                          std::span<const Index> group) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(cause >= 1 && cause <= observed.causes);
  Rows rows = make_rows(observed, weights, cause);
  const Scaling scaling = take_columns(columns, observed.subjects(), rows);
  const Index order = rows.order;
  FineGrayFit fit;
  fit.coefficient.assign(at(order), std::numeric_limits<double>::quiet_NaN());
  fit.covariance.assign(at(order * order), std::numeric_limits<double>::quiet_NaN());
  fit.events = std::count(rows.cause.begin(), rows.cause.end(), std::uint8_t{1});
  const bool delayed = std::any_of(
      observed.entry.begin(), observed.entry.end(), [](double entry) { return entry > 0.0; });
  if (fit.events == 0 || delayed) {
    fit.reason = delayed ? "delayed entry: the weights are not defined" : "no events of the cause";
    return fit;
  }
  const Point point = climb(rows, fit);
  fit.log_likelihood = point.value;
  std::vector<double> information = point.information;
  for (const Index a : fit.dropped) {
    for (Index b = 0; b < order; ++b) {
      information[at(a * order + b)] = information[at(b * order + a)] = 0.0;
    }
  }
  const auto inverse = CholeskyFactor(information, order, 1e-13).inverse();
  fit.covariance = fine_gray_covariance(rows, point, weights, group, inverse);
  double shift = 0.0, hazard = 0.0;
  for (Index a = 0; a < order; ++a) {
    fit.coefficient[at(a)] /= scaling.scale[at(a)];
    shift += fit.coefficient[at(a)] * scaling.mean[at(a)];
    for (Index b = 0; b < order; ++b) {
      fit.covariance[at(a * order + b)] /= scaling.scale[at(a)] * scaling.scale[at(b)];
    }
  }
  for (Index k = 0; k < rows.sets.times(); ++k) {
    if (rows.events[at(k)] > 0.0) {
      hazard += rows.events[at(k)] / point.at_risk[at(k)] * std::exp(-shift);
      fit.baseline.time.push_back(rows.sets.time[at(k)]);
      fit.baseline.value.push_back(hazard);
    }
  }
  return fit;
}

} // namespace vigil::survival
