// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Gray's test and Aalen's variance against cmprsk 2.2-11: rows of reference_values.csv, and tests/reference/make_gray.R.
#include "vigil/survival/gray_test.hpp"

#include "vigil/survival/aalen_johansen.hpp"

#include <gtest/gtest.h>

#include "tests/support/mgus2.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

double same(double expected) {
  return test::relative(expected, 1e-10, "order of summation");
}

std::vector<Index> by_sex() {
  std::vector<Index> group;
  const auto data = test::read_dataset("mgus2");
  for (const auto& sex : data.text("sex")) {
    group.push_back(sex == "M" ? 1 : 0);
  }
  return group;
}

// Below 65, below 75, older.
std::vector<Index> by_age() {
  std::vector<Index> group;
  for (const double age : test::read_dataset("mgus2").numbers("age")) {
    group.push_back(age < 65.0 ? 0 : age < 75.0 ? 1 : 2);
  }
  return group;
}

TEST(GrayReference, SexInMgus2) {
  const Outcome outcome = test::mgus2();
  const auto found = gray_test(outcome, CaseWeights::ones(subjects_of(outcome)), 1, by_sex());
  const auto row = [](const char* method) {
    return test::reference_value(method, "cmprsk", "mgus2", "cause=pcm; group=sex");
  };
  const double statistic = row("Gray test statistic"), p = row("Gray test p");
  EXPECT_NEAR(found.test.chi_square, statistic, same(statistic));
  EXPECT_NEAR(found.test.p, p, same(p));
  EXPECT_EQ(found.test.degrees_of_freedom, 1);
  EXPECT_EQ(found.observed[0] + found.observed[1], 115.0); // progressions in mgus2
}

// Values of make_gray.R.
TEST(GrayReference, ThreeGroupsAndStrata) {
  const Outcome outcome = test::mgus2();
  const auto weights = CaseWeights::ones(subjects_of(outcome));
  const auto expect = [&](const GrayTest& found, double statistic, Index freedom) {
    EXPECT_NEAR(found.test.chi_square, statistic, same(statistic));
    EXPECT_EQ(found.test.degrees_of_freedom, freedom);
  };
  expect(gray_test(outcome, weights, 1, by_age()), 3.943499602356256, 2);
  expect(gray_test(outcome, weights, 2, by_age()), 270.839231113543, 2);
  expect(gray_test(outcome, weights, 1, by_sex(), by_age()), 1.418524825741767, 1);
  expect(gray_test(outcome, weights, 2, by_sex(), by_age()), 25.6960497033741, 1);
}

TEST(GrayReference, AalenVarianceOfMgus2) {
  const Outcome outcome = test::mgus2();
  const auto weights = CaseWeights::ones(subjects_of(outcome));
  const double row = test::reference_value(
      "CIF (Aalen variance)", "cmprsk", "mgus2", "cause=pcm; t=120; variance");
  EXPECT_NEAR(aalen_variance(outcome, weights, 1, 120), row, same(row));
  // make_gray.R
  EXPECT_NEAR(aalen_variance(outcome, weights, 2, 60), 0.000158040533867303, same(1.6e-4));
  EXPECT_NEAR(aalen_variance(outcome, weights, 2, 240), 0.000244882627827112, same(2.4e-4));
}

} // namespace
} // namespace vigil::survival
