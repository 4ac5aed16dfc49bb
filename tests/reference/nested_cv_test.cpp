// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/nested_cv.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace vigil {
namespace {

const std::filesystem::path folder(VIGIL_REFERENCE);

double number(const std::string& field) {
  double value = 0.0;
  if (!test::parse_number(field, value)) {
    throw std::runtime_error("no number: " + field);
  }
  return value;
}

std::vector<NestedFold> folds_of(const std::string& name) {
  std::map<std::pair<std::string, std::string>, NestedFold> folds;
  for (const auto& row : test::read_csv(folder / "nested_cv_losses.csv")) {
    if (row[0] == name) {
      NestedFold& fold = folds[{row[1], row[2]}];
      (row[3] == "inner" ? fold.inner : fold.outer).push_back(number(row[4]));
    }
  }
  std::vector<NestedFold> result;
  result.reserve(folds.size());
  for (auto& [place, fold] : folds) {
    result.push_back(std::move(fold));
  }
  return result;
}

class NestedCv : public testing::TestWithParam<std::string> {};

// Base R by the words of the algorithm: 23 subjects, 2 repeats of 4 folds, an interval of level 0.9.
TEST_P(NestedCv, agrees_with_base_r) {
  const std::vector<NestedFold> folds = folds_of(GetParam());
  ASSERT_EQ(folds.size(), 8U);
  const NestedInterval ours = nested_cv_interval(folds, 4, 23, 0.9);
  std::map<std::string, double> theirs;
  for (const auto& row : test::read_csv(folder / "nested_cv.csv")) {
    if (row[0] == GetParam()) {
      theirs[row[1]] = number(row[2]);
    }
  }
  const auto expect = [&](double value, const char* name) {
    EXPECT_NEAR(value, theirs.at(name), test::relative(1.0, 1e-13, "15 printed digits")) << name;
  };
  expect(ours.estimate, "estimate");
  expect(ours.se, "se");
  expect(ours.lower, "lower");
  expect(ours.upper, "upper");
  expect(ours.cross_validated, "cross_validated");
  expect(ours.nested, "nested");
  expect(ours.mean_squared_error, "mean_squared_error");
  expect(ours.inflation, "inflation");
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         NestedCv,
                         testing::Values("between", "least", "most"),
                         [](const auto& one) { return one.param; });

// Three folds of two subjects. Outer losses (0, 2), (1, 3), (2, 4): means 1, 2, 3, variances 2, b = 1 each. Inner losses, all
// (1, 3): mean 2 in each fold; a = 1, 0, 1. MSE = 2/3 - 1 < 0: no inflation. Err_NCV = Err_CV = 2: no bias. sd(e)^2 of twelve
// losses, six of 1 and six of 3, is 12/11.
TEST(nested_cv, by_hand) {
  const std::vector<NestedFold> folds{
      {{0, 2}, {1, 3, 1, 3}}, {{1, 3}, {1, 3, 3, 1}}, {{2, 4}, {3, 1, 1, 3}}};
  const NestedInterval result = nested_cv_interval(folds, 3, 6, 0.95);
  EXPECT_NEAR(result.mean_squared_error, -1.0 / 3.0, test::rounding(1, 16));
  EXPECT_EQ(result.inflation, 1.0);
  EXPECT_NEAR(result.estimate, 2.0, test::rounding(2, 8));
  EXPECT_NEAR(result.se, std::sqrt(12.0 / 11.0 / 6.0), test::rounding(1, 16));
  EXPECT_NEAR(result.upper, 2.0 + normal_quantile(0.975) * result.se, test::rounding(3, 8));
}

// The point is moved beyond the cross-validated loss: with K = 3, Err_NCV = 3 and Err_CV = 2,
// 3 - (1 + (1/3)^1.5) x 1 = 2 - 3^-1.5.
TEST(nested_cv, takes_the_cost_of_small_training_sets_off) {
  const std::vector<NestedFold> folds{
      {{0, 2}, {2, 4, 2, 4}}, {{1, 3}, {2, 4, 4, 2}}, {{2, 4}, {4, 2, 2, 4}}};
  const NestedInterval result = nested_cv_interval(folds, 3, 6, 0.95);
  EXPECT_EQ(result.cross_validated, 2.0);
  EXPECT_EQ(result.nested, 3.0);
  EXPECT_NEAR(result.estimate, 2.0 - std::pow(3.0, -1.5), test::rounding(2, 8));
}

} // namespace
} // namespace vigil
