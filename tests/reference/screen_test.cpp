// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// screen_coxph.csv, screen_adjusted.csv: R's survival and stats, made by make_screen.R.
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/select/multiple_testing.hpp"
#include "vigil/select/screen.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <map>

namespace vigil::select {
namespace {

/// The veteran cohort as make_screen.R uses it.
struct Veteran {
  test::Dataset table = test::read_dataset("veteran");
  SurvivalOutcome outcome;
  std::vector<Index> stratum = {};
  CaseWeights weights = CaseWeights::ones(137);

  explicit Veteran(const std::string& name) {
    const bool all = name == "all";
    outcome.time = table.numbers("time");
    std::vector<double> weight;
    const auto celltype = test::read_dataset("veteran");
    const auto& types = celltype.text("celltype");
    for (Index i = 1; i <= 137; ++i) {
      outcome.event.push_back(table.numbers("status")[at(i - 1)] != 0.0 ? 1 : 0);
      if (name == "entry" || all) {
        outcome.entry.push_back(i % 3 == 0 ? std::floor(outcome.time[at(i - 1)] / 2.0) : 0.0);
      }
      if (name == "strata" || all) {
        const std::string& type = types[at(i - 1)];
        stratum.push_back(type == "squamous"    ? 0
                          : type == "smallcell" ? 1
                          : type == "adeno"     ? 2
                                                : 3);
      }
      weight.push_back(1.0 + static_cast<double>(i % 3) / 2.0);
    }
    if (name == "weights" || all) {
      weights = weights.with_sampling(weight);
    }
  }
};

struct ScreenReference : testing::TestWithParam<std::size_t> {
  std::vector<std::string> row = test::read_csv(VIGIL_REFERENCE "/screen_coxph.csv")[GetParam()];
  Veteran data{row[0]};
  survival::Ties ties = *survival::parse_ties(row[1]);
  [[nodiscard]] double expected(std::size_t column) const {
    double value = 0.0;
    EXPECT_TRUE(test::parse_number(row[column], value));
    return value;
  }
};

constexpr const char* null_fit = "both stop at a Newton decrement far below this";

TEST_P(ScreenReference, TestsAreThoseOfCoxph) {
  ClinicalBlock block(137);
  for (const char* name : {"karno", "age"}) {
    block.add({.name = name, .marker = false, .penalized = false}, data.table.numbers(name));
  }
  block.add({.name = row[2]}, data.table.numbers(row[2]));
  const FeatureMatrix none(137);
  const Outcome outcome = data.outcome;
  const TrainingData training{
      .features = none, .clinical = block, .outcome = outcome, .stratum = data.stratum};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const Screen result =
      screen(training, data.weights, {.ties = ties, .draws = 0}, RandomKey(1), context);
  ASSERT_EQ(result.column, std::vector<Index>{2});
  ASSERT_EQ(result.tests(), 1);
  const double z = result.z.front();
  EXPECT_NEAR(z * z, expected(3), test::relative(expected(3), 1e-8, null_fit));
  EXPECT_NEAR(result.estimate.front(), expected(4), test::relative(expected(4), 1e-8, null_fit));
  EXPECT_NEAR(result.se.front(), expected(5), test::relative(expected(5), 1e-8, null_fit));
  EXPECT_EQ(result.p.front(), two_sided_normal_p(z));
}

TEST_P(ScreenReference, EfficientScoresAreThoseOfScoreResiduals) {
  const survival::CoxLikelihood likelihood(data.outcome, data.weights, data.stratum, {}, ties);
  std::vector<double> columns = data.table.numbers("karno");
  const auto age = data.table.numbers("age");
  columns.insert(columns.end(), age.begin(), age.end());
  const auto fit = survival::fit_cox(likelihood, columns);
  const survival::EfficientScore score(
      likelihood, fit.point, survival::gather_rows(likelihood, columns, 2));
  std::vector<double> multiplier;
  for (const Index subject : likelihood.subjects()) {
    multiplier.push_back(std::cos(static_cast<double>(subject + 1)));
  }
  const auto direction = score.direction(multiplier);
  const auto feature = data.table.numbers(row[2]);
  double influence = 0.0;
  for (Index place = 0; place < likelihood.rows(); ++place) {
    influence += direction[at(place)] * feature[at(likelihood.subjects()[at(place)])];
  }
  EXPECT_NEAR(influence,
              expected(6),
              test::relative(expected(6), 1e-7, "sums that cancel, at R's null fit"));
}

INSTANTIATE_TEST_SUITE_P(Coxph, ScreenReference, testing::Range<std::size_t>(1, 31));

TEST(ScreenReference, UnivariateTestsOfPbc) {
  const auto pbc = test::read_dataset("pbc");
  const std::vector<const char*> names{
      "age", "albumin", "bili", "chol", "copper", "ast", "platelet", "protime", "alk.phos", "trig"};
  const auto time = pbc.numbers("time"), status = pbc.numbers("status"),
             treated = pbc.numbers("trt");
  std::vector<double> p;
  Scheduler scheduler(1);
  FitContext context{scheduler};
  for (const char* name : names) { // R leaves out rows with a missing value
    const auto all = pbc.numbers(name);
    SurvivalOutcome survival;
    std::vector<double> values;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!std::isnan(treated[i]) && !std::isnan(all[i])) {
        survival.time.push_back(time[i]);
        survival.event.push_back(status[i] == 2.0 ? 1 : 0);
        values.push_back(all[i]);
      }
    }
    const Index subjects = size_of(values);
    ClinicalBlock block(subjects);
    block.add({.name = name}, values);
    const FeatureMatrix none(subjects);
    const Outcome outcome = survival;
    const TrainingData data{.features = none, .clinical = block, .outcome = outcome};
    p.push_back(screen(data,
                       CaseWeights::ones(subjects),
                       {.ties = survival::Ties::efron, .draws = 0},
                       RandomKey(1),
                       context)
                    .p.front());
  }
  const auto expect =
      [](double value, const char* method, const char* package, const char* arguments) {
        const double expected = test::reference_value(method, package, "pbc[1:312]", arguments);
        EXPECT_NEAR(value, expected, test::relative(expected, 1e-10, "closed form")) << arguments;
      };
  expect(p[0], "univariate Cox score-test p", "survival", "age");
  expect(p[8], "univariate Cox score-test p", "survival", "alk.phos");
  expect(p[6], "univariate Cox score-test p", "survival", "platelet");
  const char* arguments = "10 lab markers univariate Cox score tests; alk.phos";
  expect(benjamini_hochberg(p)[8], "adjusted p (BH)", "stats", arguments);
  expect(adjust_p(p).by[8], "adjusted p (BY)", "stats", arguments);
  expect(adjust_p(p).holm[8], "adjusted p (holm)", "stats", arguments);
  expect(adjust_p(p).hommel[8], "adjusted p (hommel)", "stats", arguments);
}

TEST(ScreenReference, AdjustedAreThoseOfPAdjust) {
  const auto table = test::read_csv(VIGIL_REFERENCE "/screen_adjusted.csv");
  std::vector<double> p, bh, by, holm, hommel;
  for (std::size_t row = 1; row < table.size(); ++row) {
    double value = 0.0;
    for (auto& [column, values] : {std::pair{0, &p},
                                   std::pair{1, &bh},
                                   std::pair{2, &by},
                                   std::pair{3, &holm},
                                   std::pair{4, &hommel}}) {
      ASSERT_TRUE(test::parse_number(table[row][static_cast<std::size_t>(column)], value));
      values->push_back(value);
    }
  }
  ASSERT_EQ(p.size(), 40U);
  const auto own_bh = benjamini_hochberg(p);
  const AdjustedP own = adjust_p(p);
  const auto expect = [](double found, double printed) {
    EXPECT_NEAR(found, printed, test::relative(printed, 1e-14, "15 digits are printed"));
  };
  for (std::size_t test = 0; test < p.size(); ++test) {
    expect(own_bh[test], bh[test]);
    expect(own.by[test], by[test]);
    expect(own.holm[test], holm[test]);
    expect(own.hommel[test], hommel[test]);
  }
}

} // namespace
} // namespace vigil::select
