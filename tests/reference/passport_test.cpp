// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// passport.csv: R's survival and stats, made by make_passport.R.
#include "vigil/select/feature_passport.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include <string>
#include <vector>

namespace vigil::select {
namespace {

struct PassportReference : testing::TestWithParam<std::size_t> {
  std::vector<std::string> row = test::read_csv(VIGIL_REFERENCE "/passport.csv")[GetParam()];
  [[nodiscard]] double expected(std::size_t column) const {
    double value = 0.0;
    EXPECT_TRUE(test::parse_number(row[column], value));
    return value;
  }
};

TEST_P(PassportReference, EffectsOverCentresAreThoseOfCoxph) {
  const auto veteran = test::read_dataset("veteran");
  SurvivalOutcome survival;
  survival.time = veteran.numbers("time");
  std::vector<Index> centre;
  for (std::size_t i = 0; i < 137; ++i) {
    survival.event.push_back(veteran.numbers("status")[i] != 0.0 ? 1 : 0);
    const std::string& type = veteran.text("celltype")[i];
    centre.push_back(type == "adeno" ? 0 : type == "large" ? 1 : type == "smallcell" ? 2 : 3);
  }
  ClinicalBlock block(137);
  for (const char* name : {"karno", "age"}) {
    block.add({.name = name, .marker = false, .penalized = false}, veteran.numbers(name));
  }
  block.add({.name = row[0]}, veteran.numbers(row[0]));
  const FeatureMatrix none(137);
  const Outcome outcome = survival;
  TrainingData data{.features = none, .clinical = block, .outcome = outcome};
  data.centre = centre;
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const std::vector<Index> listed{2};
  const auto found = feature_passports(data, CaseWeights::ones(137), listed, context).front();
  std::vector<double> estimate, variance;
  for (std::size_t k = 1; k <= 4; ++k) {
    estimate.push_back(expected(k));
    variance.push_back(expected(4 + k) * expected(4 + k));
  }
  const auto pooled = pool_centres(estimate, variance, 0.95);
  constexpr const char* fits = "both stop at a Newton decrement far below this";
  EXPECT_EQ(found.centres.pooled.centres, 4);
  EXPECT_NEAR(found.centres.pooled.mu, pooled.mu, test::relative(1.0, 1e-8, fits));
  EXPECT_NEAR(found.centres.pooled.tau2, pooled.tau2, test::relative(1.0, 1e-8, fits));
  EXPECT_NEAR(found.centres.pooled.upper, pooled.upper, test::relative(1.0, 1e-8, fits));
  EXPECT_NEAR(found.centres.q_p, expected(9), test::relative(1.0, 1e-8, fits));
  EXPECT_NEAR(found.between.share, expected(10), test::relative(expected(10), 1e-10, "sums"));
  EXPECT_NEAR(found.between.p, expected(11), test::relative(expected(11), 1e-9, "tail of F"));
}

INSTANTIATE_TEST_SUITE_P(Coxph, PassportReference, testing::Range<std::size_t>(1, 4));

} // namespace
} // namespace vigil::select
