// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/select/score_ranking.hpp"
#include "vigil/select/screen.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/survival_case.hpp"
#include <cmath>
#include <memory>

namespace vigil::select {
namespace {

using test::SurvivalCase;

SurvivalCase strata_case() {
  SurvivalCase made(RandomKey(31), 90, 21, 2);
  made.block_features = 4;
  for (Index i = 0; i < 90; ++i) {
    made.stratum.push_back(i % 3);
  }
  made.marker_values[at(20 * 90 + 5)] = std::nanf("");
  for (Index i = 0; i < 90; ++i) {
    made.marker_values[at(7 * 90 + i)] = 2.0F;                                    // constant
    made.marker_values[at(8 * 90 + i)] = static_cast<float>(made.stratum[at(i)]); // of the stratum
  }
  return made;
}

/// Weightings that leave out, draw twice, or take everybody.
std::vector<CaseWeights> weightings() {
  std::vector<std::uint32_t> odd, drawn;
  for (std::uint32_t i = 0; i < 90; ++i) {
    odd.push_back(i % 2);
    drawn.push_back((i * 7) % 3);
  }
  const CaseWeights ones = CaseWeights::ones(90);
  return {ones, ones.with_times(odd), ones.with_times(drawn)};
}

std::vector<std::vector<double>>
values_of(SurvivalCase& made, std::span<const CaseWeights> weights, int threads = 2) {
  Scheduler scheduler(threads);
  const TrainingData data = made.data();
  const auto prepared = fit_preparations(data, weights, {}, scheduler);
  return ScoreRanking().values(data, weights, prepared, scheduler);
}

/// As bits, NaN equal to itself.
void expect_same(const std::vector<double>& left, const std::vector<double>& right) {
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t place = 0; place < left.size(); ++place) {
    EXPECT_TRUE(left[place] == right[place] ||
                (std::isnan(left[place]) && std::isnan(right[place])))
        << place << ": " << left[place] << ", " << right[place];
  }
}

TEST(ScoreRanking, IsTheSizeOfTheScreensTests) {
  SurvivalCase made = strata_case();
  const auto weights = weightings();
  const auto values = values_of(made, weights);
  Scheduler scheduler(2);
  FitContext context{scheduler};
  for (std::size_t item = 0; item < weights.size(); ++item) {
    const TrainingData data = made.data();
    const Screen tests = screen(data, weights[item], {.draws = 0}, RandomKey(1), context);
    std::vector<double> expected(at(data.columns()), std::nan(""));
    for (std::size_t place = 0; place < tests.column.size(); ++place) {
      expected[at(tests.column[place])] = std::fabs(tests.z[place]);
    }
    expect_same(values[item], expected);
  }
  EXPECT_TRUE(std::isnan(values[0][7]));
  EXPECT_TRUE(std::isnan(values[0][8]));
  EXPECT_FALSE(std::isnan(values[0][20]));
  EXPECT_TRUE(std::isnan(values[0][21])); // adjusted for
}

TEST(ScoreRanking, AWeightingDoesNotDependOnOthersBlocksOrThreads) {
  SurvivalCase made = strata_case();
  const auto weights = weightings();
  const auto together = values_of(made, weights, 3);
  made.block_features = 17;
  for (std::size_t item = 0; item < weights.size(); ++item) {
    expect_same(values_of(made, {&weights[item], 1}, 1).front(), together[item]);
  }
}

TEST(ScoreRanking, KeepsTheMarkersThatAct) {
  SurvivalCase made(RandomKey(31), 200, 40, 2);
  Scheduler scheduler(2);
  const CaseWeights ones = CaseWeights::ones(200);
  const PreparationOptions options{
      .filter = {.keep = 3, .ranking = std::make_shared<const ScoreRanking>()}};
  const auto prepared = fit_preparations(made.data(), {&ones, 1}, options, scheduler).front();
  for (Index column = 0; column < 42; ++column) {
    EXPECT_EQ(prepared.keeps(column), column < 3 || column >= 40) << column;
  }
}

TEST(ScoreRanking, KeepsNoMarkerWithoutANullModel) {
  SurvivalCase made(RandomKey(31), 60, 5, 1);
  std::ranges::fill(made.survival.event, 0);
  Scheduler scheduler(2);
  const CaseWeights ones = CaseWeights::ones(60);
  const PreparationOptions options{
      .filter = {.keep = 3, .ranking = std::make_shared<const ScoreRanking>()}};
  const auto prepared = fit_preparations(made.data(), {&ones, 1}, options, scheduler).front();
  for (Index column = 0; column < 5; ++column) {
    EXPECT_FALSE(prepared.keeps(column));
  }
  EXPECT_TRUE(prepared.keeps(5));
}

TEST(ScoreRanking, RefusesAnOutcomeWithoutTimes) {
  SurvivalCase made(RandomKey(31), 60, 5, 1);
  const TrainingData times = made.data();
  const Outcome outcome = ContinuousOutcome{std::vector<double>(60, 1.0), "1"};
  const TrainingData data{
      .features = times.features, .clinical = times.clinical, .outcome = outcome};
  Scheduler scheduler(1);
  const CaseWeights ones = CaseWeights::ones(60);
  const Fault fault = test::fault_of<ConfigError>([&] {
    static_cast<void>(ScoreRanking().values(data, {&ones, 1}, {}, scheduler));
  });
  EXPECT_NE(fault.where.find("filter"), std::string::npos) << fault.where;
}

} // namespace
} // namespace vigil::select
