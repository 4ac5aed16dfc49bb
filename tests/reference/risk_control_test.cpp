// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Risk control of the observed group: rows of reference_values.csv (R 4.2.2), and risk_control.csv by make_risk_control.R
// (survival 3.5-3).
#include "vigil/triage/risk_control.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <string>
#include <vector>

namespace vigil::triage {
namespace {

double same(double expected) {
  return test::relative(expected, 1e-11, "binomial and beta tails of two libraries");
}

TEST(RiskControlReference, BoundedMeans) {
  const auto row = [](const char* method, const char* arguments) {
    return test::reference_value(method, "stats", "analytic", arguments);
  };
  const double first = row("Hoeffding-Bentkus p-value", "Rhat=0.05; n=200; alpha=0.10");
  EXPECT_NEAR(hoeffding_bentkus_p(0.05, 200, 0.10), first, same(first));
  const double second = row("Hoeffding-Bentkus p-value", "Rhat=0.02; n=100; alpha=0.10");
  EXPECT_NEAR(hoeffding_bentkus_p(0.02, 100, 0.10), second, same(second));
  const double exact = row("exact binomial p-value", "x=10; n=200; H0 p>0.10");
  EXPECT_NEAR(exact_binomial_p(10, 200, 0.10), exact, same(exact));
  const double hoeffding = row("Hoeffding p-value", "Rhat=0.05; n=200; alpha=0.10");
  EXPECT_NEAR(hoeffding_p(0.05, 200, 0.10), hoeffding, same(hoeffding));
}

struct Row {
  std::string value, arguments;
  double expected = 0.0;
};

std::vector<Row> rows() {
  std::vector<Row> found;
  const auto table = test::read_csv(VIGIL_REFERENCE "/risk_control.csv");
  for (std::size_t line = 1; line < table.size(); ++line) {
    found.push_back({table[line][0], table[line][1], std::stod(table[line][2])});
  }
  return found;
}

double expected(const std::string& value, const std::string& arguments) {
  for (const Row& row : rows()) {
    if (row.value == value && row.arguments == arguments) {
      return row.expected;
    }
  }
  ADD_FAILURE() << value << " " << arguments;
  return std::nan("");
}

// Every size of the table, also the saw-tooth's "from".
TEST(RiskControlReference, SampleSizes) {
  Index checked = 0;
  for (const Row& row : rows()) {
    if (row.value != "first" && row.value != "from") {
      continue;
    }
    const auto number = [&](const std::string& name) {
      return std::stod(row.arguments.substr(row.arguments.find(name) + name.size()));
    };
    for (const auto& size : risk_control_sample_sizes(number("alpha="), number("delta="))) {
      if (size.risk == number("risk=")) {
        EXPECT_EQ(static_cast<double>(row.value == "first" ? size.first : size.from), row.expected)
            << row.value << " " << row.arguments;
        ++checked;
      }
    }
  }
  EXPECT_EQ(checked, 54);
}

RiskControl pbc_control(const char* risk) {
  const auto data = test::read_dataset("pbc");
  const auto time = data.numbers("time"), status = data.numbers("status");
  const auto bilirubin = data.numbers("bili"), predicted = data.numbers(risk);
  std::vector<Action> decided;
  SurvivalOutcome outcome;
  std::vector<double> known;
  for (std::size_t i = 0; i < 312; ++i) {
    decided.push_back(bilirubin[i] <= 1.0 ? Action::observe : Action::resect);
    outcome.time.push_back(time[i]);
    outcome.event.push_back(status[i] == 2.0 ? 1 : 0);
    known.push_back(predicted[i]);
  }
  return risk_control(decided,
                      known,
                      outcome,
                      CaseWeights::ones(312),
                      {.horizon = 1826.0, .alpha = 0.1, .delta = 0.1});
}

TEST(RiskControlReference, ObservedGroupOfPbc) {
  const auto control = pbc_control("bili");
  const auto check = [](double found, const char* value, const char* arguments, double error) {
    const double value_of_r = expected(value, arguments);
    EXPECT_NEAR(found, value_of_r, test::relative(value_of_r, error, "")) << value;
  };
  check(control.tests[0].p, "exact p", "pbc", 1e-12);
  check(control.tests[1].p, "beta-product p", "pbc", 1e-10);
  check(control.tipping_point, "tipping point", "pbc; delta=0.1", 1e-9);
  check(control.tests[2].risk, "weighted risk", "pbc; Kaplan-Meier", 1e-12);
  check(control.tests[2].p, "weighted p", "pbc; Kaplan-Meier", 1e-11);
  check(control.censoring_p, "censoring p", "pbc; bili", 1e-9);
  EXPECT_EQ(control.decided_by, "beta-product");
  EXPECT_TRUE(control.tests[1].passes);
  EXPECT_FALSE(control.controlled); // tips at 1.06 times the hazard
}

// Where censoring depends on the predicted risk, the weighted test decides, with G by Cox's model.
TEST(RiskControlReference, CensoringThatDependsOnTheRisk) {
  const auto control = pbc_control("protime");
  const auto check = [](double found, const char* value, const char* arguments, double error) {
    const double value_of_r = expected(value, arguments);
    EXPECT_NEAR(found, value_of_r, test::relative(value_of_r, error, "")) << value;
  };
  check(control.censoring_p, "censoring p", "pbc; protime", 1e-9);
  check(control.tests[2].risk, "weighted risk", "pbc; Cox by protime", 1e-8);
  check(control.tests[2].p, "weighted p", "pbc; Cox by protime", 1e-7);
  EXPECT_EQ(control.decided_by, "weighted");
  EXPECT_FALSE(control.controlled);
}

} // namespace
} // namespace vigil::triage
