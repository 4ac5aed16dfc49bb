// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: tests/reference/reference_values.csv (public packages; generator reference_values.R).
#include "vigil/measure/auc.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/numeric/tail.hpp"

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

MeasureCase pbc_by_bili(const test::Pbc312& pbc) {
  MeasureCase example(pbc.time, pbc.death);
  example.score(pbc.bili);
  return example;
}

double
harrell_row(const char* method, const char* package, const char* dataset, const char* arguments) {
  return reference_value(method, package, dataset, arguments);
}

TEST(Harrell, Pbc) {
  const test::Pbc312 pbc;
  MeasureCase example = pbc_by_bili(pbc);
  const Concordance found = concordance(example.evaluation());
  expect_row(found.estimate.value,
             harrell_row("Harrell C", "survival", "pbc[1:312]", "marker=bili"),
             closed_form);
  expect_row(found.estimate.value,
             harrell_row("Harrell C (rcorr.cens)", "Hmisc", "pbc[1:312]", "marker=-bili"),
             closed_form);
  expect_row(
      example.se(found.estimate),
      harrell_row("Harrell C infinitesimal-jackknife SE", "survival", "pbc[1:312]", "marker=bili"),
      closed_form);
  const auto count = [](const char* which) {
    return harrell_row("concordance pair counts", "survival", "pbc[1:312]", which);
  };
  EXPECT_EQ(found.pairs.concordant, count("marker=bili; concordant"));
  EXPECT_EQ(found.pairs.discordant, count("marker=bili; discordant"));
  EXPECT_EQ(found.pairs.tied_score, count("marker=bili; tied.x"));
  EXPECT_EQ(found.pairs.tied_time, count("marker=bili; tied.y"));
  EXPECT_EQ(found.pairs.tied_both, count("marker=bili; tied.xy"));
  example.at(1825);
  expect_row(harrell_c(example.evaluation()).value,
             harrell_row("Harrell C truncated", "survival", "pbc[1:312]", "marker=bili; ymax=1825"),
             closed_form);
}

TEST(Harrell, LungByCentre) {
  const auto lung = test::read_dataset("lung");
  MeasureCase example(lung.numbers("time"), lung.indicator("status", "2"));
  example.score(lung.numbers("age"));
  const Estimate pooled = harrell_c(example.evaluation());
  expect_row(pooled.value, harrell_row("Harrell C", "survival", "lung", "marker=age"), closed_form);
  expect_row(example.se(pooled),
             harrell_row("Harrell C infinitesimal-jackknife SE", "survival", "lung", "marker=age"),
             closed_form);
  std::vector<Index> centre;
  for (const double inst : lung.numbers("inst")) {
    centre.push_back(std::isnan(inst) ? no_index : static_cast<Index>(inst));
  }
  example.centre(centre);
  expect_row(
      harrell_c(example.evaluation()).value,
      harrell_row("Harrell C stratified by centre", "survival", "lung", "marker=age; strata=inst"),
      closed_form);
}

TEST(Harrell, VeteranHigherIsLonger) {
  const auto veteran = test::read_dataset("veteran");
  MeasureCase example(veteran.numbers("time"), veteran.numbers("status"));
  example.score(test::mapped(veteran.numbers("karno"), [](double karno) { return -karno; }));
  expect_row(harrell_c(example.evaluation()).value,
             harrell_row("Harrell C", "survival", "veteran", "marker=karno (higher=longer)"),
             closed_form);
}

TEST(Uno, Pbc) {
  const test::Pbc312 pbc;
  MeasureCase example = pbc_by_bili(pbc);
  expect_row(uno_c(example.evaluation()).value,
             harrell_row("Uno C (timewt n/G2, no tau)", "survival", "pbc[1:312]", "marker=bili"),
             closed_form);
  example.at(1825);
  const Estimate known =
      concordance(example.evaluation(),
                  {.pair_weight = PairWeight::inverse_censoring, .censoring_is_known = true})
          .estimate;
  expect_row(known.value,
             harrell_row("Uno C (timewt n/G2)", "survival", "pbc[1:312]", "marker=bili; ymax=1825"),
             closed_form);
  expect_row(
      example.se(known),
      harrell_row(
          "Uno C IJ SE (G treated as known)", "survival", "pbc[1:312]", "marker=bili; ymax=1825"),
      closed_form);
}

// Two causes: an event beside everybody later and beside those who failed from the other cause up to then. make_measure.R, part 10, whose
// other weights give the value of pec 2022.05.04.
TEST(Uno, CompetingCausesAreWolbers) {
  const test::Mgus2Complete mgus2;
  MeasureCase example(mgus2.time, mgus2.code);
  example.score(mgus2.mspike).at(120);
  expect_row(uno_c(example.evaluation()).value, 0.650613801105532, closed_form);
}

// Expected values: make_measure.R, part 12.
TEST(Uno, PbcUnderAModelOfCensoring) {
  const test::Pbc312 pbc;
  constexpr double of_cox = 1e-8; // two programs at the maximum of a likelihood
  MeasureCase example(pbc.time, pbc.death);
  survival::CensoringCovariates three{.value = pbc.bili, .columns = 3};
  three.value.insert(three.value.end(), pbc.albumin.begin(), pbc.albumin.end());
  three.value.insert(three.value.end(), pbc.age.begin(), pbc.age.end());
  example.score(pbc.bili).at(1826).censoring_by(three);
  expect_row(uno_c(example.evaluation()).value, 0.816571417643227, of_cox);
  std::vector<double> apart = pbc.time;
  for (std::size_t row = 0; row < apart.size(); ++row) {
    apart[row] += static_cast<double>(row + 1) / 1000.0;
  }
  MeasureCase untied(apart, pbc.death);
  survival::CensoringCovariates two{
      .value = test::mapped(pbc.bili, [](double b) { return std::log(b); }), .columns = 2};
  two.value.insert(two.value.end(), pbc.age.begin(), pbc.age.end());
  untied.score(pbc.bili).at(1826).censoring_by(two);
  expect_row(uno_c(untied.evaluation()).value,
             0.816050435893253,
             of_cox * 2); // pec's Cox model stops at 1e-9
}

TEST(Auc, PbcAgainstTimeroc) {
  const test::Pbc312 pbc;
  MeasureCase example = pbc_by_bili(pbc);
  for (const char* t :
       {"2000", "3000"}) { // at 1000 an event sits exactly at t, which timeROC leaves out
    example.at(std::stod(t));
    const Estimate found = auc(example.evaluation());
    const std::string arguments = std::string("marker=bili; t=") + t;
    expect_row(
        found.value,
        reference_value("cumulative/dynamic AUC(t), IPCW KM", "timeROC", "pbc[1:312]", arguments),
        closed_form);
    expect_row(
        se_as_packages(example, found),
        reference_value(
            "cumulative/dynamic AUC(t) SE, iid representation", "timeROC", "pbc[1:312]", arguments),
        martingale_ties);
  }
}

TEST(Auc, PbcPairedDifference) {
  const test::Pbc312 pbc;
  MeasureCase bili = pbc_by_bili(pbc);
  MeasureCase albumin(pbc.time, pbc.death);
  albumin.score(test::mapped(pbc.albumin, [](double a) { return -a; }));
  Estimate difference = auc(bili.at(2000).evaluation());
  const Estimate other = auc(albumin.at(2000).evaluation());
  difference.value -= other.value;
  for (std::size_t i = 0; i < other.influence.size(); ++i) {
    difference.influence[i] -= other.influence[i];
  }
  expect_row(two_sided_normal_p(difference.value / se_as_packages(bili, difference)),
             reference_value("AUC(t) difference test p (paired iid)",
                             "timeROC",
                             "pbc[1:312]",
                             "bili vs -albumin; t=2000"),
             martingale_ties * 10); // p falls by 2.8 times the relative change of z here
}

TEST(Auc, PbcFixedRulesAgainstRiskRegression) {
  const test::Pbc312 pbc;
  MeasureCase a(pbc.time, pbc.death), b(pbc.time, pbc.death);
  a.risk(1826, pbc.rule_a());
  b.risk(1826, pbc.rule_b());
  const Estimate of_a = auc(a.evaluation()), of_b = auc(b.evaluation());
  const auto row = [](const char* method, const char* arguments) {
    return reference_value(method, "riskRegression", "pbc[1:312]", arguments);
  };
  expect_row(of_a.value, row("AUC(t) IPCW KM", "fixed rule A; t=1826"), closed_form);
  expect_row(of_b.value, row("AUC(t) IPCW KM", "fixed rule B; t=1826"), closed_form);
  expect_row(se_as_packages(a, of_a), row("AUC(t) SE", "fixed rule A; t=1826"), martingale_ties);
  expect_row(se_as_packages(b, of_b), row("AUC(t) SE", "fixed rule B; t=1826"), martingale_ties);
  Estimate difference = of_b;
  difference.value -= of_a.value;
  for (std::size_t i = 0; i < of_a.influence.size(); ++i) {
    difference.influence[i] -= of_a.influence[i];
  }
  expect_row(difference.value, row("Delta-AUC(t) (B-A)", "t=1826"), closed_form * 100); // cancels
  expect_row(two_sided_normal_p(difference.value / se_as_packages(a, difference)),
             row("Delta-AUC(t) p", "t=1826"),
             martingale_ties * 10); // p falls by several times the relative change of z
}

TEST(Auc, Mgus2CompetingRisks) {
  const test::Mgus2Complete mgus;
  MeasureCase example(mgus.time, mgus.code);
  example.score(mgus.mspike).at(120.5);
  const auto timeroc = [](const char* method, const char* arguments) {
    return reference_value(method, "timeROC", "mgus2 cc", arguments);
  };
  const Estimate second = auc(example.evaluation());
  expect_row(second.value,
             timeroc("competing-risk AUC(t) definition 2, off-lattice time (no event at t)",
                     "marker=mspike; cause=1; t=120.5"),
             closed_form);
  expect_row(se_as_packages(example, second),
             timeroc("competing-risk AUC(t) definition 2 SE, off-lattice",
                     "marker=mspike; cause=1; t=120.5"),
             martingale_ties);
  example.at(120);
  expect_row(auc(example.evaluation()).value,
             reference_value("competing-risk AUC(t) (definition 2)",
                             "riskRegression",
                             "mgus2 cc",
                             "fixed rule; t=120"),
             closed_form);
  expect_row(se_as_packages(example, auc(example.evaluation())),
             reference_value(
                 "competing-risk AUC(t) SE", "riskRegression", "mgus2 cc", "fixed rule; t=120"),
             martingale_ties);
}

/// timeROC leaves events exactly at t out of both sides; pbc has one at day 1000, mgus2 several at month 120.
TEST(Auc, EventsAtTheHorizonLeftOut) {
  const AucOptions as_timeroc{.event_at_horizon_is_case = false};
  const test::Pbc312 pbc;
  MeasureCase example = pbc_by_bili(pbc);
  example.at(1000);
  const Estimate found = auc(example.evaluation(), as_timeroc);
  expect_row(
      found.value,
      reference_value(
          "cumulative/dynamic AUC(t), IPCW KM", "timeROC", "pbc[1:312]", "marker=bili; t=1000"),
      closed_form);
  expect_row(se_as_packages(example, found),
             reference_value("cumulative/dynamic AUC(t) SE, iid representation",
                             "timeROC",
                             "pbc[1:312]",
                             "marker=bili; t=1000"),
             martingale_ties);
  expect_row(auc(example.evaluation()).value,
             reference_value("Uno AUC(t)", "survAUC", "pbc[1:312]", "marker=bili; t=1000"),
             closed_form);
  const test::Mgus2Complete mgus;
  MeasureCase months(mgus.time, mgus.code);
  months.score(mgus.mspike).at(120);
  const char* at_120 = "marker=mspike; cause=1; t=120";
  expect_row(
      auc(months.evaluation(), as_timeroc).value,
      reference_value("competing-risk AUC(t) definition 2 (controls: event-free or competing)",
                      "timeROC",
                      "mgus2 cc",
                      at_120),
      closed_form);
  const Estimate first = auc(months.evaluation(),
                             {.controls = Controls::event_free, .event_at_horizon_is_case = false});
  expect_row(first.value,
             reference_value("competing-risk AUC(t) definition 1 (controls: event-free)",
                             "timeROC",
                             "mgus2 cc",
                             at_120),
             closed_form);
  expect_row(se_as_packages(months, first),
             reference_value("competing-risk AUC(t) def 1 SE", "timeROC", "mgus2 cc", at_120),
             martingale_ties);
}

} // namespace
} // namespace vigil::measure
