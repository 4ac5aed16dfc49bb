// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/frailty_likelihood.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"

#include <cmath>
#include <utility>

namespace vigil::survival {

namespace {

constexpr Index most_iterations = 60, most_halvings = 30;
constexpr double rounding = 1e-13; // of values that are compared

} // namespace

/// Coefficients, then log frailties, and the penalized likelihood at them.
struct FrailtyLikelihood::State {
  std::vector<double> parameters = {};
  CoxPoint point = {};
  double value = 0.0;
};

FrailtyLikelihood::FrailtyLikelihood(const CoxLikelihood& likelihood,
                                     std::vector<double> rows,
                                     const SharedFrailtyData& data)
    : likelihood_(likelihood), columns_(size_of(rows) / likelihood.rows()),
      clusters_(data.clusters), rows_(std::move(rows)), events_(at(data.clusters), 0) {
  rows_.resize(at((columns_ + clusters_) * likelihood.rows()), 0.0);
  for (Index row = 0; row < likelihood.rows(); ++row) {
    const Index subject = likelihood.subjects()[at(row)];
    const Index cluster = data.cluster[at(subject)];
    VIGIL_EXPECTS(cluster >= 0 && cluster < clusters_);
    cluster_.push_back(cluster);
    rows_[at((columns_ + cluster) * likelihood.rows() + row)] = 1.0;
    events_[at(cluster)] += data.outcome.event[at(subject)] != 0 ? 1 : 0;
  }
}

FrailtyLikelihood::State FrailtyLikelihood::evaluate(std::vector<double> parameters,
                                                     double nu) const {
  std::vector<double> eta(at(likelihood_.rows()), 0.0);
  for (Index column = 0; column < columns_; ++column) {
    for (Index row = 0; row < likelihood_.rows(); ++row) {
      eta[at(row)] += parameters[at(column)] * rows_[at(column * likelihood_.rows() + row)];
    }
  }
  for (Index row = 0; row < likelihood_.rows(); ++row) {
    eta[at(row)] += parameters[at(columns_ + cluster_[at(row)])];
  }
  State state;
  state.point = likelihood_.evaluate(eta);
  state.value = state.point.value;
  for (Index cluster = 0; cluster < clusters_; ++cluster) {
    const double w = parameters[at(columns_ + cluster)];
    state.value += nu * (w - std::expm1(w));
  }
  state.parameters = std::move(parameters);
  return state;
}

std::vector<double> FrailtyLikelihood::gradient(const State& state, double nu) const {
  std::vector<double> result(at(columns_ + clusters_), 0.0);
  const std::span<const double> rows(rows_);
  for (Index column = 0; column < columns_; ++column) {
    result[at(column)] = dot(rows.subspan(at(column * likelihood_.rows()), at(likelihood_.rows())),
                             state.point.residual);
  }
  for (Index row = 0; row < likelihood_.rows(); ++row) {
    result[at(columns_ + cluster_[at(row)])] += state.point.residual[at(row)];
  }
  for (Index place = columns_; place < columns_ + clusters_; ++place) {
    result[at(place)] -= nu * std::expm1(state.parameters[at(place)]);
  }
  return result;
}

std::vector<double> FrailtyLikelihood::information(const State& state, double nu) const {
  std::vector<double> result = likelihood_.information(state.point, rows_);
  const Index order = columns_ + clusters_;
  for (Index place = columns_; place < order; ++place) {
    result[at(place * (order + 1))] += nu * std::exp(state.parameters[at(place)]);
  }
  return result;
}

// To the maximum of the penalized likelihood, which is concave.
bool FrailtyLikelihood::climb(State& state, double nu) const {
  for (Index iteration = 0; iteration < most_iterations; ++iteration) {
    const std::vector<double> score = gradient(state, nu);
    std::vector<double> step = score;
    CholeskyFactor(information(state, nu), columns_ + clusters_, rounding).solve(step);
    const double decrement = dot(score, step);
    const double scale = std::fabs(state.value) + 1.0;
    bool moved = false;
    double length = 1.0;
    for (Index halvings = 0; halvings < most_halvings && !moved; ++halvings, length /= 2.0) {
      std::vector<double> trial = state.parameters;
      for (std::size_t place = 0; place < trial.size(); ++place) {
        trial[place] += length * step[place];
      }
      State next = evaluate(std::move(trial), nu);
      if (next.value >= state.value - rounding * scale) {
        state = std::move(next);
        moved = true;
      }
    }
    if (!moved || decrement <= 1e-20 * scale) {
      return decrement <= 1e-8 * scale;
    }
  }
  return false;
}

// With u = log variance: d nu / du = -nu; explicit derivatives by nu are A and A' for each cluster. The parameters follow with
// H d(b, w)/du = (0, nu (exp w - 1)).
void FrailtyLikelihood::describe(const State& state, double nu, FrailtyPoint& point) const {
  const Index order = columns_ + clusters_;
  double constant = 0.0, first = 0.0, second = 0.0;
  std::vector<double> pull(at(order), 0.0);
  for (Index cluster = 0; cluster < clusters_; ++cluster) {
    const double w = state.parameters[at(columns_ + cluster)];
    const auto events = static_cast<double>(events_[at(cluster)]);
    const double ratio = std::log1p(events / nu);
    constant += events - (nu + events) * ratio;
    first += w - std::expm1(w) - ratio;
    second += events / (nu * (nu + events));
    for (Index j = 0; j < events_[at(cluster)]; ++j) {
      const auto earlier = static_cast<double>(j);
      constant += std::log1p(earlier / nu);
      first += 1.0 / (nu + earlier);
      second -= 1.0 / ((nu + earlier) * (nu + earlier));
    }
    pull[at(columns_ + cluster)] = nu * std::expm1(w);
  }
  const CholeskyFactor factor(information(state, nu), order, rounding);
  std::vector<double> moved = pull;
  factor.solve(moved);
  point.log_likelihood = state.value + constant;
  point.slope = -nu * first;
  point.curvature = -(nu * first + nu * nu * second + dot(pull, moved));
  point.coefficient.assign(state.parameters.begin(), state.parameters.begin() + columns_);
  point.log_frailty.assign(state.parameters.begin() + columns_, state.parameters.end());
  point.drift.assign(moved.begin(), moved.begin() + columns_);
  const std::vector<double> inverse = factor.inverse();
  point.covariance.clear();
  for (Index column = 0; column < columns_; ++column) {
    const auto row = inverse.begin() + column * order;
    point.covariance.insert(point.covariance.end(), row, row + columns_);
  }
}

FrailtyPoint FrailtyLikelihood::at_variance(double variance, const FrailtyPoint& start) const {
  VIGIL_EXPECTS(variance > 0.0);
  const double nu = 1.0 / variance;
  std::vector<double> parameters(at(columns_ + clusters_), 0.0);
  std::copy(start.coefficient.begin(), start.coefficient.end(), parameters.begin());
  std::copy(start.log_frailty.begin(), start.log_frailty.end(), parameters.begin() + columns_);
  State state = evaluate(std::move(parameters), nu);
  FrailtyPoint point{.variance = variance, .converged = climb(state, nu)};
  describe(state, nu, point);
  return point;
}

} // namespace vigil::survival
