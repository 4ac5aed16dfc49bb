// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// McLernon et al. 2023, Ann. Intern. Med. 176:105: a model of the Rotterdam patients, validated in GBSG at 5 years.
// Published numbers to their printed digits; the rest against tests/reference/reference_values.csv.
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/calibration_curve.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/net_benefit.hpp"
#include "vigil/numeric/spline.hpp"

#include <gtest/gtest.h>

#include "tests/support/cox_model.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <algorithm>

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::printed_digits;
using test::reference_value;

constexpr double cox_solver = 1e-8; // the reference solver stops at a relative change of 1e-9
constexpr double smoother = 1e-6;   // two Cox fits, of which the reference solver stops early
constexpr double martingale_ties =
    1e-4; // packages differ in the tied denominator of the censoring martingale

/// Inverse of the empirical distribution function (quantile type 1 in R).
double percentile_99(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double place = std::ceil(0.99 * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(place) - 1];
}

struct Columns {
  std::vector<double> time, event;
  test::Design clinical, with_pgr;
};

void append_spline(test::Design& design,
                   const std::vector<double>& column,
                   double largest,
                   const std::vector<double>& knots) {
  design.push_back(test::mapped(column, [largest](double x) { return std::min(x, largest); }));
  design.push_back(restricted_cubic_spline(design.back(), knots));
}

Columns columns_of(const test::Dataset& data,
                   const std::vector<double>& above_20,
                   const std::vector<double>& above_50,
                   double most_nodes,
                   double most_pgr) {
  Columns columns;
  columns.clinical = {above_20, above_50};
  append_spline(columns.clinical, data.numbers("nodes"), most_nodes, {0, 1, 9});
  columns.clinical.push_back(data.indicator("grade", "3"));
  columns.with_pgr = columns.clinical;
  append_spline(columns.with_pgr, data.numbers("pgr"), most_pgr, {0, 41, 486});
  return columns;
}

void cut_at_five_years(Columns& columns) {
  for (std::size_t i = 0; i < columns.time.size(); ++i) {
    columns.event[i] = columns.time[i] > 5.0 ? 0.0 : columns.event[i];
    columns.time[i] = std::min(columns.time[i], 5.0);
  }
}

class McLernon2023 : public ::testing::Test {
protected:
  McLernon2023() {
    const auto data = test::read_dataset("rotterdam");
    const auto external = test::read_dataset("gbsg");
    const double most_nodes = percentile_99(data.numbers("nodes"));
    const double most_pgr = percentile_99(data.numbers("pgr"));
    rotterdam = columns_of(
        data, data.indicator("size", "20-50"), data.indicator("size", ">50"), most_nodes, most_pgr);
    const auto rtime = data.numbers("rtime"), recur = data.numbers("recur"),
               dtime = data.numbers("dtime"), death = data.numbers("death");
    for (std::size_t i = 0; i < rtime.size(); ++i) {
      const bool died_only = recur[i] == 0.0 && death[i] == 1.0 && rtime[i] < dtime[i];
      rotterdam.time.push_back((died_only ? dtime[i] : rtime[i]) / 365.25);
      rotterdam.event.push_back(std::max(recur[i], death[i]));
    }
    const auto size = external.numbers("size");
    gbsg =
        columns_of(external,
                   test::mapped(size, [](double s) { return s > 20.0 && s <= 50.0 ? 1.0 : 0.0; }),
                   test::mapped(size, [](double s) { return s > 50.0 ? 1.0 : 0.0; }),
                   most_nodes,
                   most_pgr);
    gbsg.time =
        test::mapped(external.numbers("rfstime"), [](double days) { return days / 365.25; });
    gbsg.event = external.numbers("status");
    cut_at_five_years(rotterdam);
    cut_at_five_years(gbsg);
  }

  static void expect_row(double found, double expected, double error) {
    EXPECT_NEAR(found, expected, test::relative(expected, error, "see the constant"));
  }
  [[nodiscard]] test::CoxModel first_model() const {
    return {rotterdam.time, rotterdam.event, rotterdam.clinical};
  }
  [[nodiscard]] test::CoxModel second_model() const {
    return {rotterdam.time, rotterdam.event, rotterdam.with_pgr};
  }
  /// GBSG with the first model's score, and its risk at the horizon.
  [[nodiscard]] MeasureCase external_case(double horizon) const {
    const test::CoxModel model = first_model();
    MeasureCase example(gbsg.time, gbsg.event);
    example.score(model.score(gbsg.clinical)).risk(horizon, model.risk(gbsg.clinical, horizon));
    return example;
  }
  static double row(const char* method, const char* package, const char* arguments) {
    return reference_value(method, package, "gbsg 5y", arguments);
  }
  static constexpr double whole_follow_up = std::numeric_limits<double>::infinity();

  Columns rotterdam, gbsg;
};

TEST_F(McLernon2023, EventsWithinFiveYears) { // published, abstract
  EXPECT_EQ(std::count(rotterdam.event.begin(), rotterdam.event.end(), 1.0), 1275);
  EXPECT_EQ(std::count(gbsg.event.begin(), gbsg.event.end(), 1.0), 285);
}

TEST_F(McLernon2023, Coefficients) {
  const test::CoxModel model = first_model();
  const char* names[] = {"csize20-50", "csize>50", "nodes2", "nodes3", "g3"};
  const double published[] = {0.34184, 0.57355, 0.30397, -0.81117, 0.36171};
  for (Index k = 0; k < 5; ++k) {
    expect_row(model.coefficient(k),
               reference_value("Cox coefficient (McLernon 2023 recipe)",
                               "survival",
                               "rotterdam 5y",
                               std::string("efron; ") + names[k]),
               cox_solver);
    EXPECT_NEAR(model.coefficient(k), published[k], printed_digits(5)) << names[k];
  }
  expect_row(2.0 * (second_model().fit().log_likelihood - model.fit().log_likelihood),
             reference_value("likelihood-ratio chi2, adding PGR (2 df)",
                             "survival",
                             "rotterdam 5y",
                             "McLernon 2023 models"),
             cox_solver);
}

TEST_F(McLernon2023, Concordance) {
  MeasureCase example = external_case(5.0);
  example.at(whole_follow_up);
  const Estimate harrell = harrell_c(example.evaluation());
  expect_row(
      harrell.value, row("Harrell C external", "survival", "McLernon 2023 model 1"), cox_solver);
  expect_row(example.se(harrell),
             row("Harrell C external SE", "survival", "McLernon 2023 model 1"),
             cox_solver);
  EXPECT_NEAR(harrell.value, 0.65, printed_digits(2)); // published
  const Estimate uno =
      concordance(example.evaluation(),
                  {.pair_weight = PairWeight::inverse_censoring, .censoring_is_known = true})
          .estimate;
  expect_row(uno.value, row("Uno C external", "survival", "McLernon 2023 model 1"), cox_solver);
  expect_row(
      example.se(uno), row("Uno C external SE", "survival", "McLernon 2023 model 1"), cox_solver);
  EXPECT_NEAR(uno.value, 0.64, printed_digits(2)); // published
  example.score(second_model().score(gbsg.with_pgr));
  expect_row(harrell_c(example.evaluation()).value,
             row("Harrell C external", "survival", "McLernon 2023 model 2 (+PGR)"),
             cox_solver);
}

TEST_F(McLernon2023, Auc) {
  MeasureCase example = external_case(4.99);
  const Estimate found = auc(example.evaluation(), {.by_score = true});
  const auto n = static_cast<double>(example.weights().subjects());
  const double se = example.se(found);
  expect_row(
      found.value, row("AUC(t) external", "timeROC", "McLernon 2023 model 1; t=4.99"), cox_solver);
  expect_row(se * std::sqrt(n / (n - 1.0)), // the package's divisor is n - 1
             row("AUC(t) external SE", "timeROC", "McLernon 2023 model 1; t=4.99"),
             martingale_ties);
  const Interval limits = normal_interval(found.value, se, 0.95, IntervalScale::identity);
  EXPECT_NEAR(found.value, 0.68, printed_digits(2)); // published, with its interval
  EXPECT_NEAR(limits.lower, 0.62, printed_digits(2));
  EXPECT_NEAR(limits.upper, 0.73, printed_digits(2));
}

TEST_F(McLernon2023, MeanCalibrationAndSlope) {
  MeasureCase example = external_case(5.0);
  example.threshold(0.23);
  const Estimate ratio = oe_ratio(example.evaluation());
  expect_row(ratio.value, row("O/E ratio", "survival", "McLernon 2023 model 1; t=5"), cox_solver);
  EXPECT_NEAR(ratio.value, 1.0173902, printed_digits(7)); // published
  const double observed = row("observed risk 1-KM(5)", "survival", "t=5");
  const double predicted =
      row("mean predicted risk", "riskRegression", "McLernon 2023 model 1; t=5");
  EXPECT_NEAR(mean_calibration(example.evaluation()).value, observed - predicted, 1e-9);
  const CalibrationSlope slope = fit_calibration_slope(example.evaluation());
  expect_row(slope.estimate.value,
             row("calibration slope", "survival", "McLernon 2023 model 1; efron"),
             cox_solver);
  expect_row(slope.wald_se,
             row("calibration slope SE", "survival", "McLernon 2023 model 1; efron"),
             cox_solver);
  EXPECT_NEAR(slope.estimate.value, 1.0562040, printed_digits(7)); // published
}

/// The published index comes from a secondary model whose solver stopped after three Newton steps (it asks for a
/// relative change of the likelihood of 1e-4 only). Three steps give the published digits.
TEST_F(McLernon2023, IntegratedCalibrationIndexAsPublished) {
  MeasureCase example = external_case(5.0);
  const CalibrationCurve curve = calibration_curve(example.evaluation(), {.newton_steps = 3});
  ASSERT_EQ(curve.undefined_because, "");
  const char* model = "McLernon 2023 model 1; t=5";
  expect_row(curve.ici, row("ICI (Cox on rcs(cloglog,3))", "rms", model), smoother);
  expect_row(curve.e50, row("E50", "rms", model), smoother);
  expect_row(curve.e90, row("E90", "rms", model), smoother);
  expect_row(curve.emax, row("Emax", "rms", model), smoother);
  EXPECT_NEAR(curve.ici, 0.03017958, printed_digits(8));
  EXPECT_NEAR(curve.e50, 0.02627822, printed_digits(8));
  EXPECT_NEAR(curve.e90, 0.07466548, printed_digits(8));
  EXPECT_NEAR(curve.emax, 0.07543556, printed_digits(8));
}

/// The converged model: tests/reference/make_measure.R, section 4 (coxph of survival 3.5.3, eps 1e-9).
TEST_F(McLernon2023, IntegratedCalibrationIndexConverged) {
  MeasureCase example = external_case(5.0);
  const CalibrationCurve curve = calibration_curve(example.evaluation());
  ASSERT_EQ(curve.undefined_because, "");
  expect_row(curve.ici, 0.0301288354997581, smoother);
  expect_row(curve.e50, 0.0261996193968062, smoother);
  expect_row(curve.e90, 0.0745937191242246, smoother);
  expect_row(curve.emax, 0.0752791478516028, smoother);
}

TEST_F(McLernon2023, Brier) {
  MeasureCase first = external_case(4.99);
  MeasureCase second(gbsg.time, gbsg.event);
  second.risk(4.99, second_model().risk(gbsg.with_pgr, 4.99));
  const auto score = [](const char* method, const char* arguments) {
    return row(method, "riskRegression", arguments);
  };
  const double found = brier(first.evaluation()).value, accuracy = ipa(first.evaluation()).value;
  expect_row(found, score("Brier(t) external", "McLernon 2023 m1; t=4.99"), cox_solver);
  expect_row(accuracy, score("IPA external", "McLernon 2023 m1; t=4.99"), cox_solver);
  EXPECT_NEAR(found, 0.22, printed_digits(2)); // published
  EXPECT_NEAR(accuracy, 0.10, printed_digits(2));
  expect_row(brier(second.evaluation()).value,
             score("Brier(t) external", "McLernon 2023 m2; t=4.99"),
             cox_solver);
  expect_row(ipa(second.evaluation()).value,
             score("IPA external", "McLernon 2023 m2; t=4.99"),
             cox_solver);
}

TEST_F(McLernon2023, NetBenefit) {
  MeasureCase example = external_case(5.0);
  for (const char* threshold : {"0.20", "0.23", "0.30", "0.40", "0.50"}) {
    example.threshold(std::stod(threshold));
    const double found = net_benefit_conditional(example.evaluation()).value;
    expect_row(found,
               row("net benefit (KM-conditional, Vickers 2008)",
                   "survival",
                   (std::string("McLernon 2023 model 1; pt=") + threshold + "; t=5; rule pred>pt")
                       .c_str()),
               cox_solver);
    if (example.evaluation().threshold >= 0.3) {
      expect_row(
          found,
          row("net benefit",
              "dcurves",
              (std::string("McLernon 2023 model 1; pt=") + threshold + "; t=5 (rule pred>=pt)")
                  .c_str()),
          cox_solver);
    }
  }
  for (const char* threshold : {"0.23", "0.40"}) {
    example.threshold(std::stod(threshold));
    expect_row(net_benefit_treat_all(example.evaluation()).value,
               row("net benefit treat-all",
                   "survival",
                   (std::string("pt=") + threshold + "; t=5").c_str()),
               cox_solver);
  }
  example.threshold(0.23);
  EXPECT_NEAR(
      net_benefit_conditional(example.evaluation()).value, 0.3615, printed_digits(4)); // published
}

} // namespace
} // namespace vigil::measure
