// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// How the factor follows the free columns; quadratic.cpp has the steps of the solver.
#include "vigil/penalized/quadratic_call.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

void QuadraticSolver::forget() noexcept {
  unchecked_ = most_unchecked;
  factor_.clear();
  in_factor_.clear();
  factor_l2_.clear();
  last_b_.clear();
}

void QuadraticSolver::remove_from_factor(Index place) {
  const auto found = std::find(in_factor_.begin(), in_factor_.end(), place);
  if (found != in_factor_.end()) {
    const Index number = found - in_factor_.begin();
    factor_.remove(number);
    ++unchecked_;
    in_factor_.erase(found);
    factor_l2_.erase(factor_l2_.begin() + number);
  }
}

void QuadraticSolver::renumber(std::span<const Index> kept) {
  last_b_.clear();
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

bool QuadraticSolver::append(const Call& call, Index place) {
  std::vector<double> cross;
  cross.reserve(in_factor_.size());
  const auto column = call.q.curvature.column(place);
  for (const Index other : in_factor_) {
    cross.push_back(column[at(other)]);
  }
  ++unchecked_;
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
    to[i] += call.set.l2(places[at(i)]);
  }
  forget();
  if (!factor_.assign(scratch_)) {
    factor_.clear();
    return false;
  }
  in_factor_.assign(places.begin(), places.end());
  for (const Index place : places) {
    factor_l2_.push_back(call.set.l2(place));
  }
  return true;
}

// Makes the factor that of the free columns.
void QuadraticSolver::sync_factor(Call& call) {
  bool same_l2 = true;
  Index leaving = 0;
  std::vector<char> held(call.set.b.size(), 0);
  for (Index number = 0; number < size_of(in_factor_); ++number) {
    const Index place = in_factor_[at(number)];
    held[at(place)] = 1;
    leaving += call.set.free(place) ? 0 : 1;
    same_l2 = same_l2 && factor_l2_[at(number)] == call.set.l2(place);
  }
  std::vector<Index> joining, all;
  all.reserve(call.set.b.size());
  for (Index place = 0; place < call.set.order(); ++place) {
    if (call.set.free(place)) {
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
    if (!call.set.free(in_factor_[at(number)])) {
      remove_from_factor(in_factor_[at(number)]);
    }
  }
  for (const Index place : joining) {
    if (call.set.free(place)) {
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
      fall += direction[at(number)] * call.set.force(moving[at(number)]);
    }
    const double own = call.set.b[at(place)];
    const bool backwards =
        own == 0.0
            ? call.set.sign[at(place)] < 0.0 || (call.set.sign[at(place)] == 0.0 && fall < 0.0)
            : (std::fabs(fall) > call.set.tolerance ? fall < 0.0 : own > 0.0);
    double length = infinity, stop_at = 0.0;
    Index stopped = no_index;
    for (Index number = 0; number < size_of(moving); ++number) {
      const Index other = moving[at(number)];
      double& speed = direction[at(number)];
      speed = backwards ? -speed : speed;
      const double value = call.set.b[at(other)];
      const bool to_zero =
          call.set.sign[at(other)] * speed < 0.0; // columns that are still there stop at once
      const double end = to_zero       ? 0.0
                         : speed > 0.0 ? call.set.upper(other)
                                       : call.set.lower(other);
      const double reach = speed == 0.0 ? infinity : (end - value) / speed;
      if (reach < length) {
        length = reach;
        stopped = other;
        stop_at = end;
      }
    }
    if (own == 0.0 && (stopped == no_index || (backwards ? -fall : fall) <= 0.0)) {
      call.set.side[at(place)] =
          ActiveSet::Side::zero; // nothing to gain from where the others are now
      call.set.refused[at(place)] = stopped == no_index ? 1 : 0;
      return;
    }
    if (stopped == no_index) { // nobody minds: take its part over by the others
      length = -own / direction.back();
      stopped = place;
    }
    for (Index number = 0; number < size_of(moving); ++number) {
      call.set.b[at(moving[at(number)])] += length * direction[at(number)];
    }
    call.set.b[at(stopped)] = stop_at;
    call.set.stop(stopped);
    if (stopped == place) {
      call.set.refused[at(place)] = call.set.l1(place) > 0.0 ? 0 : 1;
      return;
    }
    call.set.fresh[at(place)] = 0;
    remove_from_factor(stopped);
  }
  in_factor_.push_back(place);
  factor_l2_.push_back(call.set.l2(place));
}

} // namespace vigil::penalized
