// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Laws that every row of measure::table() keeps, on cohorts drawn by seed.
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::measure {
namespace {

using test::MeasureCase;

constexpr double horizon = 9.0;
const std::vector<double> curve_times = {0.75, 2.0, 3.5, 5.0, 8.0, 9.0};

/// One subject per row; what a measure may look at.
struct Columns {
  std::vector<double> time, code, score;

  [[nodiscard]] Columns rows(std::span<const Index> chosen) const {
    Columns result;
    for (const Index row : chosen) {
      result.time.push_back(time[at(row)]);
      result.code.push_back(code[at(row)]);
      result.score.push_back(score[at(row)]);
    }
    return result;
  }
};

/// Times on a grid of halves and scores on a grid of quarters, so that ties occur; about a third is censored.
Columns draw(std::uint64_t seed, Index subjects, int causes) {
  RandomStream stream(RandomKey(seed).child("measure laws"));
  Columns columns;
  for (Index i = 0; i < subjects; ++i) {
    const double score = std::round(4.0 * stream.normal()) / 4.0;
    const double failure = -12.0 * std::exp(-score) * std::log1p(-stream.uniform());
    const double censoring = 20.0 * stream.uniform();
    const bool other = causes > 1 && stream.uniform() < 0.4;
    columns.time.push_back(0.5 * std::ceil(2.0 * std::min(failure, censoring) + 1e-9));
    columns.code.push_back(failure > censoring ? 0.0 : (other ? 2.0 : 1.0));
    columns.score.push_back(score);
  }
  return columns;
}

double risk_by(double score, double t) {
  return -std::expm1(-0.05 * t * std::exp(0.8 * score));
}

MeasureCase full_case(const Columns& columns) {
  MeasureCase example(columns.time, columns.code);
  std::vector<double> risk;
  RiskTable curves = undefined_risk(size_of(columns.time), curve_times);
  for (Index i = 0; i < size_of(columns.time); ++i) {
    risk.push_back(risk_by(columns.score[at(i)], horizon));
    for (Index k = 0; k < size_of(curve_times); ++k) {
      curves.at_horizon(k)[at(i)] = risk_by(columns.score[at(i)], curve_times[at(k)]);
    }
  }
  example.score(columns.score).risk(horizon, risk).curves(curves).threshold(0.35);
  return example;
}

struct Law {
  std::string_view measure;
  int causes;
};

class EveryMeasure : public ::testing::TestWithParam<Law> {
protected:
  [[nodiscard]] static Estimate evaluate(MeasureCase& example) {
    return find(GetParam().measure).evaluate(example.evaluation());
  }
  [[nodiscard]] static bool handles(const Estimate& estimate) {
    // The smoother of the calibration curve, and hazards of all follow-up, say so themselves when causes compete.
    const Entry& entry = find(GetParam().measure);
    return estimate.undefined_because.empty() ||
           (GetParam().causes > 1 &&
            (entry.formula.find("smooth") != std::string_view::npos || entry.needs_own_risk));
  }
  static double rounding(double value) {
    return test::relative(std::max(std::fabs(value), 0.01), 1e-9, "sums in another order");
  }
};

TEST_P(EveryMeasure, InfluenceSumsToZero) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    MeasureCase example = full_case(draw(seed, 240, GetParam().causes));
    const Estimate found = evaluate(example);
    ASSERT_TRUE(handles(found)) << found.undefined_because;
    const double sum = std::accumulate(found.influence.begin(), found.influence.end(), 0.0);
    double largest = 1.0;
    for (const double psi : found.influence) {
      largest = std::max(largest, std::fabs(psi));
    }
    EXPECT_LE(std::fabs(sum), 1e-10 * largest * 240.0) << seed;
  }
}

/// Leaving a subject out moves the value by -psi_i / (n - 1), up to terms of order 1/n^2.
TEST_P(EveryMeasure, InfluenceIsNearTheJackknife) {
  // A slope is far from linear in the weights of few subjects: 20 % at 160, falling as 1/n; at a horizon 27 %.
  const std::string_view name = GetParam().measure;
  const bool is_slope =
      name.starts_with("calibration_slope") || name == "royston_d" || name == "r2_d";
  const Index n = name == "calibration_slope_at_horizon" ? 1000 : is_slope ? 400 : 160;
  MeasureCase example = full_case(draw(13, n, GetParam().causes));
  const Estimate found = evaluate(example);
  if (found.influence.empty()) {
    return; // an interval of this measure needs a bootstrap
  }
  double product = 0.0, own = 0.0, jackknife = 0.0;
  for (Index i = 0; i < n; ++i) {
    std::vector<std::uint32_t> times(at(n), 1);
    times[at(i)] = 0;
    example.weights(CaseWeights::ones(n).with_times(times));
    const double moved = (static_cast<double>(n) - 1.0) * (found.value - evaluate(example).value);
    product += moved * found.influence[at(i)];
    own += found.influence[at(i)] * found.influence[at(i)];
    jackknife += moved * moved;
  }
  EXPECT_GT(product / std::sqrt(own * jackknife), 0.99);
  EXPECT_NEAR(std::sqrt(jackknife / own), 1.0, is_slope ? 0.1 : 0.05);
}

TEST_P(EveryMeasure, TimesTwoIsTheRowTwice) {
  const Columns columns = draw(5, 220, GetParam().causes);
  std::vector<std::uint32_t> times;
  std::vector<Index> repeated;
  for (Index i = 0; i < 220; ++i) {
    times.push_back(i % 7 == 0 ? 3 : (i % 3 == 0 ? 2 : 1));
    repeated.insert(repeated.end(), times.back(), i);
  }
  MeasureCase weighted = full_case(columns), long_form = full_case(columns.rows(repeated));
  weighted.weights(weighted.weights().with_times(times));
  const Estimate left = evaluate(weighted), right = evaluate(long_form);
  ASSERT_EQ(left.undefined_because, right.undefined_because);
  if (left.undefined_because.empty()) {
    EXPECT_NEAR(left.value, right.value, rounding(right.value));
  }
  if (!left.influence.empty()) {
    EXPECT_NEAR(weighted.se(left), long_form.se(right), rounding(1.0));
  }
}

TEST_P(EveryMeasure, WeightZeroIsAbsent) {
  Columns columns = draw(6, 220, GetParam().causes);
  std::vector<Index> present;
  std::vector<std::uint32_t> times;
  for (Index i = 0; i < 220; ++i) {
    times.push_back(i % 5 == 0 ? 0 : 1);
    if (times.back() > 0) {
      present.push_back(i);
    }
  }
  MeasureCase without = full_case(columns.rows(present));
  for (Index i = 0; i < 220; i += 5) { // what is absent may be garbage
    columns.score[at(i)] = std::nan("");
    columns.time[at(i)] = 0.25;
    columns.code[at(i)] = 1.0;
  }
  MeasureCase with = full_case(columns);
  with.weights(with.weights().with_times(times));
  const Estimate left = evaluate(with), right = evaluate(without);
  ASSERT_EQ(left.undefined_because, right.undefined_because);
  if (left.undefined_because.empty()) {
    EXPECT_NEAR(left.value, right.value, rounding(right.value));
  }
  ASSERT_EQ(left.influence.empty(), right.influence.empty());
  for (std::size_t k = 0; k < right.influence.size(); ++k) {
    EXPECT_NEAR(left.influence[at(present[k])], right.influence[k], rounding(1.0));
  }
  if (!left.influence.empty()) {
    EXPECT_EQ(left.influence[0], 0.0);
  }
}

TEST_P(EveryMeasure, SubjectOrderIsIrrelevant) {
  const Columns columns = draw(7, 200, GetParam().causes);
  std::vector<Index> order(200);
  for (Index i = 0; i < 200; ++i) {
    order[at(i)] = (i * 77 + 13) % 200; // 77 and 200 have no common factor
  }
  MeasureCase original = full_case(columns), shuffled = full_case(columns.rows(order));
  const Estimate left = evaluate(original), right = evaluate(shuffled);
  ASSERT_EQ(left.undefined_because, right.undefined_because);
  if (left.undefined_because.empty()) {
    EXPECT_NEAR(left.value, right.value, rounding(left.value));
  }
  for (std::size_t k = 0; k < right.influence.size(); ++k) {
    EXPECT_NEAR(right.influence[k], left.influence[at(order[k])], rounding(1.0));
  }
}

TEST_P(EveryMeasure, SamplingWeightsOnAnotherScaleChangeNothing) {
  const Columns columns = draw(8, 200, GetParam().causes);
  MeasureCase plain = full_case(columns), doubled = full_case(columns);
  doubled.weights(doubled.weights().with_sampling(std::vector<double>(200, 2.0)));
  const Estimate left = evaluate(plain), right = evaluate(doubled);
  const std::string_view name = GetParam().measure;
  // A divisor n - 1 or a quantile position counts rows.
  const bool counts_rows = name == "kent_oquigley_r2" || name == "goenen_heller" || name == "e50" ||
                           name == "e90" || name == "nagelkerke_r2";
  ASSERT_EQ(left.undefined_because, right.undefined_because);
  if (left.undefined_because.empty()) {
    EXPECT_NEAR(left.value, right.value, counts_rows ? 0.01 : rounding(left.value));
  }
  if (!left.influence.empty()) {
    EXPECT_NEAR(plain.se(left), doubled.se(right), counts_rows ? 0.01 : rounding(1.0));
  }
}

TEST_P(EveryMeasure, StaysWithinItsBounds) {
  const Entry& entry = find(GetParam().measure);
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    MeasureCase example = full_case(draw(seed, 230, GetParam().causes));
    const Estimate found = evaluate(example);
    if (!found.undefined_because.empty()) {
      EXPECT_TRUE(std::isnan(found.value));
      continue;
    }
    EXPECT_TRUE(std::isfinite(found.value)) << seed;
    const bool proportion = entry.scale == IntervalScale::logit || entry.unit == "1";
    if (entry.scale == IntervalScale::logit) {
      EXPECT_GE(found.value, 0.0);
    }
    if (proportion && entry.better != Better::nearer_one && entry.better != Better::nearer_zero &&
        entry.name != "royston_d" && entry.name != "log_score") {
      EXPECT_LE(found.value, 1.0);
    }
    if (entry.better == Better::lower) {
      EXPECT_GE(found.value, 0.0);
    }
  }
}

TEST_P(EveryMeasure, NoEventsIsAReason) {
  Columns columns = draw(9, 60, GetParam().causes);
  std::fill(columns.code.begin(), columns.code.end(), 0.0);
  std::fill(columns.time.begin(), columns.time.end(), horizon + 1.0);
  MeasureCase example = full_case(columns);
  const Estimate found = evaluate(example);
  const std::string_view name = GetParam().measure;
  const bool defined_without_events =
      name == "brier" || name == "ibs" || name == "log_score" || name == "goenen_heller" ||
      name == "kent_oquigley_r2" || name.starts_with("net_benefit") || name == "actions_avoided" ||
      name == "specificity" || name == "ppv" || name == "npv" ||
      (name.starts_with("d_calibration"));
  EXPECT_EQ(found.undefined_because.empty(), defined_without_events) << found.undefined_because;
  EXPECT_EQ(std::isnan(found.value), !defined_without_events);
}

TEST_P(EveryMeasure, NobodyIsAReason) {
  MeasureCase example = full_case(draw(10, 20, GetParam().causes));
  example.weights(example.weights().with_times(std::vector<std::uint32_t>(20, 0)));
  const Estimate found = evaluate(example);
  EXPECT_EQ(found.undefined_because, "no subjects");
  EXPECT_TRUE(std::isnan(found.value));
}

TEST_P(EveryMeasure, MissingPredictionIsAReason) {
  Columns columns = draw(11, 200, GetParam().causes);
  columns.score[17] = std::nan("");
  MeasureCase example = full_case(columns);
  const Estimate found = evaluate(example);
  const bool uses_prediction = GetParam().measure != "net_benefit_treat_all";
  EXPECT_EQ(std::isnan(found.value), uses_prediction) << found.undefined_because;
}

TEST_P(EveryMeasure, DelayedEntryIsAReason) {
  Columns columns = draw(12, 60, 1);
  SurvivalOutcome outcome{.entry = std::vector<double>(60, 0.0), .time = columns.time, .event = {}};
  for (const double code : columns.code) {
    outcome.event.push_back(static_cast<std::uint8_t>(code));
  }
  outcome.entry[3] = 0.25 * outcome.time[3];
  MeasureCase example = full_case(columns);
  const Outcome entered = outcome;
  const survival::CensoringWeights censoring(entered, example.weights());
  const Evaluation evaluation{.prediction = example.prediction(),
                              .outcome = entered,
                              .weights = example.weights(),
                              .centre = {},
                              .censoring = censoring,
                              .horizon = horizon,
                              .threshold = 0.35};
  EXPECT_NE(find(GetParam().measure).evaluate(evaluation).undefined_because, "");
}

std::vector<Law> laws() {
  std::vector<Law> all;
  for (const Entry& entry : table()) {
    all.push_back({entry.name, 1});
    all.push_back({entry.name, 2});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryMeasure, ::testing::ValuesIn(laws()), [](const auto& law) {
  return std::string(law.param.measure) + (law.param.causes == 1 ? "_one_cause" : "_competing");
});

class RankMeasure : public ::testing::TestWithParam<Law> {
protected:
  /// Score alone, at the horizon.
  static Estimate by_score(const Columns& columns, std::vector<double> score) {
    MeasureCase example(columns.time, columns.code);
    example.score(std::move(score)).at(horizon);
    return find(GetParam().measure).evaluate(example.evaluation());
  }
};

TEST_P(RankMeasure, ReversedScoreIsOneMinus) {
  const Columns columns = draw(30, 200, GetParam().causes);
  auto reversed = columns.score;
  for (double& value : reversed) {
    value = -value;
  }
  const double forward = by_score(columns, columns.score).value;
  EXPECT_NEAR(forward + by_score(columns, reversed).value, 1.0, test::rounding(1.0, 200));
}

TEST_P(RankMeasure, MonotoneTransformChangesNothing) {
  const Columns columns = draw(31, 200, GetParam().causes);
  auto transformed = columns.score;
  for (double& value : transformed) {
    value = std::exp(3.0 * value) - 7.0;
  }
  const Estimate left = by_score(columns, columns.score), right = by_score(columns, transformed);
  EXPECT_EQ(left.value, right.value);
  EXPECT_EQ(left.influence, right.influence);
}

INSTANTIATE_TEST_SUITE_P(Table,
                         RankMeasure,
                         ::testing::Values(Law{"harrell_c", 1},
                                           Law{"harrell_c", 2},
                                           Law{"uno_c", 1},
                                           Law{"uno_c", 2},
                                           Law{"auc", 1},
                                           Law{"auc", 2},
                                           Law{"auc_event_free_controls", 2}));

/// (y - 0)^2 + (y - 1)^2 = 1, so that the two Brier scores add to the mean weight, which is 1.
TEST(CensoringWeight, MeanIsOne) {
  for (const int causes : {1, 2}) {
    const Columns columns = draw(40, 300, causes);
    MeasureCase never(columns.time, columns.code), always(columns.time, columns.code);
    never.risk(horizon, std::vector<double>(300, 0.0));
    always.risk(horizon, std::vector<double>(300, 1.0));
    const Entry& brier = find("brier");
    EXPECT_NEAR(brier.evaluate(never.evaluation()).value +
                    brier.evaluate(always.evaluation()).value,
                1.0,
                1e-12);
  }
}

TEST(DefinitionsOfAuc, AgreeWithoutCompetingEvents) {
  MeasureCase example = full_case(draw(41, 200, 1));
  EXPECT_EQ(find("auc").evaluate(example.evaluation()).value,
            find("auc_event_free_controls").evaluate(example.evaluation()).value);
}

TEST(NetBenefit, OfActingOnEverybodyIsTreatAll) {
  for (const int causes : {1, 2}) {
    const Columns columns = draw(42, 200, causes);
    MeasureCase example(columns.time, columns.code);
    example.risk(horizon, std::vector<double>(200, 0.9)).threshold(0.3);
    const Estimate all = find("net_benefit_treat_all").evaluate(example.evaluation());
    for (const char* name : {"net_benefit", "net_benefit_conditional"}) {
      const Estimate found = find(name).evaluate(example.evaluation());
      EXPECT_NEAR(found.value, all.value, 1e-12);
      // The influence of G is linear in the hazard, the product limit is not: they differ where a large part of
      // those at risk is censored at one time.
      EXPECT_NEAR(example.se(found),
                  example.se(all),
                  test::relative(example.se(all), 1e-3, "ties among few at risk"));
    }
  }
}

TEST(Table, FindsNearestName) {
  EXPECT_EQ(find("brier").name, "brier");
  try {
    static_cast<void>(find("harell_c"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(error.fault().remedy.find("harrell_c"), std::string::npos);
  }
}

} // namespace
} // namespace vigil::measure
