// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Six subjects by hand: times 1 2 3 4 5 6, events at 1 3 5, censored at 2 and 4, alive at 6. At t = 4.5 the weights are
// W = 1, 0, 5/4, 0, 15/8, 15/8 (losses_test). Risks at or above 0.45: the first, second and fifth.
#include "vigil/measure/net_benefit.hpp"
#include "vigil/measure/threshold_rates.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"

namespace vigil::measure {
namespace {

using test::MeasureCase;

MeasureCase six() {
  MeasureCase example({1, 2, 3, 4, 5, 6}, std::vector<double>{1, 0, 1, 0, 1, 0});
  example.risk(4.5, {0.8, 0.5, 0.4, 0.3, 0.6, 0.1}).threshold(0.45);
  return example;
}

void expect_value(const Estimate& found, double expected) {
  EXPECT_EQ(found.undefined_because, "");
  EXPECT_NEAR(found.value, expected, test::rounding(expected, 8));
}

TEST(ThresholdRates, SixByHand) {
  MeasureCase example = six();
  expect_value(sensitivity(example.evaluation()), 1.0 / 2.25);
  expect_value(specificity(example.evaluation()), 0.5);
  expect_value(ppv(example.evaluation()), 1.0 / 2.875);
  expect_value(npv(example.evaluation()), 1.875 / 3.125);
  const double odds = 0.45 / 0.55;
  expect_value(standardized_net_benefit(example.evaluation()), (1.0 - 1.875 * odds) / 2.25);
}

TEST(ThresholdRates, ARiskAtTheThresholdIsActedOn) {
  MeasureCase example = six();
  example.threshold(0.4);
  expect_value(sensitivity(example.evaluation()), 1.0);
}

TEST(ThresholdRates, NobodyInTheDenominatorIsAReason) {
  MeasureCase example = six();
  example.threshold(0.95);
  EXPECT_NE(ppv(example.evaluation()).undefined_because, "");
  expect_value(sensitivity(example.evaluation()), 0.0);
  example.threshold(0.05);
  EXPECT_NE(npv(example.evaluation()).undefined_because, "");
  example.threshold(0.0);
  EXPECT_NE(npv(example.evaluation()).undefined_because, "");
}

// A competing event at 1 in the place of the first: it is no event, and known.
TEST(ThresholdRates, ACompetingEventIsNoEvent) {
  MeasureCase example({1, 2, 3, 4, 5, 6}, std::vector<double>{2, 0, 1, 0, 1, 0});
  example.risk(4.5, {0.8, 0.5, 0.4, 0.3, 0.6, 0.1}).threshold(0.45);
  expect_value(sensitivity(example.evaluation()), 0.0);
  expect_value(specificity(example.evaluation()), 1.875 / 4.75);
}

} // namespace
} // namespace vigil::measure
