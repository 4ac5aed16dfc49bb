// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/simulate/net/cohort.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <set>

namespace vigil::simulate::net {
namespace {

Cohort cohort_of(Index subjects, Index features = 3000, int threads = 1) {
  Scheduler scheduler(threads);
  Design design;
  design.subjects = subjects;
  design.features = features;
  return simulate(design, scheduler);
}

/// Everything that is drawn about a patient, as text.
std::string told(const Cohort& cohort, Index i) {
  const Patient& p = cohort.patients[at(i)];
  const Measurements& m = cohort.measurements[at(i)];
  const Courses& courses = cohort.courses[at(i)];
  const Care& care = cohort.care[at(i)];
  const Missing& missing = cohort.missing[at(i)];
  std::string text = p.id;
  for (const double value : {static_cast<double>(p.centre),
                             static_cast<double>(p.surgeon),
                             p.metastatic_axis,
                             p.growth_axis,
                             p.age,
                             p.size,
                             p.ki67,
                             p.ki67_eus,
                             p.growth,
                             m.suv,
                             m.cga,
                             m.ca19_9,
                             m.score,
                             static_cast<double>(m.rating[4]),
                             courses.observed.spread,
                             courses.observed.death(),
                             courses.resected.spread,
                             courses.resected.death(),
                             care.time,
                             care.survival_time,
                             care.follow_up_end,
                             static_cast<double>(care.arm),
                             missing.eus ? 1.0 : 0.0,
                             missing.molecular ? 1.0 : 0.0}) {
    text += " " + number_text(value);
  }
  return text;
}

TEST(NetCohort, APatientIsTheSameForAnyNumberOfSubjectsFeaturesAndThreads) {
  const Cohort base = cohort_of(60);
  const Cohort larger = cohort_of(200, 3000, 7);
  const Cohort wider = cohort_of(60, 20000, 2);
  for (Index i = 0; i < base.subjects(); ++i) {
    EXPECT_EQ(told(base, i), told(larger, i));
    EXPECT_EQ(told(base, i), told(wider, i));
  }
}

TEST(NetCohort, IdsAreDifferentAndTellNothing) {
  const Cohort cohort = cohort_of(3000);
  std::set<std::string> ids;
  for (const Patient& patient : cohort.patients) {
    EXPECT_TRUE(ids.insert(patient.id).second);
  }
}

TEST(NetCentres, SharesSumToOneAndCountsAreExact) {
  const Cohort cohort = cohort_of(1);
  double share = 0.0, preference = 0.0;
  Index no_pet = 0, no_molecular = 0, europe = 0;
  for (const Centre& centre : cohort.centres) {
    share += centre.share;
    preference += centre.standard_preference;
    no_pet += centre.pet ? 0 : 1;
    no_molecular += centre.molecular ? 0 : 1;
    europe += centre.europe ? 1 : 0;
    EXPECT_GE(size_of(centre.surgeons), 1);
    EXPECT_LE(size_of(centre.surgeons), 8);
  }
  EXPECT_NEAR(share, 1.0, 1e-14);
  EXPECT_NEAR(preference, 0.0, 1e-12);
  EXPECT_EQ(no_pet, 4);
  EXPECT_EQ(no_molecular, 5);
  EXPECT_EQ(europe, 15);
  EXPECT_EQ(cohort.centres.front().name, "C01");
}

// Consistency: what is observed is the potential outcome of the arm, cut at the end of follow-up.
TEST(NetCare, TheOutcomeIsThatOfTheAssignedArm) {
  const Cohort cohort = cohort_of(4000);
  Index returned = 0;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const Care& care = cohort.care[at(i)];
    const Course& course = cohort.courses[at(i)].of(care.arm);
    const double death = course.death();
    ASSERT_EQ(care.survival_time, std::min(death, care.follow_up_end));
    ASSERT_EQ(care.time, std::min(course.spread, care.survival_time));
    ASSERT_GT(care.time, 0.0);
    const bool back = course.spread <= care.survival_time;
    ASSERT_EQ(care.status == Status::returned, back);
    ASSERT_EQ(care.survival_status == Status::censored, care.follow_up_end < death);
    returned += back ? 1 : 0;
  }
  EXPECT_GT(returned, 200);
}

TEST(NetCare, TreatmentFollowsItsLogOdds) {
  const Cohort cohort = cohort_of(20000, 3000, 2);
  double expected = 0.0, resected = 0.0, variance = 0.0;
  for (const Care& care : cohort.care) {
    const double p = 1.0 / (1.0 + std::exp(-care.resection_log_odds));
    expected += p;
    variance += p * (1.0 - p);
    resected += care.arm == Arm::resect ? 1.0 : 0.0;
  }
  EXPECT_NEAR(resected, expected, test::monte_carlo(std::sqrt(variance)));
}

// 20 mm exactly, EUS Ki-67 3 %: -0.75 + 0.9 + 1.4 - 0.045 x 10 - 0.6 = 0.5.
TEST(NetCare, LogOddsOfResectionByHand) {
  Patient patient;
  patient.age = 70.0;
  patient.cci = 2.0;
  patient.ki67_eus = 3.0;
  patient.duct_dilation = true;
  Centre centre;
  centre.surgeons = {9.0}; // no effect but in its scenario
  EXPECT_NEAR(resection_log_odds(patient, centre, default_constants()), 0.5, 1e-14);
  patient.size = 40.0;
  centre.preference_size = 0.1;
  EXPECT_NEAR(resection_log_odds(patient, centre, default_constants()),
              0.5 + 2.1 * std::log(2.0) + 1.5,
              1e-14);
}

/// Whether a month is one of the images of a centre.
bool is_visit(double month, const Centre& centre) {
  const double interval = month <= 24.0 ? centre.early_interval : 12.0;
  return std::fmod(month, interval) == 0.0;
}

TEST(NetCare, VisitsShowWhatHasHappened) {
  Scheduler scheduler(2);
  Design design;
  design.subjects = 4000;
  design.features = 0;
  const Cohort exact = simulate(design, scheduler);
  design.visits = true;
  const Cohort seen = simulate(design, scheduler);
  Index later = 0, disease_first = 0, diameters = 0;
  for (Index i = 0; i < seen.subjects(); ++i) {
    const Care& care = seen.care[at(i)];
    const Course& course = seen.courses[at(i)].of(care.arm);
    ASSERT_EQ(care.survival_time, exact.care[at(i)].survival_time);
    ASSERT_GE(care.time, exact.care[at(i)].time);
    if (care.status == Status::returned) {
      ASSERT_GE(care.time, course.spread);
      ASSERT_TRUE(is_visit(care.time, seen.centre_of(i))) << care.time;
      later += care.time - course.spread > 12.0 ? 1 : 0; // not shown by the first image
    }
    disease_first += care.status == Status::disease_death ? 1 : 0;
    diameters += size_of(care.visits);
    for (const Visit& visit : care.visits) {
      ASSERT_EQ(care.arm, Arm::observe);
      ASSERT_LT(visit.month, course.surgery);
    }
  }
  EXPECT_GT(later, 0);
  EXPECT_GT(disease_first, 0);
  EXPECT_GT(diameters, 4000);
  EXPECT_TRUE(exact.care.front().visits.empty());
}

/// Share of the patients of an arm that lack something.
double missing_share(const Cohort& cohort, Arm arm, bool Missing::*what, bool Centre::*unless) {
  double lacking = 0.0, all = 0.0;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    if (cohort.care[at(i)].arm == arm && (unless == nullptr || cohort.centre_of(i).*unless)) {
      all += 1.0;
      lacking += cohort.missing[at(i)].*what ? 1.0 : 0.0;
    }
  }
  return lacking / all;
}

TEST(NetMissing, SharesAreThoseOfTheLaws) {
  const Cohort cohort = cohort_of(20000, 3000, 2);
  const double se = std::sqrt(0.25 / 8000.0);
  EXPECT_NEAR(missing_share(cohort, Arm::observe, &Missing::molecular, &Centre::molecular),
              0.60,
              test::monte_carlo(se));
  EXPECT_NEAR(missing_share(cohort, Arm::resect, &Missing::molecular, &Centre::molecular),
              0.20,
              test::monte_carlo(se));
  EXPECT_NEAR(
      missing_share(cohort, Arm::resect, &Missing::suv, &Centre::pet), 0.25, test::monte_carlo(se));
  EXPECT_NEAR(
      missing_share(cohort, Arm::observe, &Missing::score, nullptr), 0.50, test::monte_carlo(se));
  for (Index i = 0; i < cohort.subjects(); ++i) {
    ASSERT_TRUE(cohort.centre_of(i).molecular || cohort.missing[at(i)].molecular);
    ASSERT_TRUE(cohort.centre_of(i).pet || cohort.missing[at(i)].suv);
  }
}

TEST(NetMissing, AHighScoreIsMissingMoreOftenWhenAskedFor) {
  Scheduler scheduler(2);
  Design design;
  design.subjects = 5000;
  design.features = 0;
  design.constants.score_missing_slope = 0.5;
  const Cohort cohort = simulate(design, scheduler);
  double missing = 0.0, known = 0.0, missing_count = 0.0;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const bool gone = cohort.missing[at(i)].score;
    (gone ? missing : known) += cohort.measurements[at(i)].score;
    missing_count += gone ? 1.0 : 0.0;
  }
  // The difference of means is about half an SD of 20, its SE about 0.6.
  EXPECT_GT(missing / missing_count - known / (5000.0 - missing_count), 5.0);
}

TEST(NetScenarios, NewCentresAreTheLastTwoAndHeldOut) {
  Scheduler scheduler(1);
  Design design;
  design.subjects = 1;
  design.features = 0;
  design.scenario = "new_centre";
  design.constants = resolved_constants(find_scenario("new_centre"), find_preset("default"), {});
  const Cohort shifted = simulate(design, scheduler);
  const Cohort usual = cohort_of(1);
  for (Index centre = 0; centre < 27; ++centre) {
    const double shift =
        shifted.centres[at(centre)].size_shift - usual.centres[at(centre)].size_shift;
    EXPECT_NEAR(shift, centre < 25 ? 0.0 : 0.35, 1e-15);
    EXPECT_EQ(shifted.centres[at(centre)].held_out, centre >= 25);
  }
}

TEST(NetScenarios, SpreadAtDiagnosisHasNoReturnButDeath) {
  Scheduler scheduler(1);
  Design design;
  design.subjects = 2000;
  design.features = 0;
  design.constants.m1_share = 0.2;
  const Cohort cohort = simulate(design, scheduler);
  Index m1 = 0;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    if (cohort.patients[at(i)].spread_at_diagnosis) {
      ++m1;
      ASSERT_NE(cohort.care[at(i)].status, Status::returned);
      ASSERT_EQ(cohort.care[at(i)].time, cohort.care[at(i)].survival_time);
      ASSERT_EQ(cohort.courses[at(i)].observed.spread, 0.0);
    } else {
      ASSERT_EQ(cohort.patients[at(i)].aim, Aim::cure);
    }
  }
  EXPECT_NEAR(static_cast<double>(m1), 400.0, test::monte_carlo(std::sqrt(2000.0 * 0.16)));
}

TEST(NetScenarios, HighRiskLeavesWhenCensoringInforms) {
  Scheduler scheduler(2);
  Design design;
  design.subjects = 4000;
  design.features = 0;
  const auto mean_end = [&](double loss, double sign) {
    design.constants.loss_occult = loss;
    const Cohort cohort = simulate(design, scheduler);
    double total = 0.0, count = 0.0;
    for (Index i = 0; i < cohort.subjects(); ++i) {
      if (sign * occult_index(cohort.patients[at(i)], design.constants, 0.0) > 1.0) {
        total += cohort.care[at(i)].follow_up_end;
        count += 1.0;
      }
    }
    return total / count;
  };
  EXPECT_LT(mean_end(0.6, 1.0), mean_end(0.0, 1.0));
  EXPECT_GT(mean_end(-0.6, 1.0), mean_end(0.0, 1.0));
}

} // namespace
} // namespace vigil::simulate::net
