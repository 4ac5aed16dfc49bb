// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: tests/reference/reference_values.csv (public packages; generator reference_values.R).
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/net_benefit.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_cohorts.hpp"

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::reference_value;

constexpr double closed_form = 1e-10; // same formula, sums in another order
constexpr double martingale_ties =
    1e-4; // packages differ in the tied denominator of the censoring martingale

void expect_row(double found, double expected, double error) {
  EXPECT_NEAR(found, expected, test::relative(expected, error, "see the constant"));
}

/// The package divides the squares of psi by n - 1, vigil by n.
double se_as_packages(const MeasureCase& example, const Estimate& estimate) {
  const auto n = static_cast<double>(example.weights().subjects());
  return example.se(estimate) * std::sqrt(n / (n - 1.0));
}

double score_row(const char* method, const char* arguments) {
  return reference_value(method, "riskRegression", "pbc[1:312]", arguments);
}

TEST(Brier, PbcFixedRules) {
  const test::Pbc312 pbc;
  MeasureCase a(pbc.time, pbc.death), b(pbc.time, pbc.death);
  a.risk(1826, pbc.rule_a());
  b.risk(1826, pbc.rule_b());
  const Estimate of_a = brier(a.evaluation()), of_b = brier(b.evaluation());
  expect_row(of_a.value, score_row("Brier(t) IPCW KM", "fixed rule A; t=1826"), closed_form);
  expect_row(of_b.value, score_row("Brier(t) IPCW KM", "fixed rule B; t=1826"), closed_form);
  expect_row(
      se_as_packages(a, of_a), score_row("Brier(t) SE", "fixed rule A; t=1826"), martingale_ties);
  expect_row(
      se_as_packages(b, of_b), score_row("Brier(t) SE", "fixed rule B; t=1826"), martingale_ties);
  expect_row(ipa(a.evaluation()).value,
             score_row("IPA (scaled Brier)", "fixed rule A; t=1826"),
             closed_form);
  expect_row(ipa(b.evaluation()).value,
             score_row("IPA (scaled Brier)", "fixed rule B; t=1826"),
             closed_form);
  const NullBrier null = null_brier(a.evaluation());
  expect_row(
      null.estimate.value, score_row("Brier(t) IPCW KM, null model (KM)", "t=1826"), closed_form);
  EXPECT_EQ(null.source, NullSource::evaluation);
  Estimate difference = of_b;
  difference.value -= of_a.value;
  for (std::size_t i = 0; i < of_a.influence.size(); ++i) {
    difference.influence[i] -= of_a.influence[i];
  }
  expect_row(difference.value, score_row("Delta-Brier(t) (B-A)", "t=1826"), closed_form);
  expect_row(
      se_as_packages(a, difference), score_row("Delta-Brier(t) SE", "t=1826"), martingale_ties);
}

TEST(Brier, Mgus2CompetingRisks) {
  const test::Mgus2Complete mgus;
  MeasureCase example(mgus.time, mgus.code);
  example.risk(120, mgus.rule());
  const auto row = [](const char* method, const char* arguments) {
    return reference_value(method, "riskRegression", "mgus2 cc", arguments);
  };
  const Estimate found = brier(example.evaluation());
  const char* rule = "fixed rule plogis(-4+1.3 mspike); t=120";
  expect_row(found.value, row("competing-risk Brier(t)", rule), closed_form);
  // Months tie much. With Y(u) in place of Y(u) - d(u) in the martingale the SE is the package's to all digits; ours
  // is 1.03e-4 above it (tests/reference/make_measure.R, section 1, computes both).
  const double se = se_as_packages(example, found);
  expect_row(se, 0.00533508175816341, closed_form);
  expect_row(se, row("competing-risk Brier(t) SE", rule), 1.04e-4);
  expect_row(null_brier(example.evaluation()).estimate.value,
             row("competing-risk Brier(t), null model (AJ)", "t=120"),
             closed_form);
}

TEST(NetBenefit, Mgus2AalenJohansenConditional) {
  const test::Mgus2Complete mgus;
  MeasureCase example(mgus.time, mgus.code);
  example.risk(120, mgus.rule());
  for (const char* threshold : {"0.05", "0.10", "0.15"}) {
    example.threshold(std::stod(threshold));
    const double expected = reference_value("net benefit, competing risks (AJ-conditional)",
                                            "dcurves",
                                            "mgus2 cc",
                                            std::string("fixed rule; pt=") + threshold + "; t=120");
    EXPECT_NEAR(net_benefit_conditional(example.evaluation()).value,
                expected,
                1e-10 * std::max(std::fabs(expected), 0.01)); // a difference of terms near 0.1
  }
}

/// A binary outcome is an outcome at time 1 or a follow-up beyond it.
TEST(NetBenefit, NwtcoBinary) {
  const auto nwtco = test::read_dataset("nwtco");
  const auto histol = nwtco.numbers("histol"), stage = nwtco.numbers("stage"),
             relapse = nwtco.numbers("rel");
  std::vector<double> risk;
  for (std::size_t i = 0; i < histol.size(); ++i) {
    risk.push_back(test::logistic(-2.2 + 1.6 * (histol[i] == 2.0 ? 1.0 : 0.0) + 0.25 * stage[i]));
  }
  MeasureCase example(test::mapped(relapse, [](double r) { return r == 1.0 ? 1.0 : 2.0; }),
                      relapse);
  example.risk(1.0, risk);
  for (const char* threshold : {"0.1", "0.2", "0.3"}) {
    example.threshold(std::stod(threshold));
    const double expected =
        reference_value("net benefit, binary outcome",
                        "stats",
                        "nwtco",
                        std::string("plogis(-2.2+1.6*(histol==2)+0.25*stage); pt=") + threshold);
    expect_row(net_benefit(example.evaluation()).value, expected, closed_form);
    expect_row(net_benefit_conditional(example.evaluation()).value, expected, closed_form);
  }
}

/// Columns of a cohort, subjects x columns.
survival::CensoringCovariates columns_of(const std::vector<std::vector<double>>& columns) {
  survival::CensoringCovariates covariates{.value = {}, .columns = size_of(columns)};
  for (const auto& column : columns) {
    covariates.value.insert(covariates.value.end(), column.begin(), column.end());
  }
  return covariates;
}

// riskRegression counts an event at u as at risk of censoring at u, takes Efron's ties, and stops after three steps
// of Newton's method (found by running those steps: all digits agree).
TEST(ModelledCensoring, PbcAsRiskRegression) {
  const test::Pbc312 pbc;
  MeasureCase a(pbc.time, pbc.death);
  a.risk(1826, pbc.rule_a());
  a.censoring_by(columns_of({pbc.bili}),
                 {.events_first = false, .ties = survival::Ties::efron, .newton_steps = 3});
  const char* const rule = "fixed rule A; cens ~ bili; t=1826";
  expect_row(brier(a.evaluation()).value,
             score_row("Brier(t) IPCW Cox censoring model", rule),
             closed_form);
  expect_row(
      auc(a.evaluation()).value, score_row("AUC(t) IPCW Cox censoring model", rule), closed_form);
}

// Expected values: make_measure.R, part 6 (survival 3.5-3 for the coefficients, the rest by definition).
TEST(ModelledCensoring, PbcEventsFirst) {
  const test::Pbc312 pbc;
  MeasureCase a(pbc.time, pbc.death);
  a.risk(1826, pbc.rule_a()).censoring_by(columns_of({pbc.bili, pbc.albumin, pbc.age}));
  constexpr double of_cox = 1e-8; // two programs at the maximum of a likelihood
  const auto coefficient = a.evaluation().censoring.model().coefficient();
  expect_row(coefficient[0], 0.0257233130860868, of_cox);
  expect_row(coefficient[1], -0.528438894583997, of_cox);
  expect_row(coefficient[2], -0.0143110495707637, of_cox);
  expect_row(a.evaluation().censoring.mean_weight(1826), 0.996676826840049, of_cox);
  expect_row(brier(a.evaluation()).value, 0.14252361297899, of_cox);
  expect_row(auc(a.evaluation()).value, 0.873030197767184, of_cox);
}

} // namespace
} // namespace vigil::measure
