// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/quadratic.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// The columns that one fit works on, in double, with their coefficients and the penalized likelihood there.
///
/// Newton's method on -(1/W) log L with its exact information; each step solves the penalized quadratic and is
/// shortened until the objective falls enough (Armijo). The information is kept while the violation shrinks tenfold
/// a step, and made anew otherwise.
///
/// source  Lee, Sun, Saunders 2014, SIAM J. Optim. 24:1420 (proximal Newton); Simon, Friedman, Hastie, Tibshirani
///         2011, J. Stat. Softw. 39(5) (the objective); checked by tests/property/penalized_test
class WorkingSet {
public:
  explicit WorkingSet(const survival::CoxLikelihood& likelihood);

  [[nodiscard]] Index size() const noexcept { return size_of(column_); }
  [[nodiscard]] std::span<const Index> columns() const noexcept { return column_; }
  [[nodiscard]] std::span<const double> coefficients() const noexcept { return coefficient_; }
  /// The likelihood at the coefficients; residuals by row.
  [[nodiscard]] const survival::CoxPoint& point() const noexcept { return point_; }
  /// Linear predictor by row, without the offset.
  [[nodiscard]] std::span<const double> eta() const noexcept { return eta_; }

  /// A column with coefficient 0; values by row, centred; factor 0 = unpenalized.
  void add(Index column, double factor, std::span<const double> values);
  /// Leaves out the columns (coefficient 0) for which keep is false; keep: one per place.
  void retain(const std::vector<bool>& keep);

  struct Solved {
    double violation = 0.0; ///< KKT violation over these columns
    Index iterations = 0;
  };
  /// `largest_lambda` scales the violation of columns without an l1 part.
  Solved solve(double lambda, double l1_ratio, double largest_lambda);
  /// -(1/W) log L plus the penalty.
  [[nodiscard]] double objective(double lambda, double l1_ratio) const;

private:
  [[nodiscard]] double
  penalty(std::span<const double> coefficient, double lambda, double l1_ratio) const;
  [[nodiscard]] double violation(double lambda, double l1_ratio, double largest_lambda) const;
  void refresh();
  void build_curvature();
  /// Solves the quadratic and moves; the length of the step taken, 0 when none lowers the objective.
  double step(double lambda, double l1_ratio, double tolerance);

  const survival::CoxLikelihood& likelihood_;
  std::vector<Index> column_;
  std::vector<double> factor_, coefficient_, values_, curvature_, gradient_, eta_;
  survival::CoxPoint point_;
  bool curvature_is_current_ = false;
  SupportFactor factor_of_support_;
};

} // namespace vigil::penalized
