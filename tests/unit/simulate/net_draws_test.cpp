// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/draws.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <array>
#include <vector>

namespace vigil::simulate::net {
namespace {

RandomStream stream_of(const char* name) {
  return RandomStream(RandomKey(3).child(name));
}

constexpr Index draws = 200000;

// pt(2, 8) - pt(-2, 8) = 0.919484 by R 4.2.2; the draw is t sqrt(6/8), so |draw| < 2 sqrt(0.75).
TEST(NetDraws, TEightHasVarianceOneAndItsQuantiles) {
  RandomStream stream = stream_of("t");
  double square = 0.0, inside = 0.0;
  for (Index i = 0; i < draws; ++i) {
    const double value = unit_t8(stream);
    square += value * value;
    inside += std::fabs(value) < 2.0 * std::sqrt(0.75) ? 1.0 : 0.0;
  }
  const auto n = static_cast<double>(draws);
  // Kurtosis of t with 8 degrees of freedom is 4.5: the variance of a square is 3.5.
  EXPECT_NEAR(square / n, 1.0, test::monte_carlo(std::sqrt(3.5 / n)));
  EXPECT_NEAR(inside / n, 0.919484, test::monte_carlo(std::sqrt(0.9195 * 0.0805 / n)));
}

// Beta(4, 4): mean 1/2, variance 1/36.
TEST(NetDraws, SymmetricBetaHasItsMoments) {
  RandomStream stream = stream_of("beta");
  double sum = 0.0, square = 0.0;
  for (Index i = 0; i < draws; ++i) {
    const double value = symmetric_beta(stream, 4) - 0.5;
    sum += value;
    square += value * value;
  }
  const auto n = static_cast<double>(draws);
  EXPECT_NEAR(sum / n, 0.0, test::monte_carlo(std::sqrt(1.0 / 36.0 / n)));
  EXPECT_NEAR(square / n, 1.0 / 36.0, test::monte_carlo(0.04 / std::sqrt(n)));
}

// Inversion: P(X <= k) of Poisson(2.5) is 0.5438131 at k = 2 (by hand: e^-2.5 (1 + 2.5 + 3.125)).
TEST(NetDraws, PoissonInverts) {
  RandomStream stream = stream_of("poisson");
  double low = 0.0, sum = 0.0;
  for (Index i = 0; i < draws; ++i) {
    const auto value = static_cast<double>(poisson(stream, 2.5));
    sum += value;
    low += value <= 2.0 ? 1.0 : 0.0;
  }
  const auto n = static_cast<double>(draws);
  EXPECT_NEAR(sum / n, 2.5, test::monte_carlo(std::sqrt(2.5 / n)));
  EXPECT_NEAR(low / n, 0.5438131, test::monte_carlo(std::sqrt(0.25 / n)));
}

// shape 5, mean 20: P(0) = (1 + 4)^-5 = 0.00032; variance 20 + 0.2 x 400 = 100.
TEST(NetDraws, NegativeBinomialInverts) {
  EXPECT_EQ(negative_binomial(0.00031, 20.0, 0.2), 0.0);
  EXPECT_EQ(negative_binomial(0.00033, 20.0, 0.2), 1.0);
  RandomStream stream = stream_of("negative binomial");
  double sum = 0.0, square = 0.0;
  for (Index i = 0; i < draws; ++i) {
    const double value = negative_binomial(stream.uniform(), 20.0, 0.2) - 20.0;
    sum += value;
    square += value * value;
  }
  const auto n = static_cast<double>(draws);
  EXPECT_NEAR(sum / n, 0.0, test::monte_carlo(10.0 / std::sqrt(n)));
  EXPECT_NEAR(square / n, 100.0, test::monte_carlo(180.0 / std::sqrt(n)));
}

TEST(NetDraws, CategoricalKeepsItsShares) {
  RandomStream stream = stream_of("categorical");
  std::array<double, 3> count{};
  const std::array<double, 3> share{0.5, 0.3, 0.2};
  for (Index i = 0; i < draws; ++i) {
    count.at(at(categorical(stream, share))) += 1.0;
  }
  const auto n = static_cast<double>(draws);
  for (std::size_t place = 0; place < 3; ++place) {
    EXPECT_NEAR(count.at(place) / n, share.at(place), test::monte_carlo(0.5 / std::sqrt(n)));
  }
}

} // namespace
} // namespace vigil::simulate::net
