// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/quality_of_life.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::simulate::net {
namespace {

/// 20 mm, Ki-67 2 %, subtype 2, no nodes, body or tail, 60-year-old woman: ls = lk = biology = eta = 0.
Patient plain() {
  Patient patient;
  patient.subtype = 1;
  patient.growth = 0.1;
  return patient;
}

/// Nothing happens: uniforms at the upper end, long waits.
HistoryDraw nothing() {
  HistoryDraw draw{};
  for (double* waiting : {&draw.local,
                          &draw.seeding,
                          &draw.complication,
                          &draw.elective,
                          &draw.non_cancer,
                          &draw.disease}) {
    *waiting = 1e9;
  }
  for (double* uniform : {&draw.occult,
                          &draw.attempt,
                          &draw.unresectable,
                          &draw.death_now,
                          &draw.death_later,
                          &draw.major,
                          &draw.diabetes,
                          &draw.insufficiency,
                          &draw.fistula,
                          &draw.clearance}) {
    *uniform = 0.999999;
  }
  return draw;
}

const Constants c = default_constants();

HistoryRates rates_of(const Patient& patient) {
  return history_rates(patient, c, 0.0, 0.0);
}

TEST(NetHistory, RatesOfThePlainPatientAreTheConstants) {
  const HistoryRates rates = rates_of(plain());
  EXPECT_NEAR(rates.occult_probability, 1.0 - std::exp(-std::exp(-3.32)), 1e-15);
  EXPECT_NEAR(rates.occult_lag, 44.0, 1e-12);
  EXPECT_NEAR(rates.local_rate, 0.0035 / 12.0, 1e-18);
  EXPECT_NEAR(rates.seeding_rate, 0.018 / 12.0, 1e-17);
  EXPECT_NEAR(rates.seeding_acceleration, 1.9 * 0.1 / 12.0, 1e-16);
  EXPECT_NEAR(rates.growth_trigger, 12.0 * std::log(27.0 / 20.0) / 0.1, 1e-12);
  EXPECT_NEAR(rates.mortality, 0.0062 * 0.78, 1e-17);
  EXPECT_NEAR(rates.operative_death, std::log(0.006 / 0.994), 1e-14);
  EXPECT_NEAR(rates.major_complication, 0.14, 1e-15);
  EXPECT_NEAR(rates.diabetes, 0.27, 1e-15);
  EXPECT_EQ(rates.insufficiency, 0.34);
  EXPECT_NEAR(rates.disease_rate, std::log(2.0) / 95.0, 1e-17);
}

TEST(NetHistory, GrowthIsTreatedAtSevenMillimetresThirtyOrAQuarter) {
  Patient patient = plain();
  patient.size = 26.0; // min(33, 30)
  EXPECT_NEAR(rates_of(patient).growth_trigger, 12.0 * std::log(30.0 / 26.0) / 0.1, 1e-12);
  patient.size = 40.0;
  EXPECT_NEAR(rates_of(patient).growth_trigger, 12.0 * std::log(1.25) / 0.1, 1e-12);
}

TEST(NetHistory, OccultSpreadReturnsInBothArmsAtOnce) {
  HistoryDraw draw = nothing();
  draw.occult = 0.0;
  draw.occult_lag = -1.5; // 44 e^(-1.125) = 14.285 months
  draw.disease = 1.0;
  const double lag = 44.0 * std::exp(-0.75 * 1.5);
  const double rate = std::log(2.0) / 95.0;
  const Course resected = resect_now(rates_of(plain()), draw, c);
  EXPECT_NEAR(resected.spread, lag, 1e-12);
  EXPECT_FALSE(resected.local_alone);
  EXPECT_NEAR(resected.death(), lag + 1.0 / (1.5 * rate), 1e-10); // within 18 months: faster
  EXPECT_EQ(resected.cause(), Death::disease);
  const Course observed = observe(rates_of(plain()), draw, c);
  EXPECT_NEAR(observed.spread, lag, 1e-12);
  EXPECT_NEAR(observed.death(), lag + 1.0 / rate, 1e-10);
  EXPECT_FALSE(observed.operated());
  EXPECT_GT(resect_now(rates_of(plain()), draw, c, true).spread, 1e9); // the far local one alone
}

TEST(NetHistory, LocalRecurrenceTakesTwiceAsLong) {
  HistoryDraw draw = nothing();
  draw.local = 0.0035; // hazard 0.0035 a year: 12 months
  draw.disease = 1.0;
  const Course course = resect_now(rates_of(plain()), draw, c);
  EXPECT_NEAR(course.spread, 12.0, 1e-10);
  EXPECT_TRUE(course.local_alone);
  EXPECT_NEAR(course.death(), 12.0 + 2.0 / (1.5 * std::log(2.0) / 95.0), 1e-9);
}

// Seeding: cumulative hazard r (e^(k t) - 1) / k = E. Without surgery it shows after its lag; surgery before it
// prevents it.
TEST(NetHistory, SurgeryPreventsOnlySpreadThatIsSeededLater) {
  const HistoryRates rates = rates_of(plain());
  HistoryDraw draw = nothing();
  const double k = 1.9 * 0.1 / 12.0, r = 0.018 / 12.0;
  const double trigger = 12.0 * std::log(1.35) / 0.1; // 36.01 months
  for (const double seeded : {trigger - 1.0, trigger + 1.0}) {
    draw.seeding = r * std::expm1(k * seeded) / k;
    draw.attempt = 0.999; // above 0.85: no surgery
    EXPECT_NEAR(observe(rates, draw, c).spread, seeded + 44.0, 1e-9);
    draw.attempt = 0.0;
    const Course course = observe(rates, draw, c);
    EXPECT_NEAR(course.surgery, trigger, 1e-12);
    EXPECT_EQ(course.trigger, Trigger::growth);
    if (seeded < trigger) {
      EXPECT_NEAR(course.spread, seeded + 44.0, 1e-9);
    } else {
      EXPECT_GT(course.spread, 1e9); // the far local recurrence alone
    }
  }
}

TEST(NetHistory, UnresectableFindingsCountAsSpreadAfterSixMonths) {
  HistoryDraw draw = nothing();
  draw.attempt = 0.0;
  draw.unresectable = 0.0;
  const Course course = observe(rates_of(plain()), draw, c);
  EXPECT_TRUE(course.unresectable);
  EXPECT_FALSE(course.operated());
  EXPECT_NEAR(course.spread, 12.0 * std::log(1.35) / 0.1 + 6.0, 1e-12);
}

TEST(NetHistory, AComplicationMakesSurgeryUrgent) {
  HistoryDraw draw = nothing();
  draw.attempt = 0.0;
  draw.complication = 0.0005 * 10.0; // rate 0.006 / 12 a month: month 10
  draw.death_time = 0.5;
  const HistoryRates rates = rates_of(plain());
  const double odds = std::log(0.006 / 0.994) + 0.045 * 10.0 / 12.0 + 0.6;
  const double risk = 1.0 / (1.0 + std::exp(-odds));
  draw.death_later = risk - 1e-9;
  const Course dead = observe(rates, draw, c);
  EXPECT_EQ(dead.trigger, Trigger::complication);
  EXPECT_NEAR(dead.surgery, 10.0, 1e-12);
  EXPECT_NEAR(dead.death(), 10.0 + 0.1 + 0.5 * 2.9, 1e-12);
  EXPECT_EQ(dead.cause(), Death::operative);
  draw.death_later = risk + 1e-9;
  EXPECT_EQ(observe(rates, draw, c).operative_death, never);
}

TEST(NetHistory, GompertzReachesItsCumulativeHazard) {
  HistoryDraw draw = nothing();
  draw.non_cancer = 0.7;
  const double t = observe(rates_of(plain()), draw, c).non_cancer_death / 12.0;
  EXPECT_NEAR(0.0062 * 0.78 * std::expm1(0.088 * t) / 0.088, 0.7, 1e-12);
}

TEST(NetHistory, LaterPeriodHasItsOwnLocalHazard) {
  Constants other = c;
  other.local_early = 3.0;
  other.local_late = 0.4;
  HistoryDraw draw = nothing();
  const double rate = 0.0035 / 12.0;
  draw.local = 3.0 * rate * 24.0 + 0.4 * rate * 10.0;
  EXPECT_NEAR(resect_now(history_rates(plain(), other, 0.0, 0.0), draw, other).spread, 34.0, 1e-9);
}

TEST(NetHistory, ElectiveCrossoverIsATriggerOfItsOwn) {
  Constants other = c;
  other.elective_crossover = 0.05;
  HistoryDraw draw = nothing();
  draw.elective = 0.05; // one year
  draw.attempt = 0.99;  // a choice needs no further attempt
  const Course course = observe(history_rates(plain(), other, 0.0, 0.0), draw, other);
  EXPECT_EQ(course.trigger, Trigger::elective);
  EXPECT_NEAR(course.surgery, 12.0, 1e-12);
}

// Surgery at 24, spread at 60, death at 90, horizon 120, age 70, no complication, diabetes.
//   0.88 x 7.5 - 0.015 x 2 - 0.005 x 3 - 0.15 x 2.5 - 0.12 x 0.5 - 0.05 x 5.5 = 5.845
TEST(NetQualityOfLife, IsTheSumOfItsStretches) {
  Course course;
  course.surgery = 24.0;
  course.spread = 60.0;
  course.disease_death = 90.0;
  course.diabetes = true;
  const auto sets = utility_sets(c);
  EXPECT_NEAR(quality_adjusted_years(course, sets[0], 70.0, 120.0), 7.5, 1e-14);
  EXPECT_NEAR(quality_adjusted_years(course, sets[1], 70.0, 120.0), 5.845, 1e-13);
  EXPECT_NEAR(quality_adjusted_years(course, sets[2], 70.0, 120.0), 5.845 - 0.05 * 5.5, 1e-13);
  course.major = true; // 0.25 for a year instead of 0.12 for half of one
  EXPECT_NEAR(quality_adjusted_years(course, sets[1], 70.0, 120.0), 5.845 + 0.06 - 0.25, 1e-13);
  // To 30 months: 0.88 x 2.5 - 0.015 x 2 - 0.005 x 0.5 - 0.25 x 0.5 - 0.05 x 0.5
  EXPECT_NEAR(
      quality_adjusted_years(course, sets[1], 70.0, 30.0), 2.2 - 0.03 - 0.0025 - 0.15, 1e-13);
}

// One year at 3 %: (1 - 1.03^-1) / ln 1.03.
TEST(NetQualityOfLife, DiscountsContinuously) {
  Constants other = c;
  other.discount = 0.03;
  const Course alive;
  const double year = (1.0 - 1.0 / 1.03) / std::log(1.03);
  EXPECT_NEAR(quality_adjusted_years(alive, utility_sets(other)[1], 60.0, 12.0),
              (0.90 - 0.015) * year,
              1e-14);
}

} // namespace
} // namespace vigil::simulate::net
