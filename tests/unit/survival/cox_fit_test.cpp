// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::survival {
namespace {

// The seven rows of Therneau and Grambsch 2000, appendix E.1, the one without a status left out by weight 0.
const SurvivalOutcome seven{
    .entry = {}, .time = {9, 3, 1, 1, 6, 6, 8}, .event = {1, 0, 1, 0, 1, 1, 0}};
const std::vector<double> seven_x = {0, 2, 1, 1, 1, 0, 0};
CaseWeights seven_weights() {
  return CaseWeights::ones(7).with_times({1, 0, 1, 1, 1, 1, 1});
}

// With r = exp(b), Breslow: log L = 2b - log(3r + 3) - 2 log(r + 3). The score is zero where
// r^2 - 3r - 6 = 0: r = (3 + sqrt 33) / 2.
TEST(CoxFit, SevenRowsByHandBreslow) {
  const CoxLikelihood likelihood(seven, seven_weights(), {}, {}, Ties::breslow);
  const CoxFit fit = fit_cox(likelihood, seven_x);
  const double r = (3.0 + std::sqrt(33.0)) / 2.0;
  ASSERT_EQ(fit.status, CoxFitStatus::converged);
  EXPECT_NEAR(fit.coefficient[0], std::log(r), test::rounding(std::log(r), 16));
  const double value = 2 * std::log(r) - std::log(3 * r + 3) - 2 * std::log(r + 3);
  EXPECT_NEAR(fit.log_likelihood, value, test::rounding(value, 16));
  const double information = r / ((r + 1) * (r + 1)) + 6 * r / ((r + 3) * (r + 3));
  EXPECT_NEAR(fit.standard_error(0), 1 / std::sqrt(information), 1e-12);
  // At 0: score 2 - 1/2 - 2/4 = 1, information 1/4 + 2 * 3/16 = 5/8.
  EXPECT_NEAR(fit.score_test, 8.0 / 5.0, test::rounding(1.6, 16));
}

// Efron: log L = 2b - log(3r + 3) - log(r + 3) - log(r/2 + 5/2). The score is zero where 2 = r/(r+1) + r/(r+3) + r/(r+5): r^3 - 23 r - 30 = 0.
TEST(CoxFit, SevenRowsByHandEfron) {
  const CoxLikelihood likelihood(seven, seven_weights(), {}, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, seven_x);
  const double r =
      2.0 * std::sqrt(23.0 / 3.0) * std::cos(std::acos(45.0 / 23.0 * std::sqrt(3.0 / 23.0)) / 3.0);
  EXPECT_NEAR(fit.coefficient[0], std::log(r), test::rounding(std::log(r), 16));
}

TEST(CoxFit, BaselineByHand) {
  const CoxLikelihood likelihood(seven, seven_weights(), {}, {}, Ties::breslow);
  const CoxFit fit = fit_cox(likelihood, seven_x);
  const double r = (3.0 + std::sqrt(33.0)) / 2.0;
  const CoxBaseline baseline = likelihood.baseline(fit.point);
  const StepFunction& hazard = baseline.cumulative_hazard[0];
  EXPECT_EQ(hazard(0.9), 0.0);
  EXPECT_NEAR(hazard(1.0), 1 / (3 * r + 3), 1e-14);
  EXPECT_NEAR(hazard(6.0), 1 / (3 * r + 3) + 2 / (r + 3), 1e-14);
}

TEST(CoxFit, DropsTheLaterOfTwoCollinearColumnsAndAConstant) {
  RandomStream draw(RandomKey(2));
  SurvivalOutcome outcome;
  std::vector<double> x(at(4 * 40));
  for (Index i = 0; i < 40; ++i) {
    x[at(i)] = 5.0; // constant
    x[at(40 + i)] = draw.normal();
    x[at(80 + i)] = draw.normal();
    x[at(120 + i)] = 2.0 * x[at(40 + i)] - x[at(80 + i)] + 1.0;
    outcome.time.push_back(draw.exponential() * std::exp(-0.5 * x[at(40 + i)]));
    outcome.event.push_back(draw.uniform() < 0.8 ? 1 : 0);
  }
  const CoxLikelihood likelihood(outcome, CaseWeights::ones(40), {}, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, x);
  EXPECT_EQ(fit.status, CoxFitStatus::converged);
  EXPECT_EQ(fit.dropped, (std::vector<Index>{0, 3}));
  EXPECT_EQ(fit.coefficient[0], 0.0);
  EXPECT_EQ(fit.coefficient[3], 0.0);
  const CoxFit without = fit_cox(likelihood, std::span(x).subspan(40, 80));
  EXPECT_NEAR(fit.coefficient[1], without.coefficient[0], 1e-12);
}

TEST(CoxFit, SeparationIsSaturatedAndNotAnException) {
  // Whoever has x = 1 has the event before anybody else leaves: the coefficient has no finite maximum.
  const SurvivalOutcome outcome{
      .entry = {}, .time = {1, 2, 3, 4, 5, 6, 7, 8}, .event = {1, 1, 1, 1, 1, 0, 1, 0}};
  const std::vector<double> x = {1, 1, 1, 0, 0, 0, 0, 0};
  const CoxLikelihood likelihood(outcome, CaseWeights::ones(8), {}, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, x);
  EXPECT_EQ(fit.status, CoxFitStatus::saturated);
  EXPECT_GT(fit.coefficient[0], 10.0);
  EXPECT_FALSE(fit.reason.empty());
}

TEST(CoxFit, WithoutEventsUndefined) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1, 2, 3}, .event = {0, 0, 0}};
  const CoxLikelihood likelihood(outcome, CaseWeights::ones(3), {}, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, std::vector<double>{1, 2, 4});
  EXPECT_EQ(fit.status, CoxFitStatus::undefined);
  EXPECT_TRUE(std::isnan(fit.coefficient[0]));
}

TEST(CoxRisk, BeforeTheFirstEventNobodyHasARisk) {
  const CoxLikelihood likelihood(seven, seven_weights(), {}, {}, Ties::breslow);
  const CoxRisk risk(likelihood, fit_cox(likelihood, seven_x), seven_x);
  const RiskWithLimits early = risk.at_horizon(std::vector<double>{1.0}, 0.0, 0, 0.5);
  EXPECT_EQ(early.risk, 0.0);
  EXPECT_TRUE(std::isnan(early.lower));
  const RiskWithLimits late = risk.at_horizon(std::vector<double>{1.0}, 0.0, 0, 7.0);
  EXPECT_GT(late.risk, late.lower);
  EXPECT_LT(late.risk, late.upper);
}

} // namespace
} // namespace vigil::survival
