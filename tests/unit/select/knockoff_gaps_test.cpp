// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/factor.hpp"
#include "vigil/select/knockoff_gaps.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::select {
namespace {

/// 1 on the diagonal, entry(i, j) beside it.
template <class Entry>
std::vector<double> matrix(Index order, const Entry& entry) {
  std::vector<double> values;
  for (Index column = 0; column < order; ++column) {
    for (Index row = 0; row < order; ++row) {
      values.push_back(row == column ? 1.0 : entry(row, column));
    }
  }
  return values;
}

std::vector<double> autoregressive(Index order, double rho) {
  return matrix(order, [rho](Index row, Index column) {
    return std::pow(rho, static_cast<double>(std::abs(row - column)));
  });
}

TEST(KnockoffGaps, AreOneForIndependentFeatures) {
  const auto identity = matrix(5, [](Index, Index) { return 0.0; });
  for (const double gap : equal_gaps(identity, 5)) {
    EXPECT_NEAR(gap, 1.0, test::relative(1.0, 1.1e-6, "the gap stays clear of the limit"));
  }
  for (const double gap : minimum_variance_gaps(identity, 5)) {
    EXPECT_NEAR(gap, 1.0, test::relative(1.0, 1e-7, "end of the rounds"));
  }
}

// All correlations rho: the smallest eigenvalue is 1 - rho.
TEST(KnockoffGaps, EqualOnesAreTwiceTheSmallestEigenvalue) {
  const auto correlation = matrix(7, [](Index, Index) { return 0.8; });
  for (const double gap : equal_gaps(correlation, 7)) {
    EXPECT_NEAR(gap, 0.4, test::relative(0.4, 1.1e-6, "the gap stays clear of the limit"));
  }
}

// At the minimum of tr((2 R - S)^-1) + sum 1 / s_j its derivatives are 0: (M^2)_jj = 1 / s_j^2 with M = (2 R - S)^-1.
// The function is convex, so that this is the minimum.
TEST(KnockoffGaps, MinimumVarianceIsStationary) {
  for (const double rho : {0.3, 0.9, 0.99}) {
    constexpr Index order = 12;
    const auto correlation = autoregressive(order, rho);
    const auto gap = minimum_variance_gaps(correlation, order);
    std::vector<double> rest = correlation;
    for (Index place = 0; place < order * order; ++place) {
      rest[at(place)] *= 2.0;
    }
    for (Index place = 0; place < order; ++place) {
      rest[at(place * order + place)] -= gap[at(place)];
    }
    const CholeskyFactor factor(rest, order, 0.0);
    ASSERT_EQ(factor.rank(), order);
    const auto inverse = factor.inverse();
    for (Index place = 0; place < order; ++place) {
      double square = 0.0;
      for (Index other = 0; other < order; ++other) {
        square += inverse[at(place * order + other)] * inverse[at(place * order + other)];
      }
      EXPECT_GT(gap[at(place)], 0.0);
      EXPECT_NEAR(std::sqrt(square) * gap[at(place)],
                  1.0,
                  test::relative(1.0, 1e-6, "rounds end at steps of 1e-8"));
    }
  }
}

// Equal gaps are those of the most entangled pair; minimum variance leaves the others further apart.
TEST(KnockoffGaps, MinimumVarianceIsNotHeldByOneClosePair) {
  const auto correlation = matrix(6, [](Index row, Index column) {
    return row + column == 1 ? 0.999 : 0.0; // features 0 and 1
  });
  const auto equal = equal_gaps(correlation, 6), varied = minimum_variance_gaps(correlation, 6);
  EXPECT_LT(equal[5], 0.003);
  EXPECT_NEAR(varied[5], 1.0, test::relative(1.0, 1e-6, "end of the rounds"));
  EXPECT_LT(varied[0], 0.1);
}

TEST(KnockoffGaps, HaveNames) {
  for (const auto gaps : {KnockoffGaps::minimum_variance, KnockoffGaps::equal}) {
    EXPECT_EQ(parse_knockoff_gaps(name_of(gaps)), gaps);
  }
  EXPECT_FALSE(parse_knockoff_gaps("sdp"));
}

} // namespace
} // namespace vigil::select
