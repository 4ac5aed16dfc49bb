// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/cox_influence.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::survival {
namespace {

constexpr Index subjects = 40;
constexpr double horizon = 0.8;

struct Case {
  Case() {
    RandomStream draw(RandomKey(5).child("cox influence"));
    for (Index i = 0; i < subjects; ++i) {
      column.push_back(draw.normal());
      outcome.time.push_back(draw.exponential() * std::exp(-0.5 * column.back()));
      outcome.event.push_back(draw.uniform() < 0.7 ? 1 : 0);
    }
    for (Index i = 0; i < subjects; ++i) {
      column.push_back(draw.uniform());
    }
  }
  SurvivalOutcome outcome;
  std::vector<double> column;
};

// H0(horizon) e^{0.3 b_1 - 0.2 b_2}, under weights.
double hazard(const Case& of, const std::vector<double>& weight) {
  const auto weights = CaseWeights::ones(subjects).with_sampling(weight);
  const CoxLikelihood likelihood(of.outcome, weights, {}, {}, Ties::breslow);
  const CoxFit fit = fit_cox(likelihood, of.column);
  const CoxRisk risk(likelihood, fit, of.column);
  const std::vector<double> x{0.3, -0.2};
  return -std::log1p(-risk.at_horizon(x, 0.0, 0, horizon).risk);
}

// The influence is the derivative by the weight of each subject, here by central differences.
TEST(CoxInfluence, IsTheDerivativeByTheWeights) {
  const Case of;
  const auto weights = CaseWeights::ones(subjects);
  const CoxLikelihood likelihood(of.outcome, weights, {}, {}, Ties::breslow);
  const CoxFit fit = fit_cox(likelihood, of.column);
  const double value = hazard(of, std::vector<double>(subjects, 1.0));
  const double base = value / std::exp(0.3 * fit.coefficient[0] - 0.2 * fit.coefficient[1]);
  const auto influence = cox_influence(likelihood,
                                       fit,
                                       of.outcome,
                                       of.column,
                                       {.horizon = horizon,
                                        .by_hazard = value / base,
                                        .by_coefficient = {0.3 * value, -0.2 * value}});
  double total = 0.0;
  for (Index i = 0; i < subjects; ++i) {
    std::vector<double> more(subjects, 1.0), less(subjects, 1.0);
    more[at(i)] += 1e-4;
    less[at(i)] -= 1e-4;
    const double derivative = (hazard(of, more) - hazard(of, less)) / 2e-4;
    EXPECT_NEAR(influence[at(i)], derivative, 1e-6) << i;
    total += influence[at(i)];
  }
  EXPECT_NEAR(total, 0.0, 1e-10);
}

// Before the first event H0 is 0, whatever the coefficients.
TEST(CoxInfluence, NothingBeforeTheFirstEvent) {
  const Case of;
  const auto weights = CaseWeights::ones(subjects);
  const CoxLikelihood likelihood(of.outcome, weights, {}, {}, Ties::breslow);
  const auto influence =
      cox_influence(likelihood,
                    fit_cox(likelihood, of.column),
                    of.outcome,
                    of.column,
                    {.horizon = 1e-9, .by_hazard = 1.0, .by_coefficient = {0.0, 0.0}});
  for (const double own : influence) {
    EXPECT_EQ(own, 0.0);
  }
}

} // namespace
} // namespace vigil::survival
