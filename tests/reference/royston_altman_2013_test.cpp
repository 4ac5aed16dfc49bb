// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Royston and Altman 2013, BMC Med. Res. Methodol. 13:33: a model of the node-positive Rotterdam patients, validated
// in GBSG, follow-up cut at 84 months. Published numbers to their printed digits; the rest against
// tests/reference/reference_values.csv (the recipe there was run with R's survival package).
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/explained_variation.hpp"

#include <gtest/gtest.h>

#include "tests/support/cox_model.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <numeric>

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::reference_value;

constexpr double closed_form = 1e-10; // same formula, sums in another order
constexpr double cox_solver = 1e-8;   // the reference solver stops at a relative change of 1e-9
constexpr double last_day = 2557.0;   // 84 months
constexpr const char* derivation_set = "rotterdam nodes>0, 84 months";

struct Columns {
  std::vector<double> time, event;
  test::Design design;
};

/// The covariates of the published model; size by its two cuts.
test::Design published_terms(const test::Dataset& data,
                             const std::vector<double>& above_20,
                             const std::vector<double>& above_50,
                             const std::vector<bool>& keep) {
  const auto column = [&](const char* name) { return test::kept(data.numbers(name), keep); };
  const auto cube = [](double age) { return std::pow(age / 100.0, 3); };
  return {
      test::mapped(column("age"), cube),
      test::mapped(column("age"), [&](double age) { return cube(age) * std::log(age / 100.0); }),
      column("meno"),
      test::kept(above_20, keep),
      test::kept(above_50, keep),
      test::mapped(column("nodes"), [](double n) { return 1.0 / std::sqrt(n); }),
      test::mapped(column("er"), [](double er) { return er / 1000.0; }),
      column("hormon")};
}

Columns derivation() {
  const auto data = test::read_dataset("rotterdam");
  const auto nodes = data.numbers("nodes"), rtime = data.numbers("rtime"),
             recur = data.numbers("recur"), dtime = data.numbers("dtime"),
             death = data.numbers("death");
  Columns columns;
  std::vector<bool> keep;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    keep.push_back(nodes[i] > 0.0);
    if (!keep.back()) {
      continue;
    }
    const double recurred = rtime[i] > last_day ? 0.0 : recur[i];
    const double died = dtime[i] > last_day ? 0.0 : death[i];
    columns.time.push_back(std::min(recurred == 1.0 ? rtime[i] : dtime[i], last_day));
    columns.event.push_back(std::max(recurred, died));
  }
  columns.design =
      published_terms(data, data.indicator("size", "20-50"), data.indicator("size", ">50"), keep);
  return columns;
}

Columns validation() {
  const auto data = test::read_dataset("gbsg");
  const auto size = data.numbers("size");
  const auto above_20 =
      test::mapped(size, [](double s) { return s > 20.0 && s <= 50.0 ? 1.0 : 0.0; });
  const auto above_50 = test::mapped(size, [](double s) { return s > 50.0 ? 1.0 : 0.0; });
  Columns columns;
  columns.time = data.numbers("rfstime");
  columns.event = data.numbers("status");
  for (std::size_t i = 0; i < size.size(); ++i) {
    columns.event[i] = columns.time[i] > last_day ? 0.0 : columns.event[i];
    columns.time[i] = std::min(columns.time[i], last_day);
  }
  columns.design = published_terms(data, above_20, above_50, std::vector<bool>(size.size(), true));
  return columns;
}

class RoystonAltman2013 : public ::testing::Test {
protected:
  static void expect_row(double found, double expected, double error) {
    EXPECT_NEAR(found, expected, test::relative(expected, error, "see the constant"));
  }
  static double external(const char* method, const char* arguments) {
    return reference_value(method, "survival", "gbsg", arguments);
  }
  const Columns rotterdam = derivation(), gbsg = validation();
  const test::CoxModel model{
      rotterdam.time, rotterdam.event, rotterdam.design, survival::Ties::breslow};
};

TEST_F(RoystonAltman2013, EventsAndCoefficients) {
  const double events = std::accumulate(rotterdam.event.begin(), rotterdam.event.end(), 0.0);
  EXPECT_EQ(events, 965.0); // published
  EXPECT_EQ(
      events,
      reference_value(
          "events in derivation set", "survival", derivation_set, "Royston-Altman 2013 recipe"));
  const char* names[] = {"a3", "a3l", "meno", "s2", "s3", "n", "er", "h"};
  for (Index k = 0; k < 8; ++k) {
    expect_row(model.coefficient(k),
               reference_value("Cox coefficient (Royston-Altman 2013 Table 2 recipe)",
                               "survival",
                               derivation_set,
                               std::string("breslow; ") + names[k]),
               cox_solver);
  }
  // As published, size > 50 against 20-50.
  const double published[] = {1.07, 9.13, 0.46, 0.23, 0.31, -1.74, -0.34, -0.35};
  for (Index k = 0; k < 8; ++k) {
    const double found = model.coefficient(k) - (k == 4 ? model.coefficient(3) : 0.0);
    EXPECT_NEAR(found, published[k], test::printed_digits(2)) << names[k];
  }
}

TEST_F(RoystonAltman2013, Discrimination) {
  MeasureCase inside(rotterdam.time, rotterdam.event), outside(gbsg.time, gbsg.event);
  inside.score(model.score(rotterdam.design));
  outside.score(model.score(gbsg.design));
  expect_row(harrell_c(inside.evaluation()).value,
             reference_value("Harrell C derivation", "survival", derivation_set, "RA2013 PI"),
             closed_form);
  const Estimate c = harrell_c(outside.evaluation());
  expect_row(c.value, external("Harrell C external", "RA2013 PI; 84 months"), closed_form);
  expect_row(outside.se(c), external("Harrell C external SE", "RA2013 PI; 84 months"), closed_form);
}

TEST_F(RoystonAltman2013, CalibrationSlope) {
  MeasureCase outside(gbsg.time, gbsg.event);
  outside.score(model.score(gbsg.design));
  const auto slope = fit_calibration_slope(outside.evaluation(), survival::Ties::breslow);
  const char* arguments = "RA2013 PI; 84 months; breslow";
  expect_row(slope.estimate.value, external("calibration slope", arguments), cox_solver);
  expect_row(slope.wald_se, external("calibration slope SE", arguments), cox_solver);
}

/// The reference fits the normal scores with Efron's ties whatever the ties of the model.
TEST_F(RoystonAltman2013, RoystonD) {
  MeasureCase inside(rotterdam.time, rotterdam.event), outside(gbsg.time, gbsg.event);
  inside.score(model.score(rotterdam.design));
  outside.score(model.score(gbsg.design));
  const RoystonD derived = fit_royston_d(inside.evaluation());
  expect_row(derived.d.value,
             reference_value("Royston D derivation", "survival", derivation_set, "RA2013 PI"),
             cox_solver);
  expect_row(derived.r2.value,
             reference_value("Royston R2_D derivation", "survival", derivation_set, "RA2013 PI"),
             cox_solver);
  const RoystonD found = fit_royston_d(outside.evaluation());
  expect_row(found.d.value, external("Royston D external", "RA2013 PI; 84 months"), cox_solver);
  expect_row(found.wald_se, external("Royston D SE external", "RA2013 PI; 84 months"), cox_solver);
  expect_row(found.r2.value, external("Royston R2_D external", "RA2013 PI; 84 months"), cox_solver);
}

} // namespace
} // namespace vigil::measure
