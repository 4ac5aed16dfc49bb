// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/follow_up_calibration.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <numeric>

namespace vigil::measure {
namespace {

using test::MeasureCase;

/// Hazards 0.5, 1, 0.25, 0.25 by the own times.
std::vector<double> own_risk() {
  std::vector<double> risk;
  for (const double hazard : {0.5, 1.0, 0.25, 0.25}) {
    risk.push_back(-std::expm1(-hazard));
  }
  return risk;
}

TEST(OeFollowUp, FourByHand) {
  MeasureCase example({1, 2, 3, 4}, std::vector<double>{1, 0, 1, 1});
  const auto risk = own_risk();
  example.own_risk(risk);
  const FollowUpCalibration found = follow_up_calibration(example.evaluation());
  EXPECT_NEAR(found.estimate.value, 3.0 / 2.0, test::rounding(1.5, 8));
  EXPECT_NEAR(found.poisson_se, 1.0 / std::sqrt(3.0), test::rounding(1.0, 8));
  // psi_i = (d_i - 1.5 H_i) / 0.5
  const std::vector<double> psi = {0.5, -3.0, 1.25, 1.25};
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(found.estimate.influence[at(i)], psi[at(i)], test::rounding(3.0, 16)) << i;
  }
}

TEST(OeFollowUp, CurvesAreReadAtTheOwnTime) {
  MeasureCase example({1, 2, 3}, std::vector<double>{1, 0, 1});
  RiskTable curves{.horizon = {2, 3}, .value = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}};
  example.curves(curves);
  // The first is before the curves begin: 0. The second at 2, the third at 3.
  const double expected = -std::log(0.8) - std::log(0.4);
  EXPECT_NEAR(
      oe_follow_up(example.evaluation()).value, 2.0 / expected, test::rounding(2.0 / expected, 8));
}

TEST(OeFollowUp, ReasonsWhyThereIsNone) {
  MeasureCase example({1, 2}, std::vector<double>{1, 0});
  EXPECT_EQ(oe_follow_up(example.evaluation()).undefined_because,
            "no predicted risks by the subjects' own times");
  const std::vector<double> certain = {0.5, 1.0}, missing = {0.5, std::nan("")};
  EXPECT_NE(oe_follow_up(example.own_risk(certain).evaluation()).undefined_because, "");
  EXPECT_NE(d_calibration(example.own_risk(missing).evaluation()).undefined_because, "");
  MeasureCase competing({1, 2, 3, 4}, std::vector<double>{1, 0, 2, 1});
  const auto risk = own_risk();
  EXPECT_NE(oe_follow_up(competing.own_risk(risk).evaluation()).undefined_because, "");
}

// An event with survival 0.25 is in the third tenth. A censored one with 0.4 is at the upper end of the fourth: of its
// later event 0.1 / 0.4 falls into each of the four lowest tenths.
TEST(DCalibration, TwoByHand) {
  MeasureCase example({1, 2}, std::vector<double>{1, 0});
  const std::vector<double> risk = {0.75, 0.6};
  example.own_risk(risk);
  const DCalibration found = d_calibration_of(example.evaluation());
  const std::vector<double> count = {0.25, 0.25, 1.25, 0.25, 0, 0, 0, 0, 0, 0};
  for (Index bin = 0; bin < survival_bins; ++bin) {
    EXPECT_NEAR(found.count[at(bin)], count[at(bin)], test::rounding(1.0, 16)) << bin;
  }
  EXPECT_NEAR(std::accumulate(found.count.begin(), found.count.end(), 0.0), 2.0, 1e-14);
  const double statistic = (3 * 0.05 * 0.05 + 1.05 * 1.05 + 6 * 0.2 * 0.2) / 0.2;
  EXPECT_NEAR(found.statistic, statistic, test::rounding(statistic, 64));
  EXPECT_GT(found.p, 0.0);
}

} // namespace
} // namespace vigil::measure
