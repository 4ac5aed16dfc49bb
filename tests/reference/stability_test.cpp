// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/selection_agreement.hpp"
#include "vigil/select/stability_bounds.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <vector>

namespace vigil::select {
namespace {

using test::printed_digits;
using test::reference_value;
using test::relative;
using test::rounding;

double stabs(const char* method, const char* arguments) {
  return reference_value(method, "stabs", "analytic", arguments);
}

constexpr SelectionDesign usual{.candidates = 1000, .per_half = 20, .pairs = 50, .least = 75};

// stabs prints three decimals of the bounds.
TEST(StabilityBounds, AreThoseOfStabs) {
  const char* arguments = "p=1000; q=20; cutoff=0.75; SS";
  EXPECT_NEAR(meinshausen_buehlmann_bound(usual).value,
              stabs("stability selection PFER bound, none", arguments),
              rounding(0.8, 4));
  EXPECT_NEAR(unimodal_bound(usual).value,
              stabs("stability selection PFER bound, unimodal", arguments),
              printed_digits(3));
  EXPECT_NEAR(r_concave_bound(usual).value,
              stabs("stability selection PFER bound, r-concave", arguments),
              printed_digits(3) + 1e-4);
}

/// 1000 P(X >= 25/50) of the pmf proportional to (a + i)^-2 on 0 .. 49 with the rest of its mass on 50, mean 0.02 / 50.
double bound_of_member(double a) {
  double sum = 0.0, moment = 0.0, below = 0.0;
  for (int i = 0; i <= 49; ++i) {
    const double mass = 1.0 / ((a + i) * (a + i));
    sum += mass;
    moment += i * mass;
    below += i < 25 ? mass : 0.0;
  }
  return 1000.0 * (1.0 - (50.0 - 0.02) / (50.0 * sum - moment) * below);
}

// The unrounded value of stabs is that of one member of the class, not of the largest: its search over a, between the
// values at which the support ends at 50 and at 49, stops at its first golden-section point, because that interval
// (0.068497, 0.068661) is about as long as the tolerance of R's optimize. The end of the interval gives the larger
// value, which is the bound.
TEST(StabilityBounds, RConcaveIsTheLargestOfTheClassWhereStabsStopsBefore) {
  const double reference = stabs("stability selection PFER bound, r-concave, unrounded",
                                 "p=1000; q=20; cutoff=0.75; B=50");
  const double a_50 = 0.06849706296530102,
               a_49 = 0.06866149781928182; // by bisection, in another language
  EXPECT_NEAR(bound_of_member(a_50 + 0.381966011250105 * (a_49 - a_50)),
              reference,
              relative(reference, 1e-9, "the root finder of stabs has tolerance 1.8e-12 in a"));
  const double largest = r_concave_bound(usual).value;
  EXPECT_GT(largest, reference);
  EXPECT_NEAR(
      largest, bound_of_member(a_50), rounding(largest, 1e5)); // 1 - a number near 1, times 1000
  EXPECT_NEAR(largest, reference, relative(reference, 6e-3, "stabs stops before the maximum"));
}

// Smallest threshold on the grid of 2 B with a bound of at most 1, and largest q.
TEST(StabilityBounds, AtOneGiveTheParametersOfStabs) {
  const auto least = [](ErrorBound (*bound)(const SelectionDesign&)) {
    SelectionDesign design = usual;
    for (design.least = 1;
         !(bound(design).value <= 1.0 + 1e-12);) { // 0.4 / (2 x 0.7 - 1) rounds up
      ++design.least;
    }
    return static_cast<double>(design.least) / 100.0;
  };
  const auto most = [](ErrorBound (*bound)(const SelectionDesign&)) {
    SelectionDesign design{.candidates = 500, .per_half = 1, .pairs = 50, .least = 90};
    while (bound(design).value <= 1.0 + 1e-12) {
      ++design.per_half;
    }
    return static_cast<double>(design.per_half - 1);
  };
  const char* cutoff = "p=1000; q=20; PFER=1";
  EXPECT_EQ(least(&meinshausen_buehlmann_bound),
            stabs("stability selection cutoff for PFER=1, none", cutoff));
  EXPECT_EQ(least(&unimodal_bound),
            stabs("stability selection cutoff for PFER=1, unimodal", cutoff));
  EXPECT_EQ(least(&r_concave_bound),
            stabs("stability selection cutoff for PFER=1, r-concave", cutoff));
  const char* q = "p=500; cutoff=0.9; PFER=1";
  EXPECT_EQ(most(&meinshausen_buehlmann_bound), stabs("stability selection q for PFER=1, none", q));
  EXPECT_EQ(most(&unimodal_bound), stabs("stability selection q for PFER=1, unimodal", q));
  EXPECT_EQ(most(&r_concave_bound), stabs("stability selection q for PFER=1, r-concave", q));
}

const std::vector<Selection> original{
    {1, 2, 3, 5}, {1, 2, 4, 5}, {1, 3, 5, 6}, {1, 2, 3, 4, 9}, {2, 3, 5, 7}};

TEST(SelectionAgreement, IsThatOfStabmAndOfTheFormulas) {
  const char* data = "5 fixed subsets of 1..20";
  const char* sets = "{1235},{1245},{1356},{12349},{2357}";
  const NogueiraAgreement phi = nogueira(original, 20, 0.95);
  const double value = reference_value("Nogueira stability", "stabm", data, sets);
  EXPECT_NEAR(phi.value, value, rounding(value, 16));
  const double variance = reference_value("Nogueira variance", "base", data, sets);
  EXPECT_NEAR(phi.variance, variance, rounding(variance, 64));
  const double lower = reference_value("Nogueira 95% CI lower", "base", data, "same");
  EXPECT_NEAR(phi.lower, lower, rounding(lower, 64));
  EXPECT_NEAR(phi.upper - phi.value, phi.value - phi.lower, rounding(phi.value, 4));
  const double overlap = reference_value("Jaccard stability", "stabm", data, "same");
  EXPECT_NEAR(jaccard(original).value, overlap, rounding(overlap, 16));
  const auto expect = [&](const Agreement& found, const char* method) {
    const double expected = reference_value(method, "stabm", data, "original sets");
    EXPECT_NEAR(found.value, expected, rounding(expected, 16)) << method;
  };
  expect(phi_coefficient(original, 20), "Phi stability");
  expect(lustgarten(original, 20), "Lustgarten stability");
  expect(somol(original, 20), "Somol stability");
  std::vector<Selection> equal = original;
  equal[3] = {1, 2, 3, 9};
  EXPECT_EQ(kuncheva(equal, 20).value,
            reference_value("Kuncheva stability", "base", data, "set 4 = {1239}; k=4"));
}

} // namespace
} // namespace vigil::select
