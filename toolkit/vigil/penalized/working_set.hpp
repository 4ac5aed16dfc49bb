// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"
#include "vigil/numeric/scaled_columns.hpp"
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
  explicit WorkingSet(const Loss& loss);
  /// groups: of all columns; each joins and leaves as a whole.
  WorkingSet(const Loss& loss, const GroupMap& groups);

  [[nodiscard]] Index size() const noexcept { return size_of(column_); }
  [[nodiscard]] std::span<const Index> columns() const noexcept { return column_; }
  [[nodiscard]] std::span<const double> coefficients() const noexcept { return coefficient_; }
  /// The likelihood at the coefficients; residuals by row.
  [[nodiscard]] const LossPoint& point() const noexcept { return point_; }
  /// Linear predictor by row, without offset and intercept.
  [[nodiscard]] std::span<const double> eta() const noexcept { return eta_; }
  /// The column at a place, by row, centred.
  [[nodiscard]] std::span<const double> values(Index place) const { return values_.column(place); }

  /// Columns with coefficient 0. values: column after column by row, centred; those with a scale are also
  /// (stored - centre) / scale.
  struct Joining {
    Index column = 0;
    ColumnPenalty penalty = {};
    double centre = 0.0, scale = 0.0;
  };
  void add(std::span<const Joining> joining,
           std::span<const double> values,
           std::span<const float> stored = {});
  /// Keeps the columns at the listed places, ascending; the others have coefficient 0.
  void retain(std::span<const Index> places);

  struct Solved {
    double violation = 0.0; ///< KKT violation over these columns
    Index iterations = 0;
    bool runs_away =
        false; ///< given up: the linear predictor grows without end (concave penalties)
  };
  /// Until the violation is at most `goal`, at most `most` steps (rounds of a concave penalty).
  Solved solve(const Strength& strength, double goal, Index most);
  /// Smallest share of its curvature at the null model that a column has left, of those that are not penalized where
  /// their coefficient is; at most 1. Near 0 the likelihood has no maximum in reach (separation).
  [[nodiscard]] double least_curvature() const;
  /// -(1/W) log L plus the penalty.
  [[nodiscard]] double objective(const Strength& strength) const;

private:
  Solved solve_weighted(const Strength& strength, double goal, Index most);
  // working_set_rows.cpp
  struct Signed; ///< coefficients for signs, and what is known with them
  [[nodiscard]] Signed coefficients_of(std::span<const double> target,
                                       std::span<const double> residual,
                                       const Strength& strength) const;
  void follow_pull(std::span<const double> pull);
  void forget_pull(std::span<const Index> kept);
  [[nodiscard]] RowSystemTerms row_terms(double ridge, std::span<const double> factor) const;
  /// Moves to the minimum for the signs of the coefficients; false, and nothing done, where it turns one of them, a column
  /// has no l1 part or limits, or the factor by rows is not of these columns.
  bool settle_by_rows(const Strength& strength, double goal);
  // working_set_concave.cpp
  Solved solve_concave(const Strength& strength, double goal, Index most);
  double take_slopes(const Strength& strength);
  struct Turn { ///< columns that move in a Newton step, what pulls at them, and how far they go
    std::vector<Index> places;
    std::vector<double> force, step;
  };
  [[nodiscard]] Turn free_columns(const Strength& strength) const;
  [[nodiscard]] GrowingMatrix bent_curvature(std::span<const Index> places,
                                             const Strength& strength) const;
  bool solve_turn(Turn& turn, const Strength& strength) const;
  [[nodiscard]] bool runs_away() const;
  bool newton_step(const Strength& strength, double goal, bool& whole);
  void stretch(const std::vector<double>& from, double fall, const Strength& strength);
  bool move_projected(const std::vector<double>& from,
                      const std::vector<double>& step,
                      double length,
                      double promised,
                      const Strength& strength);

  [[nodiscard]] double penalty(std::span<const double> coefficient, const Strength& strength) const;
  double refresh_gradient(const Strength& strength);
  /// Columns for products with vectors.
  [[nodiscard]] ColumnsView columns_view(Index first, Index count) const;
  void transform();
  [[nodiscard]] MatrixView transformed(const GrowingMatrix& matrix) const;
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
  /// Whether no limit is exceeded: a mix of points within them need not be.
  [[nodiscard]] bool within_limits(std::span<const double> coefficient) const;
  /// Moves there when the objective falls enough, as promised by a step.
  bool move_to(std::vector<double> coefficient,
               std::vector<double> eta,
               double promised,
               const Strength& strength);
  /// point: the likelihood at eta.
  bool move_to(std::vector<double> coefficient,
               std::vector<double> eta,
               LossPoint point,
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
  ScaledColumns scaled_;     ///< the same
  GrowingMatrix positive_,
      negative_; ///< the first columns, transformed by the curvature; others follow likewise
  GrowingMatrix curvature_; ///< of the first columns; others follow when it is needed
  std::unique_ptr<const Curvature> reference_; ///< where the curvature was taken
  std::vector<double> pull_;   ///< by column: l1 / l2 with the sign of the coefficient
  std::vector<double> pulled_; ///< X pull_ by row; empty until it is needed
  QuadraticSolver solver_;
  WideSolver wide_solver_;
};

} // namespace vigil::penalized
