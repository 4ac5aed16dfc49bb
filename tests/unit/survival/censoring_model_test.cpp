// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::survival {
namespace {

using test::relative;
using test::rounding;

// Seven rows: event at 1; event and censoring at 2; censoring at 3; event at 4; censoring at 5 and 6.
SurvivalOutcome seven_rows() {
  return {.entry = {}, .time = {1, 2, 2, 3, 4, 5, 6}, .event = {1, 1, 0, 0, 1, 0, 0}};
}

TEST(CensoringModel, AConstantColumnLeavesTheBaseline) {
  const CensoringWeights censoring(
      seven_rows(), CaseWeights::ones(7), {.value = std::vector<double>(7, 3.0), .columns = 1});
  ASSERT_TRUE(censoring.depends_on_covariates());
  EXPECT_EQ(censoring.model().coefficient()[0], 0.0);
  // Cumulative hazard 1/5 at 2 (the event there left first), 1/4 at 3, 1/2 at 5.
  EXPECT_NEAR(censoring.survival_at(0, 2), std::exp(-0.2), rounding(1, 4));
  EXPECT_NEAR(censoring.survival_before(0, 2), 1.0, rounding(1, 1));
  EXPECT_NEAR(censoring.survival_at(4, 5), std::exp(-0.95), rounding(1, 4));
  const auto weight = censoring.weights_at(4.5);
  const double late = std::exp(0.45);
  const std::vector<double> expected = {1, 1, 0, 0, late, late, late};
  for (Index i = 0; i < 7; ++i) {
    EXPECT_NEAR(weight[at(i)], expected[at(i)], rounding(late, 8)) << i;
  }
  EXPECT_NEAR(censoring.mean_weight(4.5), (2.0 + 3.0 * late) / 7.0, rounding(1, 8));
}

// Events at 1 and 2, censored at 2 (x = 1) and 3 (x = 0) and 4 (x = 1). Events first: the partial likelihood of the
// censorings is e^b / (1 + 2 e^b) * 1 / (1 + e^b), so that 2 e^2b = 1 at its maximum. With the event at 2 (x = 0)
// at risk of being censored there: e^b / (2 + 2 e^b) * 1 / (1 + e^b), and e^b = 1.
TEST(CensoringModel, AnEventIsNotAtRiskOfBeingCensoredAtItsTime) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 2, 3, 4}, .event = {1, 1, 0, 0, 0}};
  const CensoringCovariates x{.value = {1, 0, 1, 0, 1}, .columns = 1};
  const CensoringWeights first(outcome, CaseWeights::ones(5), x);
  EXPECT_NEAR(first.model().coefficient()[0], -0.5 * std::log(2.0), rounding(1, 64));
  const CensoringWeights after(outcome, CaseWeights::ones(5), x, {.events_first = false});
  EXPECT_NEAR(after.model().coefficient()[0], 0.0, 1e-12);
  // Hazard at 2 of x = 1: e^b / (1 + 2 e^b) with e^b = 1 / sqrt(2).
  const double root = std::sqrt(0.5);
  EXPECT_NEAR(first.survival_at(0, 2), std::exp(-root / (1.0 + 2.0 * root)), rounding(1, 64));
}

TEST(CensoringModel, NobodyCensoredIsWeightOne) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3}, .event = {1, 1, 1}};
  const CensoringWeights censoring(
      outcome, CaseWeights::ones(3), {.value = {1, 2, 4}, .columns = 1});
  EXPECT_EQ(censoring.weights_at(2.5), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(censoring.martingale_term(std::vector<std::vector<double>>{{1, 1, 1, 1, 1, 1}}, 2.5),
            (std::vector<double>{0, 0, 0}));
}

TEST(CensoringModel, TimesTwoIsTheRowTwiceAndAbsentRowsMayBeGarbage) {
  const SurvivalOutcome once{
      .entry = {}, .time = {1, 2, 2, 3, 4, 5, 6, 2}, .event = {1, 1, 0, 0, 1, 0, 0, 0}};
  const std::vector<double> x = {0.5, 1, -1, 2, 0, 1, -0.5, std::nan("")};
  const auto weights =
      CaseWeights::ones(8).with_times(std::vector<std::uint32_t>{1, 1, 1, 2, 1, 1, 1, 0});
  const SurvivalOutcome twice{
      .entry = {}, .time = {1, 2, 2, 3, 4, 5, 6, 3}, .event = {1, 1, 0, 0, 1, 0, 0, 0}};
  const CensoringWeights left(once, weights, {.value = x, .columns = 1});
  const CensoringWeights right(
      twice, CaseWeights::ones(8), {.value = {0.5, 1, -1, 2, 0, 1, -0.5, 2}, .columns = 1});
  for (Index i = 0; i < 7; ++i) {
    EXPECT_NEAR(left.survival_at(i, 5), right.survival_at(i, 5), relative(1, 1e-12, "sums")) << i;
  }
  EXPECT_EQ(left.weights_at(4.5)[7], 0.0);
}

TEST(CensoringModel, RefusesWhatItCannotFit) {
  // Everybody with x = 1 is censored before anybody with x = 0.
  const SurvivalOutcome outcome{
      .entry = {}, .time = {1, 2, 3, 4, 5, 6}, .event = {0, 0, 0, 1, 1, 1}};
  const CensoringCovariates separating{.value = {1, 1, 1, 0, 0, 0}, .columns = 1};
  EXPECT_THROW(CensoringWeights(outcome, CaseWeights::ones(6), separating), InputError);
  SurvivalOutcome late = outcome;
  late.entry = {0, 0, 1, 0, 0, 0};
  EXPECT_THROW(
      CensoringWeights(late, CaseWeights::ones(6), {.value = {1, 0, 1, 0, 1, 0}, .columns = 1}),
      InputError);
}

} // namespace
} // namespace vigil::survival
