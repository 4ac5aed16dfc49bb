// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/adequate.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace vigil {
namespace {

using test::relative;

const std::filesystem::path folder(VIGIL_REFERENCE);
const double logit_7 = std::log(0.7 / 0.3);
const ValueRange above{.from = logit_7};
const ValueRange near_one{.from = 0.8, .to = 1.2};

double number(const std::string& field) {
  double value = 0.0;
  if (!test::parse_number(field, value)) {
    throw std::runtime_error("no number: " + field);
  }
  return value;
}

std::vector<EstimatePair> pairs_of(const std::string& name) {
  std::vector<EstimatePair> pairs;
  for (const auto& row : test::read_csv(folder / "new_centre_pairs.csv")) {
    if (row[0] == name) {
      pairs.push_back({.first = number(row[1]),
                       .second = number(row[2]),
                       .variance = {.first = number(row[3]),
                                    .cross = number(row[4]),
                                    .second = number(row[5])}});
    }
  }
  return pairs;
}

std::map<std::string, double> values_of(const std::string& name) {
  std::map<std::string, double> values;
  for (const auto& row : test::read_csv(folder / "new_centre.csv")) {
    if (row[0] == name) {
      values[row[1]] = number(row[2]);
    }
  }
  return values;
}

class NewCentre : public testing::TestWithParam<std::string> {};

// Their optimiser stops where the likelihood is flat to its last digit: 8 digits of the variances.
TEST_P(NewCentre, pairs_agree_with_a_restricted_likelihood_in_r) {
  const BivariatePooling pooled = pool_centres(pairs_of(GetParam()));
  auto theirs = values_of(GetParam());
  const auto expect = [&](double ours, const char* name) {
    EXPECT_NEAR(ours, theirs.at(name), relative(0.1, 1e-6, "optim, in units of the variances"))
        << name;
  };
  EXPECT_TRUE(pooled.converged);
  expect(pooled.between.first, "tau_11");
  expect(pooled.between.cross, "tau_12");
  expect(pooled.between.second, "tau_22");
  expect(pooled.mu_first, "mu_1");
  expect(pooled.mu_second, "mu_2");
  expect(pooled.between.first + pooled.mu_variance.first, "scale_11");
  expect(pooled.between.cross + pooled.mu_variance.cross, "scale_12");
  expect(pooled.between.second + pooled.mu_variance.second, "scale_22");
  EXPECT_NEAR(adequate_probability(pooled, above, near_one), theirs.at("joint"), 1e-6);
  // Ours is at least as good a maximum.
  EXPECT_LE(-pooled.log_likelihood, theirs.at("loss") + 1e-10);
}

TEST_P(NewCentre, one_value_agrees_with_metafor) {
  std::vector<double> y, v;
  for (const EstimatePair& pair : pairs_of(GetParam())) {
    y.push_back(pair.first);
    v.push_back(pair.variance.first);
  }
  const double theirs = values_of(GetParam()).at("above");
  EXPECT_NEAR(adequate_probability(pool_centres(y, v, 0.95), above),
              theirs,
              relative(theirs, 1e-9, "their iteration stops at 1e-14"));
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         NewCentre,
                         testing::Values("spread", "bound", "line"),
                         [](const auto& one) { return one.param; });

TEST(new_centre, pairs_agree_with_metafor) {
  const BivariatePooling pooled = pool_centres(pairs_of("spread"));
  auto theirs = values_of("spread");
  const char* reason = "nlminb stops at a relative change of 1e-12 of the likelihood";
  EXPECT_NEAR(pooled.between.first, theirs.at("metafor_tau_11"), relative(0.05, 1e-5, reason));
  EXPECT_NEAR(pooled.between.cross, theirs.at("metafor_tau_12"), relative(0.05, 1e-5, reason));
  EXPECT_NEAR(pooled.between.second, theirs.at("metafor_tau_22"), relative(0.05, 1e-5, reason));
  EXPECT_NEAR(pooled.mu_first, theirs.at("metafor_mu_1"), relative(1.0, 1e-7, reason));
  EXPECT_NEAR(pooled.mu_second, theirs.at("metafor_mu_2"), relative(1.0, 1e-7, reason));
}

// With the same S in every centre, T = covariance of the estimates (divisor k - 1) less S, mu the plain mean, and
// H2 (sum W)^-1 = H2 cov / k with H2 = tr(cov^-1 (k - 1) cov) / (2 (k - 1)) = 1.
TEST(new_centre, equal_variances_of_pairs_are_the_analysis_of_variance) {
  // Means 3 and 2; deviations (-2, -1), (-1, 1), (0, 1), (3, -1): squares 14 and 4, products -2 over 3.
  std::vector<EstimatePair> pairs;
  for (const auto& [first, second] :
       std::vector<std::pair<double, double>>{{1, 1}, {2, 3}, {3, 3}, {6, 1}}) {
    pairs.push_back({first, second, {.first = 0.5, .cross = 0.25, .second = 0.5}});
  }
  const BivariatePooling pooled = pool_centres(pairs);
  EXPECT_TRUE(pooled.converged);
  const double found = 1e-9; // Newton's steps end there
  EXPECT_NEAR(pooled.mu_first, 3.0, test::rounding(3, 8));
  EXPECT_NEAR(pooled.mu_second, 2.0, test::rounding(2, 8));
  EXPECT_NEAR(pooled.between.first, 14.0 / 3.0 - 0.5, found);
  EXPECT_NEAR(pooled.between.cross, -2.0 / 3.0 - 0.25, found);
  EXPECT_NEAR(pooled.between.second, 4.0 / 3.0 - 0.5, found);
  EXPECT_NEAR(pooled.mu_variance.first, 14.0 / 12.0, found);
  EXPECT_NEAR(pooled.mu_variance.cross, -2.0 / 12.0, found);
  EXPECT_NEAR(pooled.mu_variance.second, 4.0 / 12.0, found);
}

// Four centres, y = 1, 2, 4, 9 with variance 3: tau2 = 29/3, mu = 4, se^2 = 38/12. With 3 degrees of freedom
// F(x) = 1/2 + {x' / (1 + x'^2) + atan x'} / pi, x' = x / sqrt(3).
TEST(new_centre, one_value_by_hand) {
  const CentrePooling pooled =
      pool_centres(std::vector<double>{1, 2, 4, 9}, std::vector<double>(4, 3.0), 0.95);
  const auto below = [](double limit) {
    const double x = (limit - 4.0) / std::sqrt(29.0 / 3.0 + 38.0 / 12.0) / std::sqrt(3.0);
    return 0.5 + (x / (1.0 + x * x) + std::atan(x)) / std::acos(-1.0);
  };
  EXPECT_NEAR(adequate_probability(pooled, {.from = 3.0}), 1.0 - below(3.0), 1e-13);
  EXPECT_NEAR(adequate_probability(pooled, {.to = 3.0}), below(3.0), 1e-13);
  EXPECT_NEAR(
      adequate_probability(pooled, {.from = 2.0, .to = 7.0}), below(7.0) - below(2.0), 1e-13);
}

TEST(new_centre, the_prediction_interval_holds_its_level) {
  const CentrePooling pooled =
      pool_centres(std::vector<double>{1, 2, 4, 9}, std::vector<double>{3, 1, 2, 3}, 0.8);
  EXPECT_NEAR(
      adequate_probability(pooled, {pooled.prediction_lower, pooled.prediction_upper}), 0.8, 1e-12);
}

TEST(new_centre, equal_estimates_say_nothing) {
  const CentrePooling pooled =
      pool_centres(std::vector<double>(5, 1.0), std::vector<double>(5, 3.0), 0.95);
  EXPECT_TRUE(std::isnan(adequate_probability(pooled, {.from = 0.5})));
  const BivariatePooling pairs =
      pool_centres(std::vector<EstimatePair>(5, {1.0, 1.0, {3.0, 0.0, 3.0}}));
  EXPECT_TRUE(std::isnan(adequate_probability(pairs, {.from = 0.5}, near_one)));
}

/// Centres with normal values around (1.1, 0.95), of which estimates with errors of their own are seen.
std::vector<EstimatePair> drawn(Index centres, const RandomKey& key) {
  RandomStream stream(key);
  std::vector<EstimatePair> pairs;
  for (Index s = 0; s < centres; ++s) {
    const double one = stream.normal(), other = stream.normal();
    const double first = 1.1 + 0.4 * one, second = 0.95 + 0.2 * (0.6 * one + 0.8 * other);
    const double size = 0.5 + stream.uniform();
    const double error = stream.normal(), rest = stream.normal();
    const double r = 0.5; // 0.015 / (0.2 x 0.15)
    pairs.push_back({first + 0.2 * std::sqrt(size) * error,
                     second + 0.15 * std::sqrt(size) * (r * error + std::sqrt(1.0 - r * r) * rest),
                     {.first = 0.04 * size, .cross = 0.015 * size, .second = 0.0225 * size}});
  }
  return pairs;
}

/// The law of the values of drawn(): as good as normal.
const BivariateT truth{.mean_first = 1.1,
                       .mean_second = 0.95,
                       .scale = {.first = 0.16, .cross = 0.6 * 0.4 * 0.2, .second = 0.04},
                       .degrees_of_freedom = 1e6};

// With many centres the probability is that of the law of the values: 400 centres, standard error about 0.02.
TEST(new_centre, many_centres_find_the_true_probability) {
  const BivariatePooling pooled = pool_centres(drawn(400, RandomKey(8)));
  EXPECT_NEAR(adequate_probability(pooled, above, near_one),
              bivariate_t_probability(truth, above, near_one),
              test::monte_carlo(0.02));
}

// Eight centres, 1,000 times, and how probable an adequate next one was said to be on average. The tails of t and the
// uncertainty of mu take it below the true 0.736 and 0.536, by less than 0.03 and 0.06.
TEST(new_centre, few_centres_say_less_than_the_truth_by_little) {
  double one = 0.0, both = 0.0;
  constexpr Index repetitions = 1000;
  for (Index repetition = 0; repetition < repetitions; ++repetition) {
    const std::vector<EstimatePair> pairs = drawn(8, RandomKey(17).child(repetition));
    std::vector<double> y, v;
    for (const EstimatePair& pair : pairs) {
      y.push_back(pair.first);
      v.push_back(pair.variance.first);
    }
    one += adequate_probability(pool_centres(y, v, 0.95), above) / repetitions;
    both += adequate_probability(pool_centres(pairs), above, near_one) / repetitions;
  }
  const double true_one = bivariate_t_probability(truth, above, {});
  const double true_both = bivariate_t_probability(truth, above, near_one);
  RecordProperty("figures",
                 std::to_string(one) + " of " + std::to_string(true_one) + ", " +
                     std::to_string(both) + " of " + std::to_string(true_both));
  const double error = test::monte_carlo(0.15 / std::sqrt(static_cast<double>(repetitions)));
  EXPECT_LT(one, true_one + error);
  EXPECT_GT(one, true_one - 0.03 - error);
  EXPECT_LT(both, true_both + error);
  EXPECT_GT(both, true_both - 0.06 - error);
}

} // namespace
} // namespace vigil
