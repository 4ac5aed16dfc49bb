// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/penalized/anderson_mixing.hpp"
#include "vigil/penalized/group_penalty.hpp"
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/penalty.hpp"
#include "vigil/penalized/quadratic.hpp"
#include "vigil/penalized/wide_quadratic.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// The columns that one fit works on, in double, with their coefficients and the penalized likelihood there.
///
/// Proximal Newton: each step solves the penalized quadratic whose curvature was taken at some earlier point and is
/// used again, for later lambdas too, while a step shrinks the Newton decrement to 8 % or less; columns that join get
/// the curvature of the same point. The first step at a new lambda with the old curvature is the tangent predictor of
/// the path; steps with the same curvature are mixed (AndersonMixing). With a ridge part, and more columns than the curvature has rows, the matrix of the curvature is not made
/// (WideSolver).
///
/// With groups the quadratic is that of group_quadratic.hpp, solved as far as the violation of the step needs.
///
/// source  Lee, Sun, Saunders 2014, SIAM J. Optim. 24:1420 (proximal Newton); Park, Hastie 2007, J. R. Statist. Soc. B
///         69:659 (predictor); checked by tests/property/penalized_test
class WorkingSet {
public:
  /// groups: of all columns; each joins and leaves as a whole.
  WorkingSet(const Loss& loss, const GroupMap& groups);

  [[nodiscard]] Index size() const noexcept { return size_of(column_); }
  [[nodiscard]] std::span<const Index> columns() const noexcept { return column_; }
  [[nodiscard]] std::span<const double> coefficients() const noexcept { return coefficient_; }
  /// The likelihood at the coefficients; residuals by row.
  [[nodiscard]] const LossPoint& point() const noexcept { return point_; }
  /// Linear predictor by row, without offset and intercept.
  [[nodiscard]] std::span<const double> eta() const noexcept { return eta_; }

  /// Columns with coefficient 0. values: column after column by row, centred.
  struct Joining {
    Index column = 0;
    ColumnPenalty penalty = {};
  };
  void add(std::span<const Joining> joining, std::span<const double> values);
  /// Keeps the columns at the listed places, ascending; the others have coefficient 0.
  void retain(std::span<const Index> places);

  struct Solved {
    double violation = 0.0; ///< KKT violation over these columns
    Index iterations = 0;
  };
  /// Until the violation is at most `goal`, at most `most` steps.
  Solved solve(const Strength& strength, double goal, Index most);
  /// -(1/W) log L plus the penalty.
  [[nodiscard]] double objective(const Strength& strength) const;

private:
  [[nodiscard]] double penalty(std::span<const double> coefficient, const Strength& strength) const;
  double refresh_gradient(const Strength& strength);
  void transform(Index first);
  void extend_curvature();
  void take_curvature();
  struct Step {
    std::vector<double> to;
    std::vector<double> direction; ///< in the linear predictor
    double promised = 0.0;         ///< change to first order, negative
  };
  [[nodiscard]] Step next_step(const Strength& strength);
  void minimise_quadratic(const Strength& strength, std::span<double> coefficient);
  /// Moves along the step; the length taken, 0 when none lowers the objective.
  double move(const Step& step, const Strength& strength, bool whole_only);
  /// Moves there when the objective falls enough, as promised by a step.
  bool move_to(std::vector<double> coefficient,
               std::vector<double> eta,
               double promised,
               const Strength& strength);

  const Loss& loss_;
  const GroupMap& all_groups_;
  GroupMap groups_; ///< of these columns, by place
  double inverse_weight_;
  std::vector<Index> column_;
  std::vector<ColumnPenalty> penalty_;
  std::vector<double> coefficient_, gradient_, eta_;
  LossPoint point_;
  Index gradient_known_ = 0; ///< columns, from the first on, whose gradient is that of the point
  GrowingMatrix values_;     ///< rows x columns
  GrowingMatrix positive_, negative_; ///< transformed by the curvature
  GrowingMatrix curvature_;           ///< of the first columns; others follow when it is needed
  std::unique_ptr<const Curvature> reference_; ///< where the curvature was taken
  QuadraticSolver solver_;
  WideSolver wide_solver_;
};

} // namespace vigil::penalized
