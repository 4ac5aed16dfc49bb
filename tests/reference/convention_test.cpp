// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Other packages' conventions. Expected values: tests/reference/reference_values.csv (timeROC, survC1, survAUC), and make_measure.R, part 8
// (pec 2022.05.04 by the package, scikit-survival by its definitions in plain R).
#include "vigil/base/error.hpp"
#include "vigil/measure/convention.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <algorithm>

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::reference_value;

constexpr double closed_form = 1e-10; // same formula, sums in another order

void expect_row(double found, double expected) {
  EXPECT_NEAR(found, expected, test::relative(expected, closed_form, "see the constant"));
}

MeasureCase pbc_by_bili() {
  const test::Pbc312 pbc;
  MeasureCase example(pbc.time, pbc.death);
  example.score(pbc.bili);
  return example;
}

/// Risks at four times and the horizon among them.
MeasureCase pbc_by_risks(double horizon) {
  const test::Pbc312 pbc;
  MeasureCase example(pbc.time, pbc.death);
  const std::vector<double> times = {500, 1000, 2000, 3000};
  RiskTable risks = undefined_risk(size_of(pbc.time), times);
  for (Index k = 0; k < 4; ++k) {
    const auto rule = pbc.rule_a();
    std::transform(rule.begin(), rule.end(), risks.at_horizon(k).begin(), [&](double risk) {
      return risk * times[at(k)] / 3000.0;
    });
  }
  example.score(pbc.rule_a()).risks(risks).at(horizon);
  return example;
}

TEST(Timeroc, AnEventExactlyAtTheHorizonIsInNeitherGroup) {
  MeasureCase example = pbc_by_bili();
  example.at(1000); // one death on day 1000
  expect_row(
      find("timeroc", "auc").evaluate(example.evaluation()).value,
      reference_value(
          "cumulative/dynamic AUC(t), IPCW KM", "timeROC", "pbc[1:312]", "marker=bili; t=1000"));
  const test::Mgus2Complete mgus2;
  MeasureCase competing(mgus2.time, mgus2.code);
  competing.score(mgus2.mspike).at(120);
  const auto row = [](const char* method) {
    return reference_value(method, "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120");
  };
  const Estimate second = find("timeroc", "auc").evaluate(competing.evaluation());
  expect_row(second.value,
             row("competing-risk AUC(t) definition 2 (controls: event-free or competing)"));
  expect_row(find("timeroc", "auc_event_free_controls").evaluate(competing.evaluation()).value,
             row("competing-risk AUC(t) definition 1 (controls: event-free)"));
  // Two deaths sit at 120 months. The package leaves them out of the pairs, but divides by F (1 - F), where they are in
  // 1 - F: make_measure.R, part 7, comes to its SE that way, up to the ties of the censoring martingale.
  EXPECT_NEAR(competing.se(second) * std::sqrt(1338.0 / 1337.0),
              0.0337993142955716,
              test::relative(0.034, closed_form, "same formula"));
  const double of_the_package = row("competing-risk AUC(t) def 2 SE");
  EXPECT_NEAR(0.0337420185029661,
              of_the_package,
              test::relative(of_the_package, 1e-4, "tied denominators of the martingale"));
}

TEST(Survc1, UnoOfPbc) {
  MeasureCase example = pbc_by_bili();
  for (const char* tau : {"1825", "3650"}) {
    example.at(std::stod(tau));
    const Estimate found = find("survc1", "uno_c").evaluate(example.evaluation());
    const double expected =
        reference_value("Uno C", "survC1", "pbc[1:312]", std::string("marker=bili; tau=") + tau);
    EXPECT_NEAR(found.value,
                expected,
                test::relative(expected, 3e-8, "the package computes with whole numbers"));
    EXPECT_TRUE(found.influence.empty());
  }
}

TEST(Survauc, UnoOfPbc) {
  MeasureCase example = pbc_by_bili();
  example.at(1825);
  expect_row(
      find("survauc", "uno_c").evaluate(example.evaluation()).value,
      reference_value("Uno C", "survAUC", "pbc[1:312]", "marker=bili; time=1825; train=test"));
  for (const char* t : {"1000", "2000", "3000"}) {
    example.at(std::stod(t));
    const Estimate found = find("survauc", "auc").evaluate(example.evaluation());
    expect_row(
        found.value,
        reference_value("Uno AUC(t)", "survAUC", "pbc[1:312]", std::string("marker=bili; t=") + t));
    EXPECT_TRUE(found.influence.empty());
  }
}

// Hazard ratios 1, 2, 1, 4, 5; an event at 1, two at 2 where one leaves too, the last one leaves at 3. The censored row of day 2 is the first of
// its time, so that both events there count those of day 3 alone: H(1.5) = 1 / (1 + 2 + 1 + 4 + 5), H(2) = 1/13 + 1/5 + 1/5.
TEST(Survauc, IncidentAucByHand) {
  MeasureCase example({1, 2, 2, 2, 3}, std::vector<double>{1, 1, 1, 0, 0});
  const std::vector<double> ratio = {1, 2, 1, 4, 5};
  std::vector<double> score;
  score.reserve(ratio.size());
  for (const double r : ratio) {
    score.push_back(std::log(r));
  }
  example.score(score);
  for (const auto& [t, hazard] : {std::pair{1.5, 1.0 / 13.0}, std::pair{2.0, 1.0 / 13.0 + 0.4}}) {
    double concordant = 0.0, cases = 0.0, controls = 0.0;
    for (const double i : ratio) {
      cases += i * std::exp(-hazard * i);
      controls += std::exp(-hazard * i);
      for (const double j : ratio) {
        const double share = i > j ? 1.0 : i == j ? 0.5 : 0.0;
        concordant += i * std::exp(-hazard * i) * std::exp(-hazard * j) * share;
      }
    }
    example.at(t);
    expect_row(find("survauc", "auc_incident").evaluate(example.evaluation()).value,
               concordant / (cases * controls));
  }
}

// Both deaths at the last time: the second one has nobody behind it.
TEST(Survauc, IncidentAucNeedsSomebodyBehindTiedEvents) {
  MeasureCase example({1, 2, 2}, std::vector<double>{1, 1, 1});
  example.score({0, 1, 2}).at(2);
  EXPECT_EQ(find("survauc", "auc_incident").evaluate(example.evaluation()).undefined_because,
            "nobody is left behind events at one time");
  example.at(1);
  EXPECT_TRUE(std::isfinite(find("survauc", "auc_incident").evaluate(example.evaluation()).value));
}

TEST(Survivalroc, KaplanMeierAboveEachCut) {
  MeasureCase example = pbc_by_bili();
  example.at(2000);
  expect_row(
      find("survivalroc", "auc").evaluate(example.evaluation()).value,
      reference_value(
          "Heagerty-Lumley-Pepe AUC(t) KM", "survivalROC", "pbc[1:312]", "marker=bili; t=2000"));
}

// Four subjects, times 1 2 3 4, event at 1 (marker 2) and 3 (marker 1), censored at 2 (marker 1) and 4 (marker 0); t = 3.5.
// S(t) = 3/4 1/2 = 3/8. Above 0: markers 2, 1, 1: S = 2/3 0 = 0, true 1 0.75 / 0.625 = 1.2, false 0. Above 1: marker 2: S = 0,
// true 0.25 / 0.625 = 0.4, false 0. Area (1 + 1.2) / 2 1 = 1.1, above 1 as it can be.
TEST(Survivalroc, ByHand) {
  MeasureCase example({1, 2, 3, 4}, std::vector<double>{1, 0, 1, 0});
  example.score({2, 1, 1, 0}).at(3.5);
  EXPECT_NEAR(find("survivalroc", "auc").evaluate(example.evaluation()).value,
              1.1,
              test::relative(1.1, closed_form, "a few sums"));
}

TEST(Sksurv, EventsAreWeighedAtTheirOwnTime) {
  MeasureCase example = pbc_by_risks(2000);
  const auto value = [&](const char* name) {
    return find("sksurv", name).evaluate(example.evaluation()).value;
  };
  expect_row(value("brier"), 0.180988117348417);
  expect_row(value("auc"), 0.877091965971371);
  expect_row(value("uno_c"), 0.814186552856397);
  example.at(3000);
  expect_row(value("ibs"), 0.164626546223567);
}

TEST(Pec, LeftSumsOverTheTimesOfTheRisks) {
  MeasureCase example = pbc_by_risks(3000);
  expect_row(find("pec", "ibs").evaluate(example.evaluation()).value, 0.116650957826127);
  example.at(std::numeric_limits<double>::infinity());
  expect_row(find("pec", "ibs").evaluate(example.evaluation()).value, 0.116650957826127);
  example.at(700);
  EXPECT_EQ(find("pec", "ibs").evaluate(example.evaluation()).undefined_because,
            "needs risks at two times");
}

TEST(Conventions, RefuseWhatTheyDoNotDefine) {
  for (const auto name : convention_names()) {
    EXPECT_FALSE(measures_of(name).empty());
  }
  EXPECT_THROW(static_cast<void>(measures_of("timerock")), ConfigError);
  EXPECT_THROW(static_cast<void>(find("survc1", "auc")), ConfigError);
  EXPECT_THROW(static_cast<void>(find("survc1", "auk")), ConfigError);
  const test::Mgus2Complete mgus2;
  MeasureCase competing(mgus2.time, mgus2.code);
  competing.score(mgus2.mspike).risk(120, mgus2.rule());
  for (const char* name : {"uno_c", "auc", "brier"}) {
    EXPECT_EQ(find("sksurv", name).evaluate(competing.evaluation()).undefined_because,
              "the package defines no competing causes");
  }
}

} // namespace
} // namespace vigil::measure
