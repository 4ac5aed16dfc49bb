// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/select/multiple_testing.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::select {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t place = 0; place < found.size(); ++place) {
    if (std::isnan(expected[place])) {
      EXPECT_TRUE(std::isnan(found[place])) << place;
    } else {
      EXPECT_NEAR(found[place], expected[place], test::rounding(expected[place], 4)) << place;
    }
  }
}

// By hand: 4 tests, m p / rank = 0.04, 0.04, 0.08 / 3 .., the minimum from the right; BY times 25/12.
TEST(MultipleTesting, ByHand) {
  const std::vector<double> p{0.02, 0.01, none, 0.9, 0.03};
  expect_near(benjamini_hochberg(p), {0.04, 0.04, none, 0.9, 0.04});
  expect_near(adjust_p(p).bh, {0.04, 0.04, none, 0.9, 0.04});
  const double c = 25.0 / 12.0;
  expect_near(adjust_p(p).by, {0.04 * c, 0.04 * c, none, 1.0, 0.04 * c});
  // one p above 1/2: (1 + 1) / 2 = 1
  EXPECT_EQ(storey_share(p), 1.0);
  expect_near(adjust_p(p).storey, {0.04, 0.04, none, 0.9, 0.04});
}

/// Hommel by closed testing: the largest Simes p-value of all sets of tests that hold the test.
std::vector<double> closed_testing(const std::vector<double>& p) {
  std::vector<double> adjusted(p.size(), 0.0);
  for (unsigned set = 1; set < 1U << p.size(); ++set) {
    std::vector<double> members;
    for (std::size_t test = 0; test < p.size(); ++test) {
      if ((set >> test & 1U) != 0U) {
        members.push_back(p[test]);
      }
    }
    std::sort(members.begin(), members.end());
    double simes = 1.0;
    for (std::size_t rank = 0; rank < members.size(); ++rank) {
      simes = std::min(simes,
                       members[rank] * static_cast<double>(members.size()) /
                           static_cast<double>(rank + 1));
    }
    for (std::size_t test = 0; test < p.size(); ++test) {
      if ((set >> test & 1U) != 0U) {
        adjusted[test] = std::max(adjusted[test], simes);
      }
    }
  }
  return adjusted;
}

TEST(MultipleTesting, FamilyWise) {
  expect_near(adjust_p(std::vector<double>{0.02, 0.01, none, 0.9, 0.03}).holm,
              {0.06, 0.04, none, 0.9, 0.06});
  RandomStream stream(RandomKey(31));
  for (int repeat = 0; repeat < 60; ++repeat) {
    std::vector<double> p;
    for (int test = 0; test < 2 + repeat % 9; ++test) {
      const double drawn = std::pow(stream.uniform(), 1 + repeat % 4);
      p.push_back(repeat % 5 == 0 ? std::round(10.0 * drawn) / 10.0 : drawn); // with ties
    }
    expect_near(adjust_p(p).hommel, closed_testing(p));
  }
}

// p_i = i / 100 for i = 1 .. 40 and 10 more above 1/2: pi0 = (1 + 10) / 25 = 0.44; m p_i / i = 1/2 for all i <= 40.
TEST(MultipleTesting, StoreyInClosedForm) {
  std::vector<double> p;
  for (int i = 1; i <= 40; ++i) {
    p.push_back(i / 100.0);
  }
  for (int i = 0; i < 10; ++i) {
    p.push_back(0.6 + i / 100.0);
  }
  EXPECT_NEAR(storey_share(p), 0.44, test::rounding(0.44, 2));
  const auto q = adjust_p(p).storey;
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(q[i], 0.44 * 0.5, test::rounding(0.22, 8));
  }
  EXPECT_NEAR(q[49], 0.44 * 0.69, test::rounding(0.3, 4));
}

TEST(MultipleTesting, WithoutTestsThereIsNothing) {
  const std::vector<double> p{none, none};
  expect_near(benjamini_hochberg(p), {none, none});
  expect_near(adjust_p(p).storey, {none, none});
  EXPECT_TRUE(std::isnan(storey_share(p)));
  EXPECT_TRUE(adjust_p({}).by.empty());
}

} // namespace
} // namespace vigil::select
