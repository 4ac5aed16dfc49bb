// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// What a path does by group; path_fitter.cpp has the path itself. A group is zero while the norm of its members'
// gradients over their l1 thresholds is small enough: bounds of the gradients bound this norm.
#include "vigil/penalized/path_fitter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double rounding_of_bounds = 1.0001; // as in MarkerBounds
constexpr double sure = 0.999999;             // of a threshold, against rounding

} // namespace

// Bounds of the members' absolute products with the residual: from above (side 1) or below (side -1). Products of
// clinical columns are computed: there are few.
void PathFitter::gather_bounds(Index group, double rest_norm, double slack, double side) {
  members_.clear();
  for (const Index column : groups_.members(group)) {
    if (column >= markers()) {
      members_.push_back(std::fabs(exact_gradient(column, {})) * loss_->total_weight());
      continue;
    }
    const double width = static_cast<double>(norms_.norm[at(column)]) * rest_norm +
                         static_cast<double>(norms_.uncentred[at(column)]) * slack;
    const double bound = std::fabs(static_cast<double>(bounds_.combined()[at(column)])) +
                         side * rounding_of_bounds * width;
    members_.push_back(bound < 0.0 ? 0.0 : bound);
  }
}

// A strength (in the scale of the residuals) at which some group surely leaves zero.
double PathFitter::surely_largest(double slack) {
  bounds_.combine_all(question(0.0));
  double largest = 0.0;
  for (Index group = 0; group < groups_.groups(); ++group) {
    gather_bounds(group, split_.rest_norm, slack, -1.0);
    largest = std::max(largest, zero_from(groups_.term(group), members_));
  }
  return largest;
}

// Groups outside the working set that may leave zero at a strength, ascending; first: minus how far they may be over.
std::vector<std::pair<double, Index>>
PathFitter::groups_over(double limit, double rest_norm, double slack) {
  bounds_.combine_all(question(limit));
  std::vector<std::pair<double, Index>> result;
  const double t = sure * limit;
  for (Index group = 0; group < groups_.groups(); ++group) {
    if (in_working_set_[at(groups_.members(group).front())] != 0) {
      continue;
    }
    gather_bounds(group, rest_norm, slack, 1.0);
    const auto term = groups_.term(group);
    const double norm = soft_threshold_norm(term, members_, t);
    if (!(norm <= t * term.weight)) {
      const double over = norm / (t * term.weight);
      result.push_back({over < HUGE_VAL ? -over : -HUGE_VAL, group});
    }
  }
  return result;
}

// The markers of all groups that may leave zero, ascending; ask_for_checks adds the clinical columns.
std::vector<Index> PathFitter::ask_about_groups(double limit, double slack) {
  check_groups_.clear();
  std::vector<Index> columns;
  for (const auto& [over, group] : groups_over(limit, split_.rest_norm, slack)) {
    check_groups_.push_back(group);
    for (const Index column : groups_.members(group)) {
      if (column < markers()) {
        columns.push_back(column);
      }
    }
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

std::span<const double> PathFitter::checked_gradient(Index group) {
  members_.clear();
  for (const Index column : groups_.members(group)) {
    const auto check = std::lower_bound(checks_.begin(), checks_.end(), column);
    members_.push_back(check_gradient_[static_cast<std::size_t>(check - checks_.begin())]);
  }
  return members_;
}

double PathFitter::largest_of_groups() {
  double largest = 0.0;
  for (const Index group : check_groups_) {
    largest = std::max(largest, zero_from(groups_.term(group), checked_gradient(group)));
  }
  return largest / std::max(penalty_.l1_ratio, 1e-3);
}

// Members of the first groups, as many as strongest() allows columns, at least one group.
std::vector<Index>
PathFitter::strongest_groups(std::span<const std::pair<double, Index>> groups) const {
  const Index most = std::max<Index>(200, 2 * working_->size());
  std::vector<Index> columns;
  for (const auto& [over, group] : groups) {
    const auto members = groups_.members(group);
    if (!columns.empty() && size_of(columns) + size_of(members) > most) {
      break;
    }
    columns.insert(columns.end(), members.begin(), members.end());
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

// Per unit of the strength, the absolute gradient up to which a marker adds nothing to the violation.
double PathFitter::surely_zero(Index marker) const {
  if (groups_.empty()) {
    return factor_[at(marker)];
  }
  const Index group = groups_.group_of(marker);
  const bool alone = groups_.members(group).size() == 1;
  return sure * (alone ? 1.0 : groups_.term(group).share) * factor_[at(marker)];
}

// A group leaves as a whole: it has been idle as long as the member that was idle least.
void PathFitter::keep_groups_together() {
  if (groups_.empty()) {
    return;
  }
  std::vector<Index> idle(at(groups_.groups()), std::numeric_limits<Index>::max());
  const auto group_at = [&](Index place) {
    return groups_.group_of(working_->columns()[at(place)]);
  };
  for (Index place = 0; place < working_->size(); ++place) {
    if (group_at(place) != no_index) {
      Index& least = idle[at(group_at(place))];
      least = std::min(least, idle_[at(place)]);
    }
  }
  for (Index place = 0; place < working_->size(); ++place) {
    if (group_at(place) != no_index) {
      idle_[at(place)] = idle[at(group_at(place))];
    }
  }
}

} // namespace vigil::penalized
