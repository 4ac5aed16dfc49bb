// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/quadratic.hpp"

#include "vigil/penalized/quadratic_call.hpp"

#include <algorithm>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr int most_rounds = 500, block_rounds = 20;

} // namespace

void QuadraticSolver::start(Call& call) {
  const std::span<const double> b = call.set.b;
  call.product.assign(b.size(), 0.0);
  if (const auto known = product_at(b); !known.empty()) {
    call.pull.assign(known.begin(), known.end());
  } else {
    call.pull.assign(b.size(), 0.0);
    multiply_symmetric(view(call.q.curvature), b, call.pull);
  }
  for (Index place = 0; place < call.set.order(); ++place) {
    call.pull[at(place)] += call.q.gradient[at(place)];
  }
}

std::span<const double> QuadraticSolver::product_at(std::span<const double> b) const {
  const bool known = std::equal(b.begin(), b.end(), last_b_.begin(), last_b_.end());
  return known ? std::span<const double>(last_product_) : std::span<const double>{};
}

void QuadraticSolver::take_product(std::span<const double> b, std::span<const double> product) {
  if (!product.empty()) {
    last_b_.assign(b.begin(), b.end());
    last_product_.assign(product.begin(), product.end());
  }
}

double QuadraticSolver::minimise(const Quadratic& quadratic,
                                 double tolerance,
                                 std::span<double> coefficient) {
  VIGIL_EXPECTS(quadratic.curvature.columns() == size_of(coefficient));
  Call call{.q = quadratic, .set = {quadratic.penalty, coefficient, tolerance}};
  start(call);
  for (int round = 0; round < most_rounds; ++round) {
    settle(call);
    if (!release(call, round >= block_rounds)) {
      break;
    }
  }
  last_b_.assign(coefficient.begin(), coefficient.end());
  last_product_ = std::move(call.product);
  return call.set.violation;
}

// The minimum for the free columns, some of which may stop at zero or at a limit on the way.
void QuadraticSolver::settle(Call& call) {
  call.at_minimum = false;
  for (int round = 0; round < most_rounds; ++round) {
    sync_factor(call);
    if (in_factor_.empty() || accept(call)) {
      return;
    }
    if (!call.set.drop_fresh(in_factor_, call.target)) {
      call.set.cut(in_factor_, call.target, [&](std::span<const double> step) {
        return factor_.quadratic_form(step);
      });
    }
  }
}

// Solves for fixed signs; moves there when no column changes its sign or leaves its limits.
bool QuadraticSolver::accept(Call& call) {
  ActiveSet& set = call.set;
  call.target.resize(in_factor_.size());
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    double value = call.pull[at(place)] - set.l1(place) * set.sign[at(place)];
    for (Index other = 0; set.has_limits() && other < set.order(); ++other) {
      if (!set.free(other) && set.b[at(other)] != 0.0) {
        value -= call.q.curvature(place, other) * set.b[at(other)];
      }
    }
    call.target[at(number)] = value;
  }
  factor_.solve(call.target);
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    if (!set.fits(in_factor_[at(number)], call.target[at(number)])) {
      return false;
    }
  }
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    set.b[at(in_factor_[at(number)])] = call.target[at(number)];
    set.fresh[at(in_factor_[at(number)])] = 0;
  }
  call.at_minimum = true;
  return true;
}

// Frees columns that want to move. False when there are none: b is the minimum.
bool QuadraticSolver::release(Call& call, bool one_only) {
  const bool few_others = 2 * size_of(in_factor_) > call.set.order();
  const bool trusted = unchecked_ < most_unchecked && call.at_minimum && few_others;
  if (trusted) {
    call.refresh_slope_at_minimum(in_factor_);
  } else {
    call.refresh_slope();
  }
  const auto [any, inaccurate] = call.set.release(one_only);
  if (!trusted) {
    unchecked_ = inaccurate <= call.set.tolerance ? 0 : most_unchecked;
  }
  if (!any && inaccurate > call.set.tolerance && !call.refactored) {
    call.refactored = true; // the factor has drifted by its updates
    forget();
    return true;
  }
  return any;
}

} // namespace vigil::penalized
