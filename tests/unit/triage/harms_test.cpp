// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/triage/harms.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::triage {
namespace {

using test::printed_digits;
using test::rounding;

// The two worked examples of the design (validation_triage 4.2), printed to three decimals.
Harms surgery() {
  return {.missed_event = 1,
          .resection = 0.17,
          .board = 0.005,
          .board_skill = 0.04,
          .residual_risk_ratio = 0.6};
}
Harms adjuvant() {
  return {.missed_event = 1,
          .resection = 0.2,
          .board = 0.04,
          .board_skill = 0.27,
          .residual_risk_ratio = 0.6};
}

TEST(Harms, FirstWorkedExample) {
  const auto on_reduction = thresholds(surgery());
  EXPECT_TRUE(on_reduction.board_zone_exists);
  EXPECT_NEAR(on_reduction.observe_below, 0.151, printed_digits(3));
  EXPECT_NEAR(on_reduction.two_way, 0.170, printed_digits(3));
  EXPECT_NEAR(on_reduction.resect_above, 0.265, printed_digits(3));
  const auto risk = on_risk(on_reduction, 0.6);
  EXPECT_NEAR(risk.observe_below, 0.38, printed_digits(2));
  EXPECT_NEAR(risk.observe_below, 0.005 / (0.04 * 0.83) / 0.4, rounding(0.38, 4));
  EXPECT_NEAR(risk.two_way, 0.425, printed_digits(3));
  EXPECT_NEAR(risk.resect_above, 0.662, printed_digits(3));
}

TEST(Harms, SecondWorkedExample) {
  const auto risk = on_risk(thresholds(adjuvant()), 0.6);
  EXPECT_NEAR(risk.observe_below, 0.463, printed_digits(3));
  EXPECT_NEAR(risk.two_way, 0.500, printed_digits(3));
  EXPECT_NEAR(risk.resect_above, 0.648, printed_digits(3));
}

TEST(Harms, ThresholdsAreWhereTheLossesCross) {
  // Losses of validation_triage 4.2 in other units than h_E = 1, at a risk under resection of 0.1.
  const Harms harms{.missed_event = 5, .resection = 1, .board = 0.1, .board_skill = 0.3};
  const auto limits = thresholds(harms);
  ASSERT_TRUE(limits.board_zone_exists);
  const auto losses = [&harms](double q) {
    const double r = 0.1, m = r + q;
    const double observe = harms.missed_event * m;
    const double resect = harms.resection + harms.missed_event * r;
    const double perfect = harms.missed_event * r + harms.resection * q;
    const double board = harms.board + (1 - harms.board_skill) * std::min(observe, resect) +
                         harms.board_skill * perfect;
    return std::array<double, 3>{observe, board, resect};
  };
  const auto low = losses(limits.observe_below), middle = losses(limits.two_way),
             high = losses(limits.resect_above);
  EXPECT_NEAR(low[0], low[1], rounding(low[0], 16));
  EXPECT_NEAR(middle[0], middle[2], rounding(middle[0], 16));
  EXPECT_NEAR(high[1], high[2], rounding(high[1], 16));
  EXPECT_LT(middle[1], middle[0]); // in between the board is best
}

TEST(Harms, BoardZoneExistsOnlyWithEnoughSkill) {
  Harms harms = surgery();
  const double least = harms.board / (harms.resection * (1 - 0.17));
  harms.board_skill = least * 0.999;
  const auto none = thresholds(harms);
  EXPECT_FALSE(none.board_zone_exists);
  EXPECT_EQ(none.observe_below, none.two_way);
  EXPECT_EQ(none.resect_above, none.two_way);
  harms.board_skill = least * 1.001;
  EXPECT_TRUE(thresholds(harms).board_zone_exists);
  harms.board_skill = 0.02; // example of 4.2: no board interval
  EXPECT_FALSE(thresholds(harms).board_zone_exists);
  harms.board_skill = 0.0;
  EXPECT_FALSE(thresholds(harms).board_zone_exists);
}

TEST(Harms, LargeBoardSkillEmptiesTheResectZone) {
  Harms harms = surgery();
  harms.board_skill = 0.08; // example of 4.2: on risk .19, .43, 1.58
  const auto risk = on_risk(thresholds(harms), 0.6);
  EXPECT_NEAR(risk.observe_below, 0.19, printed_digits(2));
  EXPECT_NEAR(risk.resect_above, 1.58, printed_digits(2));
}

template <class Change>
std::string refusal(Change change) {
  Harms harms = surgery();
  change(harms);
  try {
    check_harms(harms, "study.toml [triage] harms");
  } catch (const ConfigError& error) {
    EXPECT_FALSE(error.fault().found.empty());
    EXPECT_FALSE(error.fault().expected.empty());
    EXPECT_FALSE(error.fault().remedy.empty());
    return error.fault().where;
  }
  return "accepted";
}

TEST(Harms, ImpossibleHarmsAreRefusedAndNamed) {
  const double nan = std::nan("");
  EXPECT_EQ(refusal([](Harms&) {}), "accepted");
  const std::string where = "study.toml [triage] harms, ";
  EXPECT_EQ(refusal([](Harms& h) { h.missed_event = 0; }), where + "missed_event");
  EXPECT_EQ(refusal([](Harms& h) { h.resection = 1; }), where + "resection"); // not below h_E
  EXPECT_EQ(refusal([](Harms& h) { h.resection = 1.2; }), where + "resection");
  EXPECT_EQ(refusal([](Harms& h) { h.resection = -0.1; }), where + "resection");
  EXPECT_EQ(refusal([nan](Harms& h) { h.resection = nan; }), where + "resection");
  EXPECT_EQ(refusal([](Harms& h) { h.board = -0.1; }), where + "board");
  EXPECT_EQ(refusal([](Harms& h) { h.board_skill = 1.1; }), where + "board_skill");
  EXPECT_EQ(refusal([](Harms& h) { h.board_skill = -0.1; }), where + "board_skill");
  EXPECT_EQ(refusal([](Harms& h) { h.residual_risk_ratio = 1; }), where + "residual_risk_ratio");
  EXPECT_EQ(refusal([](Harms& h) { h.residual_risk_ratio = -0.1; }), where + "residual_risk_ratio");
  EXPECT_EQ(refusal([nan](Harms& h) { h.residual_risk_ratio = nan; }), "accepted");
}

TEST(Harms, AlphaObserveAboveTheTreatmentThresholdIsAUsageError) {
  EXPECT_NO_THROW(check_alpha_observe(0.42, surgery(), "alpha_observe")); // p_t = 0.425
  EXPECT_THROW(check_alpha_observe(0.43, surgery(), "alpha_observe"), ConfigError);
  EXPECT_THROW(check_alpha_observe(0.0, surgery(), "alpha_observe"), ConfigError);
  Harms both = surgery();
  both.residual_risk_ratio = std::nan("");
  EXPECT_NO_THROW(check_alpha_observe(0.16, both, "alpha_observe")); // q_t = 0.17
  EXPECT_THROW(check_alpha_observe(0.18, both, "alpha_observe"), ConfigError);
}

} // namespace
} // namespace vigil::triage
