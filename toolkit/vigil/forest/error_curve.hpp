// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/forest/votes.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

/// The out-of-bag concordance of so many trees. Undefined too where none of them cuts a column.
struct ErrorPoint {
  Index trees = 0;
  double concordance = 0.0; ///< NaN: undefined
  double se = 0.0;          ///< by other trees; NaN: undefined
  double bias = 0.0;        ///< against a forest of endless trees; NaN: undefined
  std::string undefined_because = {};
  /// Of the importance that is ranked (ranking_error); NaN: none, or undefined.
  double ranking = std::numeric_limits<double>::quiet_NaN();

  /// Root mean square distance from the concordance of endless trees.
  [[nodiscard]] double error() const { return std::hypot(se, bias); }
};

/// Numbers of trees at which the error of a forest is looked at, ascending: 1, 2, 5 times a power of ten from 10 on, and
/// the last; each rounded up to a multiple of `each`. A function of these numbers alone, so that no forest depends on time
/// or threads. It grows geometrically, because a point costs as much late as early.
[[nodiscard]] std::vector<Index> error_schedule(Index trees, Index each = 1);

/// How well the trees so far order the subjects that they did not see, and how far that would move with other trees.
///
/// concordance  Harrell's C of the out-of-bag mortality, among the subjects that some tree did not see; pairs within strata
/// se           Monte-Carlo standard error: what C varies by over other trees of the same data, by leaving out each of ten
///              groups of trees (group_of): sqrt(9/10 sum (C_(g) - mean C_(g))^2), nine degrees of freedom.
///              Not the sampling error of the subjects. NaN unless every group has trees
/// bias         9 (mean C_(g) - C): C of few trees is smaller than that of many, by a / trees to the first order, and what C
///              loses by a tenth of the trees is a ninth of that
/// cost         eleven concordances, O(subjects log subjects) each
/// source       Efron 1992, J. R. Stat. Soc. B 54:83 (jackknife of a bagged estimate); Shao, Wu 1989, Ann. Stat. 17:1176
///              (groups); checked by tests/unit/forest/error_curve_test
class ErrorCurve {
public:
  static constexpr Index groups = 10;

  /// subject: of each row of the votes; stratum: a label by subject, empty: one for all. The data must outlive the curve.
  ErrorCurve(const Outcome& outcome,
             const CaseWeights& weights,
             std::span<const Index> subject,
             std::span<const Index> stratum = {},
             Index trees_per_half_sample = 1);

  /// Tree number modulo ten; trees of one half sample, which are alike, are in one group.
  [[nodiscard]] Index group_of(Index tree) const noexcept { return tree / together_ % groups; }

  [[nodiscard]] ErrorPoint
  look(Index trees, const MortalityVotes& votes, Scheduler& scheduler) const;

private:
  struct Value {
    double concordance;
    std::string undefined_because;
  };
  [[nodiscard]] Value concordance_without(const MortalityVotes& votes, Index group) const;

  const Outcome& outcome_;
  const CaseWeights& weights_;
  std::span<const Index> subject_, stratum_;
  Index together_;                       ///< trees
  survival::CensoringWeights censoring_; ///< an evaluation has some; Harrell's C asks none of them
};

} // namespace vigil::forest
