// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most_rounds = 500, block_rounds = 20;

double sign_of(double value) {
  return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0;
}

} // namespace

struct QuadraticSolver::Call {
  const Quadratic& q;
  std::span<double> b;
  double tolerance;
  std::vector<Side> side = {};
  std::vector<double> sign = {}; ///< of free columns; 0 without an l1 part
  std::vector<char> fresh = {}, refused = {};
  std::vector<double> pull = {};   ///< g + H a
  std::vector<double> slope = {};  ///< pull - H b
  std::vector<double> target = {}; ///< sign-fixed minimum, in the order of the factor
  double violation = 0.0;
  bool refactored = false; ///< since the last accepted solution

  [[nodiscard]] Index order() const noexcept { return size_of(b); }
  [[nodiscard]] bool has_limits() const noexcept { return !q.lower.empty(); }
  [[nodiscard]] double lower(Index place) const {
    return has_limits() ? q.lower[at(place)] : -infinity;
  }
  [[nodiscard]] double upper(Index place) const {
    return has_limits() ? q.upper[at(place)] : infinity;
  }
  [[nodiscard]] bool free(Index place) const { return side[at(place)] == Side::free; }
  [[nodiscard]] double diagonal(Index place) const {
    return q.curvature(place, place) + q.l2[at(place)];
  }
  void refresh_slope() {
    multiply_symmetric(view(q.curvature), b, slope);
    for (Index place = 0; place < order(); ++place) {
      slope[at(place)] = pull[at(place)] - slope[at(place)];
    }
  }
  void make_free(Index place, double direction) {
    side[at(place)] = Side::free;
    sign[at(place)] = q.l1[at(place)] > 0.0 ? direction : 0.0;
    fresh[at(place)] = b[at(place)] == 0.0 ? 1 : 0;
  }
  /// A column stops where it is: at zero or at a limit.
  void stop(Index place) {
    const double value = b[at(place)];
    side[at(place)] = value == 0.0 && q.l1[at(place)] > 0.0 ? Side::zero
                      : value <= lower(place)               ? Side::lower
                      : value >= upper(place)               ? Side::upper
                                                            : Side::zero;
    fresh[at(place)] = 0;
  }
  /// How much the objective falls per unit of the best move of a column that is not free; its direction.
  [[nodiscard]] std::pair<double, double> wish(Index place) const {
    const double force = slope[at(place)] - q.l2[at(place)] * b[at(place)];
    const double l1 = q.l1[at(place)];
    const double value = b[at(place)];
    const auto gain = [&](double direction) {
      const bool away = value == 0.0 || sign_of(value) == direction;
      const bool room = direction > 0.0 ? value < upper(place) : value > lower(place);
      return room ? direction * force - (away ? l1 : -l1) : 0.0;
    };
    const double up = gain(1.0), down = gain(-1.0);
    return up >= down ? std::pair(up, 1.0) : std::pair(down, -1.0);
  }
};

void QuadraticSolver::forget() noexcept {
  factor_.clear();
  in_factor_.clear();
  factor_l2_.clear();
}

void QuadraticSolver::remove_from_factor(Index place) {
  const auto found = std::find(in_factor_.begin(), in_factor_.end(), place);
  if (found != in_factor_.end()) {
    const Index number = found - in_factor_.begin();
    factor_.remove(number);
    in_factor_.erase(found);
    factor_l2_.erase(factor_l2_.begin() + number);
  }
}

void QuadraticSolver::renumber(std::span<const Index> kept) {
  for (Index number = size_of(in_factor_) - 1; number >= 0; --number) {
    const Index place = in_factor_[at(number)];
    const auto found = std::lower_bound(kept.begin(), kept.end(), place);
    if (found == kept.end() || *found != place) {
      remove_from_factor(place);
    } else {
      in_factor_[at(number)] = found - kept.begin();
    }
  }
}

void QuadraticSolver::start(Call& call) {
  const std::size_t order = call.b.size();
  call.side.assign(order, Side::zero);
  call.sign.assign(order, 0.0);
  call.fresh.assign(order, 0);
  call.refused.assign(order, 0);
  call.pull.assign(order, 0.0);
  call.slope.assign(order, 0.0);
  multiply_symmetric(view(call.q.curvature), call.b, call.pull);
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

bool QuadraticSolver::append(const Call& call, Index place) {
  std::vector<double> cross;
  cross.reserve(in_factor_.size());
  const auto column = call.q.curvature.column(place);
  for (const Index other : in_factor_) {
    cross.push_back(column[at(other)]);
  }
  return factor_.append(cross, call.diagonal(place));
}

bool QuadraticSolver::factor_anew(Call& call, std::span<const Index> places) {
  const Index count = size_of(places);
  scratch_.resize(count, count);
  for (Index i = 0; i < count; ++i) {
    const auto from = call.q.curvature.column(places[at(i)]);
    double* to = scratch_.column(i).data();
    for (Index j = i; j < count; ++j) {
      to[j] = from[at(places[at(j)])];
    }
    to[i] += call.q.l2[at(places[at(i)])];
  }
  forget();
  if (!factor_.assign(scratch_)) {
    factor_.clear();
    return false;
  }
  in_factor_.assign(places.begin(), places.end());
  for (const Index place : places) {
    factor_l2_.push_back(call.q.l2[at(place)]);
  }
  return true;
}

// Makes the factor that of the free columns.
void QuadraticSolver::sync_factor(Call& call) {
  bool same_l2 = true;
  Index leaving = 0;
  std::vector<char> held(call.b.size(), 0);
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    held[at(place)] = 1;
    leaving += call.free(place) ? 0 : 1;
    same_l2 = same_l2 && factor_l2_[at(number)] == call.q.l2[at(place)];
  }
  std::vector<Index> joining, all;
  for (Index place = 0; place < call.order(); ++place) {
    if (call.free(place)) {
      all.push_back(place);
      if (held[at(place)] == 0) {
        joining.push_back(place);
      }
    }
  }
  const Index changes = 4 * leaving + size_of(joining);
  if (!same_l2 || changes > std::max<Index>(8, size_of(all) / 4)) {
    if (factor_anew(call, all)) {
      return;
    }
    joining = all;
  }
  for (Index number = size_of(in_factor_) - 1; number >= 0; --number) {
    if (!call.free(in_factor_[at(number)])) {
      remove_from_factor(in_factor_[at(number)]);
    }
  }
  for (const Index place : joining) {
    if (call.free(place)) {
      exchange(call, place);
    }
  }
}

// Appends a column; while it depends on those in the factor, moves along the flat direction until one of them stops.
void QuadraticSolver::exchange(Call& call, Index place) {
  while (!append(call, place)) {
    std::vector<double> direction;
    for (const Index other : in_factor_) {
      direction.push_back(-call.q.curvature(place, other));
    }
    factor_.solve(direction);
    call.refresh_slope();
    std::vector<Index> moving = in_factor_;
    moving.push_back(place);
    direction.push_back(1.0);
    double fall = 0.0; // of the objective along the direction
    for (Index number = 0; number < size_of(moving); ++number) {
      const Index other = moving[at(number)];
      const double force = call.slope[at(other)] - call.q.l2[at(other)] * call.b[at(other)] -
                           call.q.l1[at(other)] * call.sign[at(other)];
      fall += direction[at(number)] * force;
    }
    const double own = call.b[at(place)];
    const bool backwards =
        own == 0.0 ? call.sign[at(place)] < 0.0 || (call.sign[at(place)] == 0.0 && fall < 0.0)
                   : (std::fabs(fall) > call.tolerance ? fall < 0.0 : own > 0.0);
    double length = infinity, stop_at = 0.0;
    Index stopped = no_index;
    for (Index number = 0; number < size_of(moving); ++number) {
      const Index other = moving[at(number)];
      double& speed = direction[at(number)];
      speed = backwards ? -speed : speed;
      const double value = call.b[at(other)];
      const bool to_zero =
          call.sign[at(other)] * speed < 0.0; // columns that are still there stop at once
      const double end = to_zero ? 0.0 : speed > 0.0 ? call.upper(other) : call.lower(other);
      const double reach = speed == 0.0 ? infinity : (end - value) / speed;
      if (reach < length) {
        length = reach;
        stopped = other;
        stop_at = end;
      }
    }
    if (own == 0.0 && (stopped == no_index || (backwards ? -fall : fall) <= 0.0)) {
      call.side[at(place)] = Side::zero; // nothing to gain from where the others are now
      call.refused[at(place)] = stopped == no_index ? 1 : 0;
      return;
    }
    if (stopped == no_index) { // nobody minds: take its part over by the others
      length = -own / direction.back();
      stopped = place;
    }
    for (Index number = 0; number < size_of(moving); ++number) {
      call.b[at(moving[at(number)])] += length * direction[at(number)];
    }
    call.b[at(stopped)] = stop_at;
    call.stop(stopped);
    if (stopped == place) {
      call.refused[at(place)] = call.q.l1[at(place)] > 0.0 ? 0 : 1;
      return;
    }
    call.fresh[at(place)] = 0;
    remove_from_factor(stopped);
  }
  in_factor_.push_back(place);
  factor_l2_.push_back(call.q.l2[at(place)]);
}

} // namespace vigil::penalized
