// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/quadratic.hpp"

#include "vigil/penalized/quadratic_call.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most_rounds = 500, block_rounds = 20;

} // namespace

void QuadraticSolver::start(Call& call) {
  const std::size_t order = call.b.size();
  call.side.assign(order, Side::zero);
  call.sign.assign(order, 0.0);
  call.fresh.assign(order, 0);
  call.refused.assign(order, 0);
  call.slope.assign(order, 0.0);
  call.product.assign(order, 0.0);
  if (std::equal(call.b.begin(), call.b.end(), last_b_.begin(), last_b_.end())) {
    call.pull = last_product_;
  } else {
    call.pull.assign(order, 0.0);
    multiply_symmetric(view(call.q.curvature), call.b, call.pull);
  }
  for (Index place = 0; place < call.order(); ++place) {
    call.pull[at(place)] += call.q.gradient[at(place)];
    const double value = call.b[at(place)];
    const bool inside = value > call.lower(place) && value < call.upper(place);
    if (inside && (value != 0.0 || call.q.l1[at(place)] == 0.0)) {
      call.make_free(place, sign_of(value));
      call.fresh[at(place)] = 0;
    } else {
      call.stop(place);
    }
  }
}

double QuadraticSolver::minimise(const Quadratic& quadratic,
                                 double tolerance,
                                 std::span<double> coefficient) {
  VIGIL_EXPECTS(quadratic.curvature.columns() == size_of(coefficient));
  Call call{.q = quadratic, .b = coefficient, .tolerance = tolerance};
  start(call);
  for (int round = 0; round < most_rounds; ++round) {
    settle(call);
    if (!release(call, round >= block_rounds)) {
      break;
    }
  }
  last_b_.assign(call.b.begin(), call.b.end());
  last_product_ = std::move(call.product);
  return call.violation;
}

// The minimum for the free columns, some of which may stop at zero or at a limit on the way.
void QuadraticSolver::settle(Call& call) {
  for (int round = 0; round < most_rounds; ++round) {
    sync_factor(call);
    if (in_factor_.empty() || accept(call)) {
      return;
    }
    bool dropped =
        false; // new columns that turn the wrong way when all free ones are solved together
    for (Index number = 0; number < size_of(in_factor_); ++number) {
      const Index place = in_factor_[at(number)];
      const double sign = call.sign[at(place)];
      if (call.fresh[at(place)] != 0 && sign != 0.0 && call.target[at(number)] * sign <= 0.0) {
        call.stop(place);
        dropped = true;
      }
    }
    if (!dropped) {
      cut(call);
    }
  }
}

// Solves for fixed signs; moves there when no column changes its sign or leaves its limits.
bool QuadraticSolver::accept(Call& call) {
  call.target.resize(in_factor_.size());
  const bool limits = call.has_limits();
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    double value = call.pull[at(place)] - call.q.l1[at(place)] * call.sign[at(place)];
    for (Index other = 0; limits && other < call.order(); ++other) {
      if (!call.free(other) && call.b[at(other)] != 0.0) {
        value -= call.q.curvature(place, other) * call.b[at(other)];
      }
    }
    call.target[at(number)] = value;
  }
  factor_.solve(call.target);
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    const double target = call.target[at(number)], sign = call.sign[at(place)];
    if ((sign != 0.0 && target * sign <= 0.0) || target < call.lower(place) ||
        target > call.upper(place)) {
      return false;
    }
  }
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    call.b[at(in_factor_[at(number)])] = call.target[at(number)];
    call.fresh[at(in_factor_[at(number)])] = 0;
  }
  return true;
}

// Goes from b towards the target to where the piecewise quadratic is least, at most to the first limit.
void QuadraticSolver::cut(Call& call) {
  struct Kink {
    double where;
    Index place;
    double rise; ///< of the slope; infinite at a limit
  };
  std::vector<Kink> kinks;
  std::vector<double> step(in_factor_.size());
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    const double from = call.b[at(place)], to = call.target[at(number)];
    const double change = step[at(number)] = to - from;
    if (from != 0.0 && call.sign[at(place)] != 0.0 && to * call.sign[at(place)] <= 0.0) {
      kinks.push_back({from / (from - to), place, 2.0 * call.q.l1[at(place)] * std::fabs(change)});
    }
    const double limit = change > 0.0 ? call.upper(place) : call.lower(place);
    if ((change > 0.0 && to > limit) || (change < 0.0 && to < limit)) {
      kinks.push_back({(limit - from) / change, place, infinity});
    }
  }
  std::sort(kinks.begin(), kinks.end(), [](const Kink& left, const Kink& right) {
    return std::pair(left.where, left.place) < std::pair(right.where, right.place);
  });
  const double bend = factor_.quadratic_form(step);
  double slope = -bend, length = 1.0;
  const Kink* stopped = nullptr;
  for (const Kink& kink : kinks) {
    if (slope + bend * kink.where >= 0.0) {
      break;
    }
    slope += kink.rise;
    if (slope + bend * kink.where >= 0.0) {
      stopped = &kink;
      break;
    }
  }
  if (stopped != nullptr) {
    length = stopped->where;
  } else if (bend > 0.0) {
    length = std::min(1.0, -slope / bend);
  }
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    double& value = call.b[at(place)];
    const double before = value;
    value += length * step[at(number)];
    if (stopped != nullptr && stopped->place == place) {
      value = std::isfinite(stopped->rise) ? 0.0
              : step[at(number)] > 0.0     ? call.upper(place)
                                           : call.lower(place);
      call.stop(place);
    } else if (call.sign[at(place)] != 0.0) {
      if (std::fabs(value) <= 1e-14 * std::fabs(before)) {
        value = 0.0;
        call.stop(place);
      } else {
        call.sign[at(place)] = sign_of(value);
      }
    }
    call.fresh[at(place)] = value == 0.0 ? call.fresh[at(place)] : 0;
  }
}

// Frees columns that want to move. False when there are none: b is the minimum.
bool QuadraticSolver::release(Call& call, bool one_only) {
  call.refresh_slope();
  call.violation = 0.0;
  std::vector<std::pair<Index, double>> joining; // place, direction
  double strongest = 0.0, inaccurate = 0.0;
  for (Index place = 0; place < call.order(); ++place) {
    if (call.free(place)) {
      const double rest = call.slope[at(place)] - call.q.l2[at(place)] * call.b[at(place)] -
                          call.q.l1[at(place)] * call.sign[at(place)];
      inaccurate = std::max(inaccurate, std::fabs(rest));
      continue;
    }
    const auto [gain, direction] = call.wish(place);
    call.violation = std::max(call.violation, gain);
    if (gain > call.tolerance && call.refused[at(place)] == 0) {
      if (!one_only) {
        joining.push_back({place, direction});
      } else if (gain > strongest) {
        joining.assign(1, {place, direction});
      }
      strongest = std::max(strongest, gain);
    }
  }
  call.violation = std::max(call.violation, inaccurate);
  for (const auto& [place, direction] : joining) {
    call.make_free(place, direction);
  }
  if (joining.empty() && inaccurate > call.tolerance && !call.refactored) {
    call.refactored = true; // the factor has drifted by its updates
    forget();
    return true;
  }
  return !joining.empty();
}

} // namespace vigil::penalized
