// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/working_set.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/penalized/penalty.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

constexpr double goal = 1e-10;         // KKT violation at which a solve ends
constexpr Index most_iterations = 100; // of Newton at one lambda
constexpr double good_contraction = 0.1;

} // namespace

WorkingSet::WorkingSet(const survival::CoxLikelihood& likelihood)
    : likelihood_(likelihood), eta_(at(likelihood.rows()), 0.0), point_(likelihood.evaluate(eta_)) {
}

void WorkingSet::add(Index column, double factor, std::span<const double> values) {
  VIGIL_EXPECTS(size_of(values) == likelihood_.rows());
  column_.push_back(column);
  factor_.push_back(factor);
  coefficient_.push_back(0.0);
  values_.insert(values_.end(), values.begin(), values.end());
  curvature_is_current_ = false;
}

void WorkingSet::retain(const std::vector<bool>& keep) {
  VIGIL_EXPECTS(size_of(keep) == size());
  const Index rows = likelihood_.rows();
  Index to = 0;
  for (Index from = 0; from < size(); ++from) {
    if (!keep[at(from)]) {
      VIGIL_EXPECTS(coefficient_[at(from)] == 0.0);
      continue;
    }
    if (to != from) {
      column_[at(to)] = column_[at(from)];
      factor_[at(to)] = factor_[at(from)];
      coefficient_[at(to)] = coefficient_[at(from)];
      std::copy_n(values_.begin() + from * rows, rows, values_.begin() + to * rows);
      curvature_is_current_ = false;
    }
    ++to;
  }
  if (to != size()) {
    curvature_is_current_ = false;
  }
  column_.resize(at(to));
  factor_.resize(at(to));
  coefficient_.resize(at(to));
  values_.resize(at(to * rows));
}

double
WorkingSet::penalty(std::span<const double> coefficient, double lambda, double l1_ratio) const {
  double result = 0.0;
  for (Index place = 0; place < size(); ++place) {
    const double b = coefficient[at(place)];
    result += factor_[at(place)] * (l1_ratio * std::fabs(b) + (1.0 - l1_ratio) / 2.0 * b * b);
  }
  return lambda * result;
}

double WorkingSet::objective(double lambda, double l1_ratio) const {
  return penalty(coefficient_, lambda, l1_ratio) - point_.value / likelihood_.total_weight();
}

void WorkingSet::refresh() {
  const Index rows = likelihood_.rows();
  gradient_.resize(at(size()));
  for (Index place = 0; place < size(); ++place) {
    const auto values = std::span<const double>(values_).subspan(at(place * rows), at(rows));
    gradient_[at(place)] = dot(values, point_.residual) / likelihood_.total_weight();
  }
}

void WorkingSet::build_curvature() {
  curvature_ = likelihood_.information(point_, values_);
  for (double& value : curvature_) {
    value /= likelihood_.total_weight();
  }
  curvature_is_current_ = true;
  factor_of_support_.factor.reset();
}

double WorkingSet::violation(double lambda, double l1_ratio, double largest_lambda) const {
  double result = 0.0;
  for (Index place = 0; place < size(); ++place) {
    result = std::max(result,
                      kkt_violation(gradient_[at(place)],
                                    coefficient_[at(place)],
                                    lambda * factor_[at(place)],
                                    l1_ratio,
                                    largest_lambda));
  }
  return result;
}

double WorkingSet::step(double lambda, double l1_ratio, double tolerance) {
  std::vector<double> l1, l2, next = coefficient_;
  for (const double factor : factor_) {
    l1.push_back(lambda * l1_ratio * factor);
    l2.push_back(lambda * (1.0 - l1_ratio) * factor);
  }
  minimise({.curvature = curvature_, .gradient = gradient_, .l1 = l1, .l2 = l2},
           tolerance,
           next,
           factor_of_support_);
  const Index rows = likelihood_.rows();
  std::vector<double> direction(at(rows), 0.0);
  double promised = penalty(next, lambda, l1_ratio) - penalty(coefficient_, lambda, l1_ratio);
  for (Index place = 0; place < size(); ++place) {
    const double change = next[at(place)] - coefficient_[at(place)];
    promised -= gradient_[at(place)] * change;
    if (change != 0.0) {
      for (Index row = 0; row < rows; ++row) {
        direction[at(row)] += change * values_[at(place * rows + row)];
      }
    }
  }
  const double before = objective(lambda, l1_ratio);
  const double noise = 1e-14 * (std::fabs(before) + 1.0);
  for (double length = 1.0; length > 1e-10; length /= 2.0) {
    std::vector<double> coefficient = coefficient_, eta = eta_;
    for (Index place = 0; place < size(); ++place) {
      double& value = coefficient[at(place)];
      value = length == 1.0 ? next[at(place)] : value + length * (next[at(place)] - value);
    }
    for (Index row = 0; row < rows; ++row) {
      eta[at(row)] += length * direction[at(row)];
    }
    survival::CoxPoint point = likelihood_.evaluate(eta);
    const double after =
        penalty(coefficient, lambda, l1_ratio) - point.value / likelihood_.total_weight();
    if (after <= before + 1e-4 * length * promised + noise) {
      coefficient_ = std::move(coefficient);
      eta_ = std::move(eta);
      point_ = std::move(point);
      return length;
    }
  }
  return 0.0;
}

WorkingSet::Solved WorkingSet::solve(double lambda, double l1_ratio, double largest_lambda) {
  refresh();
  Solved solved{.violation = violation(lambda, l1_ratio, largest_lambda), .iterations = 0};
  double threshold = largest_lambda; // smallest scale of a violation
  for (const double factor : factor_) {
    const double own = lambda * l1_ratio * factor;
    threshold = own > 0.0 ? std::min(threshold, own) : threshold;
  }
  int without_gain = 0;
  while (solved.violation > goal && solved.iterations < most_iterations && without_gain < 3) {
    const bool fresh = !curvature_is_current_;
    if (fresh) {
      build_curvature();
    }
    const double tolerance = threshold * std::max(1e-3 * solved.violation, 1e-12);
    const double length = step(lambda, l1_ratio, tolerance);
    ++solved.iterations;
    refresh();
    const double now = violation(lambda, l1_ratio, largest_lambda);
    if (!(now < good_contraction * solved.violation)) {
      curvature_is_current_ = false;
    }
    without_gain = now < solved.violation && length > 0.0 ? 0 : without_gain + (fresh ? 1 : 0);
    solved.violation = now;
  }
  return solved;
}

} // namespace vigil::penalized
