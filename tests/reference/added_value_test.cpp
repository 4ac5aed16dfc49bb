// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// added_value.csv: R's survival, made by make_added_value.R.
#include "vigil/numeric/tail.hpp"
#include "vigil/select/global_test.hpp"
#include "vigil/select/nested_test.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <string>
#include <vector>

namespace vigil::select {
namespace {

constexpr const char* null_fit = "both stop at a Newton decrement far below this";

struct AddedValueReference : testing::TestWithParam<std::size_t> {
  std::vector<std::string> row = test::read_csv(VIGIL_REFERENCE "/added_value.csv")[GetParam()];
  survival::Ties ties = *survival::parse_ties(row[1]);
  test::Dataset table = test::read_dataset("veteran");
  FeatureMatrix none{137};
  Outcome outcome = outcome_of(row[0] == "entry");
  std::vector<Index> stratum = strata_of(row[0] == "strata");
  Scheduler scheduler{1};

  [[nodiscard]] double expected(std::size_t column) const {
    double value = 0.0;
    EXPECT_TRUE(test::parse_number(row[column], value));
    return value;
  }

  [[nodiscard]] Outcome outcome_of(bool with_entry) const {
    SurvivalOutcome result;
    result.time = table.numbers("time");
    for (Index i = 1; i <= 137; ++i) {
      result.event.push_back(table.numbers("status")[at(i - 1)] != 0.0 ? 1 : 0);
      if (with_entry) {
        result.entry.push_back(i % 3 == 0 ? std::floor(result.time[at(i - 1)] / 2.0) : 0.0);
      }
    }
    return result;
  }

  [[nodiscard]] std::vector<Index> strata_of(bool with_strata) const {
    std::vector<Index> result;
    for (const std::string& type : table.text("celltype")) {
      if (with_strata) {
        result.push_back(type == "squamous"    ? 0
                         : type == "smallcell" ? 1
                         : type == "adeno"     ? 2
                                               : 3);
      }
    }
    return result;
  }

  [[nodiscard]] ClinicalBlock block_of(const std::vector<const char*>& features) const {
    ClinicalBlock block(137);
    for (const char* name : {"karno", "age"}) {
      block.add({.name = name, .marker = false, .penalized = false}, table.numbers(name));
    }
    for (const char* name : features) {
      block.add({.name = name}, table.numbers(name));
    }
    return block;
  }
};

TEST_P(AddedValueReference, NestedTestsAreThoseOfCoxph) {
  const ClinicalBlock block = block_of({"diagtime", "trt", "prior"});
  const TrainingData data{
      .features = none, .clinical = block, .outcome = outcome, .stratum = stratum};
  const auto within = CaseWeights::ones(137);
  const auto null = fit_null_model(data, within, {.ties = ties}, scheduler);
  const TestedFeatures features(null, data, within, "median", scheduler);
  const auto tests = nested_tests(features);
  EXPECT_EQ(tests.likelihood_ratio.degrees_of_freedom, 3);
  EXPECT_EQ(tests.score.degrees_of_freedom, 3);
  EXPECT_NEAR(tests.likelihood_ratio.chi_square,
              expected(2),
              test::relative(400.0, 1e-11, "difference of two log likelihoods"));
  EXPECT_NEAR(tests.score.chi_square, expected(3), test::relative(expected(3), 1e-8, null_fit));
  EXPECT_EQ(tests.score.p, chi_square_upper(tests.score.chi_square, 3.0));
  EXPECT_TRUE(std::isnan(tests.score.estimate));
  EXPECT_TRUE(std::isnan(tests.likelihood_ratio.estimate));
  FitContext context{scheduler};
  const auto global = global_tests(features, 9, RandomKey(1), context);
  EXPECT_NEAR(
      global.permutation.statistic, expected(6), test::relative(expected(6), 1e-8, null_fit));
  EXPECT_EQ(global.permutation.statistic, global.multipliers.statistic);
}

TEST_P(AddedValueReference, OneFeatureHasItsCoefficient) {
  const ClinicalBlock block = block_of({"trt"});
  const TrainingData data{
      .features = none, .clinical = block, .outcome = outcome, .stratum = stratum};
  const auto within = CaseWeights::ones(137);
  const auto null = fit_null_model(data, within, {.ties = ties}, scheduler);
  const auto test = nested_tests({null, data, within, "median", scheduler}).likelihood_ratio;
  EXPECT_NEAR(test.estimate, expected(4), test::relative(expected(4), 1e-8, null_fit));
  EXPECT_NEAR(test.upper - test.lower,
              2.0 * normal_quantile(0.975) * expected(5),
              test::relative(1.0, 1e-8, null_fit));
}

INSTANTIATE_TEST_SUITE_P(Coxph, AddedValueReference, testing::Range<std::size_t>(1, 7));

} // namespace
} // namespace vigil::select
