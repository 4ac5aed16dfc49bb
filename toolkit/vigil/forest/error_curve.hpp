// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/forest/value_rows.hpp"
#include "vigil/forest/votes.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil::forest {

/// The out-of-bag concordance of so many trees, which is undefined too where none of them cuts a column; of a continuous
/// outcome R^2.
struct ErrorPoint {
  Index trees = 0;
  double concordance = 0.0; ///< NaN: undefined, or a continuous outcome
  double se = 0.0;          ///< by other trees; NaN: undefined
  double bias = 0.0;        ///< against a forest of endless trees; NaN: undefined
  std::string undefined_because = {};
  /// Of the importance that is ranked (ranking_error); NaN: none, or undefined.
  double ranking = std::numeric_limits<double>::quiet_NaN();
  double r_squared = std::numeric_limits<double>::quiet_NaN(); ///< se and bias are its own
  double squared_error = r_squared;    ///< mean of values; of a binary outcome the Brier score
  double squared_error_se = r_squared; ///< by other trees

  [[nodiscard]] static ErrorPoint undefined(Index trees, std::string because) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {.trees = trees,
            .concordance = none,
            .se = none,
            .bias = none,
            .undefined_because = std::move(because)};
  }
  /// Root mean square distance from the concordance, or R^2, of endless trees.
  [[nodiscard]] double error() const { return std::hypot(se, bias); }
};

/// Numbers of trees at which the error of a forest is looked at, ascending: 1, 2, 5 times a power of ten from 10 on, and
/// the last; each rounded up to a multiple of `each`. A function of these numbers alone, so that no forest depends on time
/// or threads. It grows geometrically, because a point costs as much late as early.
[[nodiscard]] std::vector<Index> error_schedule(Index trees, Index each = 1);

/// How well the trees so far order the subjects that they did not see, and how far that would move with other trees.
///
/// concordance  Harrell's C of the out-of-bag mortality, among the subjects that some tree did not see; pairs within strata;
///              with competing risks that of the cause (Wolbers et al. 2014)
/// se           Monte-Carlo standard error: what C varies by over other trees of the same data, by leaving out each of ten
///              groups of trees (group_of): sqrt(9/10 sum (C_(g) - mean C_(g))^2), nine degrees of freedom.
///              Not the sampling error of the subjects. NaN unless every group has trees
/// bias         9 (mean C_(g) - C): C of few trees is smaller than that of many, by a / trees to the first order, and what C
///              loses by a tenth of the trees is a ninth of that
/// Of values (judge_values), with w the weights and v the out-of-bag votes of those who have one,
///
///   squared error  sum w (y - v)^2 / sum w
///   R^2            1 - sum w (y - v)^2 / sum w (y - mean y)^2, in place of C where the outcome has no times
///
/// cost         eleven concordances, O(subjects log subjects) each
/// source       Efron 1992, J. R. Stat. Soc. B 54:83 (jackknife of a bagged estimate); Shao, Wu 1989, Ann. Stat. 17:1176
///              (groups); checked by tests/unit/forest/error_curve_test
class ErrorCurve {
public:
  static constexpr Index groups = 10;

  /// subject: of each row of the votes; stratum: a label by subject, empty: one for all; cause: of competing risks. The data
  /// must outlive the curve.
  ErrorCurve(const Outcome& outcome,
             const CaseWeights& weights,
             std::span<const Index> subject,
             std::span<const Index> stratum = {},
             Index cause = 1,
             Index trees_per_half_sample = 1);

  /// Tree number modulo ten; trees of one half sample, which are alike, are in one group.
  [[nodiscard]] Index group_of(Index tree) const noexcept { return tree / together_ % groups; }

  /// Squared errors too. standard: values of the rows on the scale of the votes; must stay.
  void judge_values(std::span<const double> standard, const ValueScale& scale) {
    standard_ = standard;
    scale_ = scale;
  }
  /// Whether subjects are compared in pairs.
  [[nodiscard]] bool compares_pairs() const noexcept { return censoring_.has_value(); }
  [[nodiscard]] ErrorPoint
  look(Index trees, const MortalityVotes& votes, Scheduler& scheduler) const;

private:
  struct Value {
    double accuracy = std::numeric_limits<double>::quiet_NaN(); ///< concordance, or R^2
    std::string undefined_because = {};
    double squared_error = std::numeric_limits<double>::quiet_NaN();
  };
  [[nodiscard]] Value value_without(const MortalityVotes& votes, Index group) const;
  [[nodiscard]] Value concordance_without(const MortalityVotes& votes, Index group) const;
  void take_squares(const MortalityVotes& votes, Index group, Value& value) const;

  const Outcome& outcome_;
  const CaseWeights& weights_;
  std::span<const Index> subject_, stratum_;
  int cause_;
  Index together_; ///< trees
  std::span<const double> standard_ = {};
  ValueScale scale_ = {};
  /// An evaluation has some; Harrell's C asks none of them. None: no times.
  std::optional<survival::CensoringWeights> censoring_;
};

} // namespace vigil::forest
