// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/bivariate_t.hpp"
#include "vigil/numeric/tail.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vigil {
namespace {

constexpr double quadrature = 1e-12; // relative error that the integral is asked for

// Above both means: 1/4 + asin(r) / (2 pi), for every elliptical law.
TEST(bivariate_t, quadrants_are_those_of_every_elliptical_law) {
  for (const double freedom : {1.0, 4.0, 11.0, 200.0}) {
    for (const double r : {-1.0, -0.9, -0.3, 0.0, 0.5, 0.999, 1.0}) {
      const BivariateT law{.mean_first = 2.0,
                           .mean_second = -1.0,
                           .scale = {.first = 4.0, .cross = r * 2.0 * 0.5, .second = 0.25},
                           .degrees_of_freedom = freedom};
      EXPECT_NEAR(bivariate_t_probability(law, {.from = 2.0}, {.from = -1.0}),
                  0.25 + std::asin(r) / (2.0 * std::acos(-1.0)),
                  quadrature)
          << freedom << " " << r;
    }
  }
}

TEST(bivariate_t, without_limits_on_one_value_is_the_law_of_the_other) {
  const BivariateT law{.mean_first = 0.5,
                       .mean_second = 1.0,
                       .scale = {.first = 0.09, .cross = 0.05, .second = 0.04},
                       .degrees_of_freedom = 6.0};
  const double first = student_t_cdf((0.9 - 0.5) / 0.3, 6.0) - student_t_cdf(-0.5 / 0.3, 6.0);
  EXPECT_NEAR(bivariate_t_probability(law, {.from = 0.0, .to = 0.9}, {}), first, quadrature);
  const double second =
      student_t_cdf((1.2 - 1.0) / 0.2, 6.0) - student_t_cdf((0.8 - 1.0) / 0.2, 6.0);
  EXPECT_NEAR(bivariate_t_probability(law, {}, {.from = 0.8, .to = 1.2}), second, quadrature);
  EXPECT_NEAR(bivariate_t_probability(law, {}, {}), 1.0, quadrature);
}

// With correlation 1 both values are one: the probability of the narrower range.
TEST(bivariate_t, of_one_value_twice_is_that_of_the_common_range) {
  const BivariateT law{.scale = {.first = 1.0, .cross = 1.0, .second = 1.0},
                       .degrees_of_freedom = 5.0};
  EXPECT_NEAR(bivariate_t_probability(law, {.from = -1.0}, {.from = -2.0, .to = 0.5}),
              student_t_cdf(0.5, 5.0) - student_t_cdf(-1.0, 5.0),
              quadrature);
}

// mvtnorm 1.1.3, pmvt(algorithm = TVPACK(1e-14)), difference of two orthants; R 4.2.2.
TEST(bivariate_t, agrees_with_mvtnorm) {
  const BivariateT law{.scale = {.first = 1.0, .cross = 0.35, .second = 1.0},
                       .degrees_of_freedom = 7.0};
  EXPECT_NEAR(bivariate_t_probability(law, {.from = -0.4}, {.from = -0.7, .to = 0.9}),
              0.370048158189663,
              1e-9);
}

} // namespace
} // namespace vigil
