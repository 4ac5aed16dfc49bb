// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/cox_likelihood.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::survival {

/// saturated: the likelihood keeps rising while coefficients run away (separation, "monotone likelihood").
enum class CoxFitStatus { converged, iteration_limit, saturated, undefined };
[[nodiscard]] std::string_view name_of(CoxFitStatus status) noexcept;

struct CoxFitOptions {
  Index iterations = 60;
  /// A column whose variance given the columns before it is below this part of its own is dropped.
  double collinearity = 1e-9;
};

/// Coefficients per unit of the columns as given; k columns.
struct CoxFit {
  CoxFitStatus status = CoxFitStatus::undefined;
  std::string reason = {};         ///< why undefined or saturated
  std::vector<double> coefficient; ///< 0 where dropped; NaN where undefined
  std::vector<double> covariance;  ///< inverse information, k x k; 0 where dropped
  std::vector<Index> dropped;      ///< collinear or constant columns, ascending
  double log_likelihood = 0.0, null_log_likelihood = 0.0;
  double score_test =
      0.0; ///< Rao's, at 0, on size_of(coefficient) - size_of(dropped) degrees of freedom
  Index iterations = 0;
  CoxPoint point = {}; ///< at the coefficients

  [[nodiscard]] double standard_error(Index column) const;
};

/// Maximum partial likelihood by Newton's method with step halving.
///
/// columns    cohort subjects x k, column after column, in cohort order; rows of weight 0 are not read
/// returns    undefined without events; saturated when the information of a column falls below 1e-6 of its
///            value at 0, the mark of separation
/// collinear  columns are taken from the left: the first of two equal ones stays
/// stops      when the Newton decrement is at most 1e-20 (|log L| + 1), or no step improves the value
/// source     Cox 1972; Therneau and Grambsch 2000, Modeling Survival Data, chapter 3;
///            checked by tests/unit/survival/cox_fit_test, tests/reference/cox_test
[[nodiscard]] CoxFit fit_cox(const CoxLikelihood& likelihood,
                             std::span<const double> columns,
                             const CoxFitOptions& options = {});

/// Values in cohort order (subjects x k) to row order (rows x k).
[[nodiscard]] std::vector<double>
gather_rows(const CoxLikelihood& likelihood, std::span<const double> columns, Index columns_count);

} // namespace vigil::survival
