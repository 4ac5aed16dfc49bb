// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Royston and Altman 2013, BMC Med Res Methodol 13:33; docs/reproductions/royston_altman_2013.md.
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/reference/breast_cancer.hpp"
#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

constexpr double months_84 = 2557.0; ///< days
constexpr std::string_view derivation = "rotterdam nodes>0, 84 months";

Design published_covariates(const BreastCancer& cohort) {
  Design design(8);
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const double age = cohort.age[at(i)] / 100.0;
    design[0].push_back(age * age * age);
    design[1].push_back(age * age * age * std::log(age));
    design[5].push_back(1.0 / std::sqrt(cohort.nodes[at(i)]));
    design[6].push_back(cohort.er[at(i)] / 1000.0);
  }
  design[2] = cohort.meno;
  design[3] = cohort.size_20_50;
  design[4] = cohort.size_above_50;
  design[7] = cohort.hormon;
  return design;
}

struct RoystonAltman : testing::Test {
  const BreastCancer rotterdam = read_breast_cancer("rotterdam", true, months_84);
  const BreastCancer gbsg = read_breast_cancer("gbsg", false, months_84);
  const Design rotterdam_design = published_covariates(rotterdam);
  const CoxAnalysis model{rotterdam, rotterdam_design, survival::Ties::breslow};
  const std::vector<double> gbsg_index =
      linear_predictor(published_covariates(gbsg), model.fit.coefficient);
};

TEST_F(RoystonAltman, DerivationCohort) {
  EXPECT_EQ(rotterdam.subjects(), 1546);
  EXPECT_EQ(rotterdam.events(), 965.0);
}

TEST_F(RoystonAltman, CoefficientsToThePrintedDigits) {
  const std::vector<double>& b = model.fit.coefficient;
  ASSERT_EQ(model.fit.status, survival::CoxFitStatus::converged);
  EXPECT_NEAR(b[0], 1.07, printed_digits(2));
  EXPECT_NEAR(b[1], 9.13, printed_digits(2));
  EXPECT_NEAR(b[2], 0.46, printed_digits(2));
  EXPECT_NEAR(b[3], 0.23, printed_digits(2));
  EXPECT_NEAR(b[4] - b[3], 0.31, printed_digits(2)); // the paper's step from 20-50 to >50
  EXPECT_NEAR(b[5], -1.74, printed_digits(2));
  EXPECT_NEAR(b[6], -0.34, printed_digits(2));
  EXPECT_NEAR(b[7], -0.35, printed_digits(2));
}

TEST_F(RoystonAltman, CoefficientsAsInR) {
  const std::vector<std::string> names = {"a3", "a3l", "meno", "s2", "s3", "n", "er", "h"};
  for (Index k = 0; k < size_of(names); ++k) {
    const double expected = reference_value("Cox coefficient (Royston-Altman 2013 Table 2 recipe)",
                                            "survival",
                                            derivation,
                                            "breslow; " + names[at(k)]);
    EXPECT_NEAR(model.fit.coefficient[at(k)], expected, relative(expected, 1e-8, "two solvers"))
        << names[at(k)];
  }
}

TEST_F(RoystonAltman, ConcordanceInBothCohorts) {
  MeasureCase apparent(rotterdam.time, rotterdam.event);
  apparent.score(linear_predictor(rotterdam_design, model.fit.coefficient));
  EXPECT_NEAR(measure::harrell_c(apparent.evaluation()).value,
              reference_value("Harrell C derivation", "survival", derivation, "RA2013 PI"),
              1e-8);

  MeasureCase external(gbsg.time, gbsg.event);
  external.score(gbsg_index);
  const measure::Estimate c = measure::harrell_c(external.evaluation());
  EXPECT_NEAR(c.value,
              reference_value("Harrell C external", "survival", "gbsg", "RA2013 PI; 84 months"),
              1e-8);
  EXPECT_NEAR(external.se(c),
              reference_value("Harrell C external SE", "survival", "gbsg", "RA2013 PI; 84 months"),
              1e-8);
}

TEST_F(RoystonAltman, CalibrationSlopeInGbsg) {
  const CoxAnalysis slope(gbsg, {gbsg_index}, survival::Ties::breslow);
  EXPECT_NEAR(
      slope.fit.coefficient[0],
      reference_value("calibration slope", "survival", "gbsg", "RA2013 PI; 84 months; breslow"),
      1e-8);
  EXPECT_NEAR(
      slope.fit.standard_error(0),
      reference_value("calibration slope SE", "survival", "gbsg", "RA2013 PI; 84 months; breslow"),
      1e-8);
}

} // namespace
} // namespace vigil::test
