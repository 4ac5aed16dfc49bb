// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/select/gaussian_knockoffs.hpp"
#include "vigil/select/knockoff_gaps.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::select {
namespace {

constexpr Index order = 5, rows = 40000;
constexpr double rho = 0.7;

/// Residuals with autoregressive correlations, of a projection on a constant and a slope.
struct Drawn {
  std::vector<double> correlation, residuals, slope;
  ResidualProjection projection{rows};

  explicit Drawn(const RandomKey& key) {
    for (Index column = 0; column < order; ++column) {
      for (Index row = 0; row < order; ++row) {
        correlation.push_back(std::pow(rho, static_cast<double>(std::abs(row - column))));
      }
    }
    for (Index row = 0; row < rows; ++row) {
      slope.push_back(static_cast<double>(row % 100));
    }
    projection.add(std::vector<double>(at(rows), 1.0));
    projection.add(slope);
    residuals.resize(at(order * rows));
    RandomStream draw(key);
    for (Index row = 0; row < rows; ++row) {
      double value = draw.normal();
      for (Index column = 0; column < order; ++column) {
        value = column == 0 ? value : rho * value + std::sqrt(1.0 - rho * rho) * draw.normal();
        residuals[at(column * rows + row)] = value;
      }
    }
    for (Index column = 0; column < order; ++column) {
      projection.remove_from(std::span(residuals).subspan(at(column * rows), at(rows)));
    }
  }
};

std::span<const double> column_of(const std::vector<double>& values, Index column) {
  return std::span(values).subspan(at(column * rows), at(rows));
}

/// Covariances in closed form: R among knockoffs, R - S with features; a mean of products has a standard deviation of
/// sqrt((1 + r^2) / rows).
struct GaussianKnockoffMoments : testing::TestWithParam<KnockoffGaps> {};

TEST_P(GaussianKnockoffMoments, AreThoseOfFeaturesButForTheGap) {
  const Drawn made(RandomKey(11));
  const auto gap = knockoff_gaps(GetParam(), made.correlation, order);
  const GaussianKnockoffs knockoffs(made.correlation, gap);
  const auto drawn = knockoffs.draw(made.residuals, made.projection, RandomKey(12));
  const auto covariance = [](std::span<const double> one, std::span<const double> other) {
    return dot(one, other) / static_cast<double>(rows - 2);
  };
  for (Index one = 0; one < order; ++one) {
    for (Index other = 0; other < order; ++other) {
      const double r = made.correlation[at(other * order + one)];
      const double expected = r - (one == other ? gap[at(one)] : 0.0);
      const double error = std::sqrt((1.0 + r * r) / static_cast<double>(rows));
      EXPECT_NEAR(covariance(column_of(drawn, one), column_of(drawn, other)),
                  r,
                  5.0 / 3.0 * test::monte_carlo(error));
      EXPECT_NEAR(covariance(column_of(made.residuals, one), column_of(drawn, other)),
                  expected,
                  5.0 / 3.0 * test::monte_carlo(error));
    }
  }
}

TEST_P(GaussianKnockoffMoments, KnockoffsAreOrthogonalToWhatIsHeldFixed) {
  const Drawn made(RandomKey(13));
  const GaussianKnockoffs knockoffs(made.correlation,
                                    knockoff_gaps(GetParam(), made.correlation, order));
  const auto drawn = knockoffs.draw(made.residuals, made.projection, RandomKey(14));
  for (Index column = 0; column < order; ++column) {
    EXPECT_NEAR(sum(column_of(drawn, column)), 0.0, test::rounding(1.0 * rows, 20));
    EXPECT_NEAR(dot(column_of(drawn, column), made.slope), 0.0, test::rounding(100.0 * rows, 20));
  }
}

INSTANTIATE_TEST_SUITE_P(Gaps,
                         GaussianKnockoffMoments,
                         testing::Values(KnockoffGaps::minimum_variance, KnockoffGaps::equal));

TEST(GaussianKnockoffs, BelongToTheirKey) {
  const Drawn made(RandomKey(15));
  const GaussianKnockoffs knockoffs(made.correlation, equal_gaps(made.correlation, order));
  const auto once = knockoffs.draw(made.residuals, made.projection, RandomKey(1));
  EXPECT_EQ(once, knockoffs.draw(made.residuals, made.projection, RandomKey(1)));
  EXPECT_NE(once, knockoffs.draw(made.residuals, made.projection, RandomKey(2)));
}

} // namespace
} // namespace vigil::select
