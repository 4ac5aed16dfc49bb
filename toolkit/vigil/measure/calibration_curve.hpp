// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <string>
#include <vector>

namespace vigil::measure {

struct CalibrationCurveOptions {
  Index knots = 3;          ///< of the restricted cubic spline: 3, 4 or 5
  Index fewest_events = 50; ///< a smoother on fewer says nothing; 0 forces it
  Index newton_steps =
      0; ///< of the secondary model; 0: until it converges (more is for reproducing others)
  survival::Ties ties = survival::Ties::efron;
};

/// Smooth observed risk at each subject's predicted risk, and how far they are apart.
struct CalibrationCurve {
  std::vector<Index> subject;                            ///< the subjects with weight, ascending
  std::vector<double> predicted, observed;               ///< risks of these
  double ici = std::numeric_limits<double>::quiet_NaN(); ///< mean |observed - predicted|
  double e50 = ici, e90 = ici, emax = ici;               ///< its median, 90th percentile, maximum
  std::string undefined_because = {};
};

/// Moderate calibration by a secondary Cox model on a restricted cubic spline of the predicted risk.
///
///   log hazard = f(x) + baseline,   x = log(-log(1 - p)),   knots at the .10 .50 .90 quantiles of x
///   observed_i = 1 - exp(-H0(t) exp(f(x_i)))
///
/// p is moved to [1/(2n), 1 - 1/(2n)] for x. Quantiles of the distance interpolate (definition 7).
/// undefined  fewer events (over all follow-up) than asked; competing causes (these need a subdistribution model);
///            risks with fewer than three distinct knots; the secondary model does not converge
/// interval   none from influence: a bootstrap has to refit the smoother
/// source     Austin, Harrell and van Klaveren 2020, Stat. Med. 39:2714;
///            checked by tests/reference/mclernon_2023_test
[[nodiscard]] CalibrationCurve calibration_curve(const Evaluation& evaluation,
                                                 const CalibrationCurveOptions& options = {});

/// The integrated calibration index and its companions as measures; without influence values.
[[nodiscard]] Estimate ici(const Evaluation& evaluation);
[[nodiscard]] Estimate e50(const Evaluation& evaluation);
[[nodiscard]] Estimate e90(const Evaluation& evaluation);
[[nodiscard]] Estimate emax(const Evaluation& evaluation);

} // namespace vigil::measure
