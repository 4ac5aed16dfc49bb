// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// McLernon et al. 2023, Ann Intern Med 176:105; docs/reproductions/mclernon_2023.md.
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/net_benefit.hpp"
#include "vigil/measure/observed_risk.hpp"
#include "vigil/numeric/spline.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <gtest/gtest.h>

#include "tests/reference/breast_cancer.hpp"
#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

constexpr double years_5 = 5.0 * 365.25; ///< days
constexpr double years_4_99 = 4.99 * 365.25;
constexpr double forever = std::numeric_limits<double>::infinity();
constexpr std::string_view model_1 = "McLernon 2023 model 1";
constexpr std::string_view model_1_at_5 = "McLernon 2023 model 1; t=5";

Design published_covariates(const BreastCancer& cohort) {
  std::vector<double> nodes = cohort.nodes;
  for (double& value : nodes) {
    value = std::min(value, 19.0); // 99th percentile in Rotterdam
  }
  const std::vector<double> knots = {0.0, 1.0, 9.0};
  std::vector<double> grade_3;
  for (const double grade : cohort.grade) {
    grade_3.push_back(grade == 3.0 ? 1.0 : 0.0);
  }
  return {cohort.size_20_50,
          cohort.size_above_50,
          nodes,
          restricted_cubic_spline(nodes, knots),
          grade_3};
}

struct McLernon : testing::Test {
  const BreastCancer rotterdam = read_breast_cancer("rotterdam", false, years_5);
  const BreastCancer gbsg = read_breast_cancer("gbsg", false, years_5);
  /// The observed risk at 5 years needs follow-up beyond: the same cohort, not cut.
  const BreastCancer gbsg_uncut = read_breast_cancer("gbsg", false, forever);
  const Design gbsg_design = published_covariates(gbsg);
  const CoxAnalysis model{rotterdam, published_covariates(rotterdam), survival::Ties::efron};
  const std::vector<double> index = linear_predictor(gbsg_design, model.fit.coefficient);

  [[nodiscard]] std::vector<double> risk_at(double horizon) const {
    const survival::CoxRisk rule(model.likelihood, model.fit, model.columns);
    std::vector<double> risk;
    for (Index i = 0; i < gbsg.subjects(); ++i) {
      risk.push_back(rule.at_horizon(row_of(gbsg_design, i), 0.0, 0, horizon).risk);
    }
    return risk;
  }
  /// |smoothed observed risk - predicted risk| of every subject at 5 years.
  [[nodiscard]] std::vector<double>
  calibration_distance(const survival::CoxFitOptions& options) const;
};

std::vector<double> McLernon::calibration_distance(const survival::CoxFitOptions& options) const {
  const std::vector<double> risk = risk_at(years_5);
  std::vector<double> log_log;
  for (const double value : risk) {
    log_log.push_back(std::log(-std::log1p(-value)));
  }
  const std::vector<double> ones(risk.size(), 1.0);
  const std::vector<double> bend = restricted_cubic_spline(log_log, spline_knots(log_log, ones, 3));
  const Design smoother = {log_log, bend};
  const CoxAnalysis curve(gbsg, smoother, survival::Ties::efron, options);
  const survival::CoxRisk observed(curve.likelihood, curve.fit, curve.columns);
  std::vector<double> distance;
  for (Index i = 0; i < gbsg.subjects(); ++i) {
    const double smoothed = observed.at_horizon(row_of(smoother, i), 0.0, 0, years_5).risk;
    distance.push_back(std::abs(smoothed - risk[at(i)]));
  }
  return distance;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST_F(McLernon, Events) {
  EXPECT_EQ(rotterdam.subjects(), 2982);
  EXPECT_EQ(rotterdam.events(), 1275.0);
  EXPECT_EQ(gbsg.subjects(), 686);
  EXPECT_EQ(gbsg.events(), 285.0);
}

TEST_F(McLernon, Coefficients) {
  const std::vector<double> published = {.34184, .57355, .30397, -.81117, .36171};
  const std::vector<std::string> names = {"csize20-50", "csize>50", "nodes2", "nodes3", "g3"};
  ASSERT_EQ(model.fit.status, survival::CoxFitStatus::converged);
  for (Index k = 0; k < size_of(names); ++k) {
    EXPECT_NEAR(model.fit.coefficient[at(k)], published[at(k)], printed_digits(5)) << names[at(k)];
    const double in_r = reference_value("Cox coefficient (McLernon 2023 recipe)",
                                        "survival",
                                        "rotterdam 5y",
                                        "efron; " + names[at(k)]);
    EXPECT_NEAR(model.fit.coefficient[at(k)], in_r, relative(in_r, 1e-8, "two solvers"));
  }
}

TEST_F(McLernon, Concordance) {
  MeasureCase external(gbsg.time, gbsg.event);
  external.score(index);
  const measure::Estimate harrell = measure::harrell_c(external.evaluation());
  EXPECT_NEAR(harrell.value, 0.65, printed_digits(2));
  EXPECT_NEAR(
      harrell.value, reference_value("Harrell C external", "survival", "gbsg 5y", model_1), 1e-8);
  EXPECT_NEAR(external.se(harrell),
              reference_value("Harrell C external SE", "survival", "gbsg 5y", model_1),
              1e-8);
  const measure::Estimate uno = measure::uno_c(external.evaluation());
  EXPECT_NEAR(uno.value, 0.64, printed_digits(2));
  EXPECT_NEAR(uno.value, reference_value("Uno C external", "survival", "gbsg 5y", model_1), 1e-8);
}

TEST_F(McLernon, AreaUnderTheCurve) {
  MeasureCase external(gbsg.time, gbsg.event);
  external.score(index).at(years_4_99);
  const measure::Estimate auc = measure::auc(external.evaluation());
  const double half_width = 1.959963984540054 * external.se(auc);
  EXPECT_NEAR(auc.value, 0.68, printed_digits(2));
  EXPECT_NEAR(auc.value - half_width, 0.62, printed_digits(2));
  EXPECT_NEAR(auc.value + half_width, 0.73, printed_digits(2));
  EXPECT_NEAR(
      auc.value,
      reference_value("AUC(t) external", "timeROC", "gbsg 5y", "McLernon 2023 model 1; t=4.99"),
      1e-8);
}

TEST_F(McLernon, ObservedOverExpected) {
  const std::vector<double> risk = risk_at(years_5);
  MeasureCase external(gbsg_uncut.time, gbsg_uncut.event);
  external.risk(years_5, risk);
  const measure::Evaluation evaluation = external.evaluation();
  const double observed =
      measure::observed_risk(evaluation, measure::evaluation_rows(evaluation)).value;
  EXPECT_NEAR(
      observed, reference_value("observed risk 1-KM(5)", "survival", "gbsg 5y", "t=5"), 1e-12);
  EXPECT_NEAR(mean(risk),
              reference_value("mean predicted risk", "riskRegression", "gbsg 5y", model_1_at_5),
              1e-8);
  EXPECT_NEAR(observed / mean(risk), 1.0173902, printed_digits(7));
}

TEST_F(McLernon, CalibrationSlope) {
  const CoxAnalysis slope(gbsg, {index}, survival::Ties::efron);
  EXPECT_NEAR(slope.fit.coefficient[0], 1.0562040, printed_digits(7));
  EXPECT_NEAR(slope.fit.standard_error(0),
              reference_value(
                  "calibration slope SE", "survival", "gbsg 5y", "McLernon 2023 model 1; efron"),
              1e-8);
}

struct DistanceSummary {
  double mean, median, ninth_decile, largest;
};

DistanceSummary summary(const std::vector<double>& distance) {
  const std::vector<double> ones(distance.size(), 1.0);
  return {mean(distance),
          interpolated_quantile(distance, ones, 0.5),
          interpolated_quantile(distance, ones, 0.9),
          *std::max_element(distance.begin(), distance.end())};
}

// The published smoother is rms::cph with its default tolerance, which ends after three Newton steps.
TEST_F(McLernon, CalibrationCurveAsPublished) {
  const DistanceSummary distance = summary(calibration_distance({.iterations = 3}));
  EXPECT_NEAR(distance.mean, 0.03017958, printed_digits(8));
  EXPECT_NEAR(distance.median, 0.02627822, printed_digits(8));
  EXPECT_NEAR(distance.ninth_decile, 0.07466548, printed_digits(8));
  EXPECT_NEAR(distance.largest, 0.07543556, printed_digits(8));
}

// Expected: the same R code with cph(eps = 1e-10, iter.max = 50), rms 6.5-0, survival 3.5-3.
TEST_F(McLernon, CalibrationCurveAtTheMaximum) {
  const DistanceSummary distance = summary(calibration_distance({}));
  EXPECT_NEAR(distance.mean, 0.0301288354998, 1e-9);
  EXPECT_NEAR(distance.median, 0.0261996193968, 1e-9);
  EXPECT_NEAR(distance.ninth_decile, 0.0745937191242, 1e-9);
  EXPECT_NEAR(distance.largest, 0.0752791478516, 1e-9);
}

TEST_F(McLernon, BrierScore) {
  MeasureCase external(gbsg.time, gbsg.event);
  external.risk(years_4_99, risk_at(years_4_99));
  const double brier = measure::brier(external.evaluation()).value;
  EXPECT_NEAR(brier, 0.22, printed_digits(2));
  EXPECT_NEAR(
      brier,
      reference_value("Brier(t) external", "riskRegression", "gbsg 5y", "McLernon 2023 m1; t=4.99"),
      1e-8);
  const double ipa = measure::ipa(external.evaluation()).value;
  EXPECT_NEAR(ipa, 0.10, printed_digits(2));
  EXPECT_NEAR(
      ipa,
      reference_value("IPA external", "riskRegression", "gbsg 5y", "McLernon 2023 m1; t=4.99"),
      1e-8);
}

TEST_F(McLernon, NetBenefit) {
  MeasureCase external(gbsg_uncut.time, gbsg_uncut.event);
  external.risk(years_5, risk_at(years_5));
  for (const std::string threshold : {"0.20", "0.23", "0.30", "0.40", "0.50"}) {
    external.threshold(std::stod(threshold));
    EXPECT_NEAR(measure::net_benefit_conditional(external.evaluation()).value,
                reference_value("net benefit (KM-conditional, Vickers 2008)",
                                "survival",
                                "gbsg 5y",
                                "McLernon 2023 model 1; pt=" + threshold + "; t=5; rule pred>pt"),
                1e-8);
  }
  external.threshold(0.23);
  EXPECT_NEAR(
      measure::net_benefit_conditional(external.evaluation()).value, 0.3615, printed_digits(4));
}

} // namespace
} // namespace vigil::test
