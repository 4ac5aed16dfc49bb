// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/best_rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {
namespace {

Design small_design() {
  Design design;
  design.subjects = 30;
  design.features = 0;
  design.horizons = {96.0, 120.0};
  design.replicates = 200;
  design.truth_error = 0.05;
  return design;
}

std::vector<double> differences(const std::vector<PatientTruth>& truth) {
  std::vector<double> values;
  for (const auto& one : truth) {
    for (const auto& cell : one.expectation) {
      values.push_back(cell.difference());
    }
  }
  return values;
}

TEST(NetTruth, IsTheSameForAnyNumberOfThreadsAndSubjects) {
  Design design = small_design();
  Scheduler one(1), seven(7);
  const Cohort cohort = simulate(design, one);
  const auto truth = truth_of(design, cohort.centres, cohort.patients, one);
  EXPECT_EQ(differences(truth),
            differences(truth_of(design, cohort.centres, cohort.patients, seven)));
  const auto fewer =
      truth_of(design, cohort.centres, std::span<const Patient>(cohort.patients).first(10), seven);
  EXPECT_EQ(differences(fewer), differences({truth.begin(), truth.begin() + 10}));
}

TEST(NetTruth, DrawsOnWhereTheDifferenceIsContested) {
  const Design design = small_design();
  Scheduler scheduler(2);
  const Cohort cohort = simulate(design, scheduler);
  bool drawn_on = false, stopped = false;
  for (const auto& one : truth_of(design, cohort.centres, cohort.patients, scheduler)) {
    EXPECT_EQ(one.replicates % 2, 0);
    for (const auto& cell : one.expectation) {
      // The last rounds may move a difference or its SE by their own noise.
      EXPECT_TRUE(std::fabs(cell.difference()) >= 0.1 || cell.difference_se <= 0.05);
    }
    drawn_on = drawn_on || one.replicates > 200;
    stopped = stopped || one.replicates == 200;
  }
  EXPECT_TRUE(drawn_on);
  EXPECT_TRUE(stopped);
}

TEST(NetTruth, ClassesAreStrictlyBeyondTheMargin) {
  EXPECT_EQ(decision_class(0.05, 0.05), 0);
  EXPECT_EQ(decision_class(0.051, 0.05), 1);
  EXPECT_EQ(decision_class(-0.051, 0.05), -1);
  EXPECT_EQ(decision_class(0.0, 0.0), 0);
}

// In the reference version the centre's quality has no say; in the own version it has.
TEST(NetTruth, ReferenceVersionKnowsNoCentre) {
  Design design = small_design();
  design.truth_error = 1e9; // as many draws for both
  Scheduler scheduler(1);
  const Cohort cohort = simulate(design, scheduler);
  Centre good, bad;
  good.quality = -2.0;
  bad.quality = 2.0;
  const TruthLayout layout{.horizons = 2};
  const auto own = at(layout.expectation(0, 1, 0)), reference = at(layout.expectation(1, 1, 0));
  double gap = 0.0;
  for (const Patient& patient : cohort.patients) {
    const auto left = patient_truth(design, patient, good, patient_key(1, 0));
    const auto right = patient_truth(design, patient, bad, patient_key(1, 0));
    EXPECT_EQ(left.expectation[reference].difference(), right.expectation[reference].difference());
    gap += left.expectation[own].difference() - right.expectation[own].difference();
  }
  EXPECT_GT(gap, 0.0);
}

TEST(NetTruth, RelabellingCentresWithTheirParametersChangesNothing) {
  const Design design = small_design();
  Scheduler scheduler(2);
  const Cohort cohort = simulate(design, scheduler);
  std::vector<Centre> centres(cohort.centres.rbegin(), cohort.centres.rend());
  std::vector<Patient> patients = cohort.patients;
  for (Patient& patient : patients) {
    patient.centre = 26 - patient.centre;
  }
  EXPECT_EQ(differences(truth_of(design, cohort.centres, cohort.patients, scheduler)),
            differences(truth_of(design, centres, patients, scheduler)));
}

/// The truth of patients whose subtype and axes are changed while all that is clinical stays.
std::vector<double> with_other_biology(const Design& design, const Cohort& cohort) {
  Scheduler scheduler(2);
  std::vector<Patient> patients = cohort.patients;
  for (Patient& patient : patients) {
    patient.subtype = (patient.subtype + 1) % 3;
    patient.metastatic_axis += 1.0;
    patient.growth_axis -= 1.0;
  }
  return differences(truth_of(design, cohort.centres, patients, scheduler));
}

// Null: no association of the difference with the molecular axes given the clinical inputs and growth's own noise.
TEST(NetTruth, NullScenarioKnowsNoMolecularAxis) {
  Scheduler scheduler(2);
  Design design = small_design();
  const Cohort usual = simulate(design, scheduler);
  EXPECT_NE(differences(truth_of(design, usual.centres, usual.patients, scheduler)),
            with_other_biology(design, usual));
  design.scenario = "null";
  design.constants = resolved_constants(find_scenario("null"), find_preset("default"), {});
  const Cohort null = simulate(design, scheduler);
  EXPECT_EQ(differences(truth_of(design, null.centres, null.patients, scheduler)),
            with_other_biology(design, null));
  // Growth is drawn once: given size and Ki-67 it does not depend on axis and subtype either.
  for (Index i = 0; i < null.subjects(); ++i) {
    const Patient& left = null.patients[at(i)];
    const Patient& right = usual.patients[at(i)];
    const double systematic = 0.80 * right.growth_axis + (right.subtype == 0   ? -0.4
                                                          : right.subtype == 2 ? 0.4
                                                                               : 0.0);
    if (right.growth < 1.0 && left.growth < 1.0) {
      EXPECT_NEAR(std::log(right.growth) - std::log(left.growth), systematic, 1e-12);
    }
  }
}

TEST(NetTruth, ClearanceHelpsOrDoesNothing) {
  Scheduler scheduler(2);
  Design design = small_design();
  const Cohort cohort = simulate(design, scheduler);
  const auto without = truth_of(design, cohort.centres, cohort.patients, scheduler);
  design.constants.clearance = 0.5;
  const auto with = truth_of(design, cohort.centres, cohort.patients, scheduler);
  double gain = 0.0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    for (std::size_t cell = 0; cell < with[i].expectation.size(); ++cell) {
      const Expectation& now = with[i].expectation[cell];
      EXPECT_EQ(without[i].expectation[cell].preoperative.mean(),
                without[i].expectation[cell].resect.mean());
      EXPECT_GE(now.preoperative.mean(), now.resect.mean() - 1e-12);
      gain += now.preoperative.mean() - now.resect.mean();
    }
  }
  EXPECT_GT(gain, 0.0);
}

TEST(NetTruth, ObservableRulesNeedPatients) {
  const Design design = small_design();
  Scheduler scheduler(1);
  const Cohort cohort = simulate(design, scheduler);
  const auto truth = truth_of(design, cohort.centres, cohort.patients, scheduler);
  const ObservableRule rule = ObservableRules(cohort, Observable::clinical).learn(truth, 0);
  EXPECT_TRUE(rule.difference.empty());
  EXPECT_THAT(rule.undefined_because, ::testing::HasSubstr("18 columns"));
}

// A difference that is linear in observable columns is found exactly, in patients that the fit has not seen.
TEST(NetTruth, ObservableRulesFindALinearDifference) {
  Scheduler scheduler(2);
  Design design = small_design();
  design.subjects = 1000;
  const Cohort cohort = simulate(design, scheduler);
  std::vector<PatientTruth> truth(1000, {.expectation = std::vector<Expectation>(1)});
  std::vector<double> clinical, molecular;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Patient& patient = cohort.patients[i];
    clinical.push_back(0.3 * patient.log_size() - 0.02 * patient.age + 0.1 * patient.cci);
    molecular.push_back(cohort.missing[i].molecular ? 0.0 : 0.4 * patient.metastatic_axis);
    truth[i].expectation[0].observe = {1.0, 1.0};
    truth[i].expectation[0].resect = {1.0 + clinical[i], 1.0 + clinical[i] + molecular[i]};
  }
  const auto blind = ObservableRules(cohort, Observable::clinical).learn(truth, 0);
  const auto seeing = ObservableRules(cohort, Observable::molecular).learn(truth, 0);
  double missed = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_NEAR(blind.difference[i].first, clinical[i], 1e-8);
    EXPECT_NEAR(seeing.difference[i].second, clinical[i] + molecular[i], 1e-8);
    missed = std::max(missed, std::fabs(blind.difference[i].second - clinical[i] - molecular[i]));
  }
  EXPECT_GT(missed, 0.5);
}

} // namespace
} // namespace vigil::simulate::net
