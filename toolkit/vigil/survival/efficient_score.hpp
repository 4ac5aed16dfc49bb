// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/eight_lanes.hpp"
#include "vigil/numeric/factor.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// What is wrong with the score test of a column.
enum class ScoreFault {
  none,
  no_variation, ///< the column is the same for all who are at risk together
  collinear,    ///< with the adjusted columns
  too_large     ///< a sum is not a finite number
};

/// One column's test: z = score / sqrt(information), with the fault none; else z is NaN.
struct ScoreTest {
  double score = 0.0, information = 0.0;
  ScoreFault fault = ScoreFault::none;

  [[nodiscard]] double z() const noexcept;
};

/// Efficient score tests of single columns x at a fitted Cox model with columns Z (the null model: coefficient of x 0).
///
///   score        U = x'r,   r the martingale residuals
///   information  V = I_xx - I_xz I_zz^-1 I_zx,   I the information at the null model
///   z = U / sqrt(V);   one Newton step from 0 leads to U / V, with standard error 1 / sqrt(V)
///
/// z^2 is Rao's test on one degree of freedom of the model with x against the null model.
///
/// rows      all spans by row of the likelihood; columns of any location, best near 0
/// faults    V at most 1e-9 of I_xx: collinear; I_xx at most 1e-9 of the part that it is a difference of: no variation
/// cost      rows (2 k + 9) flops for each column in strata with one factor (CoxLikelihood::lane_information)
/// lanes     eight columns at once; what a lane gives does not depend on the others
/// source    Rao 1948, Proc. Camb. Phil. Soc. 44:50; Cox 1972; Tsiatis, Rosner, Tritchler 1985, Biometrics 41:1021;
///           checked by tests/unit/survival/efficient_score_test, tests/reference/screen_test
class EfficientScore {
public:
  /// point: of the null model. adjusted: Z, rows() x k, column after column; those that depend on the ones before
  /// them (1e-9) are left out. The likelihood must outlive this.
  EfficientScore(const CoxLikelihood& likelihood, CoxPoint point, std::vector<double> adjusted);

  [[nodiscard]] Index rows() const noexcept { return likelihood_.rows(); }
  /// r, by row.
  [[nodiscard]] std::span<const double> residual() const noexcept { return point_.residual; }
  /// out: one test for each lane.
  void test(std::span<const EightLanes> columns, std::span<ScoreTest> out) const;

  /// The direction d with sum_i multiplier_i u_i(x) = d'x for every column x, u_i(x) what row i adds to the efficient score:
  /// CoxLikelihood::score_direction of x - Z I_zz^-1 I_zx. cost O(rows k).
  [[nodiscard]] std::vector<double> direction(std::span<const double> multiplier) const;

private:
  [[nodiscard]] std::span<const double> column_of(const std::vector<double>& columns,
                                                  Index column) const {
    return std::span(columns).subspan(at(column * rows()), at(rows()));
  }

  const CoxLikelihood& likelihood_;
  CoxPoint point_;
  Index order_;
  std::vector<double> adjusted_, product_; ///< Z and the information times Z
  std::vector<double> inverse_;            ///< of I_zz
  std::vector<CoxLikelihood::StratumCurvature> curvatures_;
};

} // namespace vigil::survival
