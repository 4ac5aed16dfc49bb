// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

#include <array>

namespace vigil::measure {

/// Observed over expected events of all follow-up.
///
///   O/E = sum w_i d_i / sum w_i H_i,   H_i = -log(1 - r_i), r_i the predicted risk by the subject's own time
///
/// r_i is the evaluation's own_risk, or is read from the prediction's curves.
/// influence  (d_i - O/E H_i) / mean H, so that its interval belongs on the log scale; poisson_se: 1 / sqrt(events)
///            on that scale, right where the hazards are
/// undefined  no risks by the own times, one of them 1; no events; competing causes; delayed entry
/// cost       O(n), from curves O(n log K)
/// source     Crowson, Atkinson and Therneau 2016, Stat. Methods Med. Res. 25:1692;
///            checked by tests/unit/measure/follow_up_calibration_test
struct FollowUpCalibration {
  Estimate estimate;
  double poisson_se = std::numeric_limits<double>::quiet_NaN(); ///< of log O/E
};
[[nodiscard]] FollowUpCalibration follow_up_calibration(const Evaluation& evaluation);
[[nodiscard]] Estimate oe_follow_up(const Evaluation& evaluation);

inline constexpr Index survival_bins = 10;

/// D-calibration: are the predicted survival probabilities at the subjects' own times uniform?
///
///   statistic = sum_k (N_k - n / 10)^2 / (n / 10),   p from chi-squared on 9 degrees of freedom
///
/// An event with S_i = 1 - r_i adds 1 to the bin ((k - 1) / 10, k / 10] of S_i. A censored subject in bin k adds
/// (S_i - (k - 1) / 10) / S_i to it and 1 / (10 S_i) to each lower one. Sampling weights are scaled to the number of rows.
///
/// A large p is no evidence of calibration: fractions make the statistic too small under heavy censoring.
/// undefined  as oe_follow_up, but for the absence of events
/// source     Haider et al. 2020, J. Mach. Learn. Res. 21(85); checked by tests/reference/model_measures_test
struct DCalibration {
  std::array<double, survival_bins> count = {};
  double statistic = std::numeric_limits<double>::quiet_NaN(),
         p = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {};
};
[[nodiscard]] DCalibration d_calibration_of(const Evaluation& evaluation);
[[nodiscard]] Estimate d_calibration(const Evaluation& evaluation);
[[nodiscard]] Estimate d_calibration_p(const Evaluation& evaluation);

} // namespace vigil::measure
