// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <string>
#include <vector>

namespace vigil::measure {

/// Observed over expected risk at t = the evaluation's horizon (mean calibration).
///
///   O/E = F(t) / mean_i p_i,   F the Kaplan-Meier (one cause) or Aalen-Johansen (competing causes) risk
///
/// influence  psi_F / E - O psi_E / E^2, so that its interval belongs on the log scale
/// undefined  no events by the horizon; mean risk 0; as brier
/// cost       O(n log n)
/// source     McLernon et al. 2023, Ann. Intern. Med. 176:105; Van Calster et al. 2016, J. Clin. Epidemiol. 74:167;
///            checked by tests/reference/mclernon_2023_test
[[nodiscard]] Estimate oe_ratio(const Evaluation& evaluation);

/// Observed minus mean predicted risk at the horizon; the same pieces as oe_ratio.
[[nodiscard]] Estimate mean_calibration(const Evaluation& evaluation);

struct CalibrationSlope {
  Estimate estimate;
  double wald_se = std::numeric_limits<double>::quiet_NaN();
};
/// Calibration slope: coefficient of the score in Cox's model of the evaluated subjects. The score must be a log
/// hazard ratio; 1 = spread as predicted, below 1 = too extreme. Other causes count as censorings. All follow-up
/// is used, whatever the horizon.
///
/// influence  from the score residuals: standard_error of it is the robust SE; wald_se is the model's
/// undefined  no events, constant score, separation; missing scores; delayed entry
/// cost       O(n log n)
/// source     van Houwelingen 2000, Stat. Med. 19:3401; Royston and Altman 2013, BMC Med. Res. Methodol. 13:33;
///            checked by tests/reference/royston_altman_2013_test, tests/reference/mclernon_2023_test
[[nodiscard]] CalibrationSlope fit_calibration_slope(const Evaluation& evaluation,
                                                     survival::Ties ties = survival::Ties::efron);
[[nodiscard]] Estimate calibration_slope(const Evaluation& evaluation);

/// Subjects of similar predicted risk, and what happened to them.
struct CalibrationGroup {
  Index subjects = 0, events = 0;  ///< distinct subjects; events of interest by the horizon
  double mean_predicted = 0.0;     ///< weighted mean risk
  double observed = 0.0;           ///< Kaplan-Meier or Aalen-Johansen risk in the group
  double lower = 0.0, upper = 0.0; ///< log(-log) limits; NaN where nothing varies
};
struct CalibrationGroups {
  std::vector<CalibrationGroup> groups; ///< ascending in predicted risk
  std::string undefined_because = {};
};
/// Groups cut at quantiles of the predicted risk (equal risks stay together, so there may be fewer groups).
///
/// source  Harrell, Lee and Mark 1996, Stat. Med. 15:361; checked by tests/reference/model_measures_test
[[nodiscard]] CalibrationGroups
calibration_groups(const Evaluation& evaluation, Index groups = 10, double level = 0.95);

} // namespace vigil::measure
