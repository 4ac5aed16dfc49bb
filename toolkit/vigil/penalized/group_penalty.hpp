// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/penalty.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What one group of columns adds to lambda l1_ratio (...) of the objective:
///
///   m sum_j v_j |b_j| + (1 - m) w ||b||_2,   w = sqrt(sum_j v_j^2)
///
/// share   m; 0 for a group of one, whose two parts are the same: it is the lasso of its column
/// weight  (1 - m) w, positive
/// factor  v of the members, positive
struct GroupTerm {
  double share = 0.0, weight = 0.0;
  std::span<const double> factor;
};

/// Its value at the coefficients of the members.
[[nodiscard]] double penalty_value(const GroupTerm& term, std::span<const double> coefficient);

/// ||S(z, t m v)||_2 with S(z, l) = sign(z) max(0, |z| - l): the group is zero at strength t = lambda l1_ratio and
/// gradient z if and only if this is at most t (1 - m) w. Not a number where z is none.
[[nodiscard]] double
soft_threshold_norm(const GroupTerm& term, std::span<const double> gradient, double t);

/// The smallest t at which a group with this gradient is zero: the root of ||S(g, t m v)|| = t (1 - m) w, in closed form
/// between two neighbours of the sorted |g_j| / (m v_j). cost k log k for k members
[[nodiscard]] double zero_from(const GroupTerm& term, std::span<const double> gradient);

/// Replaces z by argmin_x ||x - z||^2 / 2 + t (value at x): S(z, t m v), shortened by t (1 - m) w.
/// source  Simon, Friedman, Hastie, Tibshirani 2013, J. Comput. Graph. Stat. 22:231
void shrink(const GroupTerm& term, double t, std::span<double> values);

/// KKT violation of a group: the Euclidean distance of (1/W) grad log L - lambda (1 - l1_ratio) v b from the
/// subdifferential of t (value), t = lambda l1_ratio, in units of t (1 - m) w. At zero this is
/// max(0, ||S(g, t m v)|| / (t (1 - m) w) - 1); for a group of one it is the violation of the lasso. Infinity where g is
/// not finite.
[[nodiscard]] double kkt_violation(const GroupTerm& term,
                                   std::span<const double> gradient,
                                   std::span<const double> coefficient,
                                   const Strength& strength);

/// Which columns are penalized together. Penalized columns of no group are groups of one; unpenalized columns, and those
/// that the preparation does not keep, are in none. Weights are those of the kept members.
/// checked by tests/unit/penalized/group_penalty_test
class GroupMap {
public:
  /// No groups: nothing is penalized together.
  GroupMap() = default;
  /// factor: v of each column, -1 where it is not kept. Empty without PenaltyOptions::group.
  GroupMap(const PenaltyOptions& options, std::span<const double> factor);

  [[nodiscard]] bool empty() const noexcept { return group_.empty(); }
  [[nodiscard]] Index groups() const noexcept { return size_of(start_) - 1; }
  /// no_index: of none.
  [[nodiscard]] Index group_of(Index column) const { return group_[at(column)]; }
  /// Ascending.
  [[nodiscard]] std::span<const Index> members(Index group) const {
    return std::span(member_).subspan(at(start_[at(group)]), at(count(group)));
  }
  [[nodiscard]] GroupTerm term(Index group) const {
    return {.share = share_[at(group)],
            .weight = weight_[at(group)],
            .factor = std::span(factor_).subspan(at(start_[at(group)]), at(count(group)))};
  }
  /// The same groups among listed columns, which are numbered by their place in the list; each group is there with all
  /// members or not at all.
  [[nodiscard]] GroupMap among(std::span<const Index> columns) const;

  /// Sum of the groups' values, b by column.
  [[nodiscard]] double value(std::span<const double> coefficient) const;
  /// Largest violation of a group; both by column.
  [[nodiscard]] double violation(std::span<const double> gradient,
                                 std::span<const double> coefficient,
                                 const Strength& strength) const;
  /// Values of the members, in their order.
  void gather(Index group, std::span<const double> by_column, std::vector<double>& out) const;

private:
  [[nodiscard]] Index count(Index group) const { return start_[at(group + 1)] - start_[at(group)]; }
  void add(std::span<const Index> columns, std::span<const double> factor, double share);

  std::vector<Index> group_;       ///< by column
  std::vector<Index> start_ = {0}; ///< one more than groups
  std::vector<Index> member_;
  std::vector<double> factor_; ///< of members
  std::vector<double> share_, weight_;
};

/// Throws ConfigError for groups without an l1 part, with limits or with a concave kind, for a group of an unpenalized column, values that are
/// not one per column, and a share within groups outside [0, 1).
void check_groups(const PenaltyOptions& options, const TrainingData& data);

} // namespace vigil::penalized
