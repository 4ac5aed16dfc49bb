// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <stop_token>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

// Bootstraps of one case, as many paths.
struct Many {
  test::SurvivalCase made{RandomKey(3), 80, 400, 1};
  TrainingData data = made.data();
  std::vector<CaseWeights> weights;
  std::vector<Preparation> preparations;
  std::vector<FitItem> items;

  explicit Many(Index count) {
    RandomStream draw(RandomKey(4));
    for (Index number = 0; number < count; ++number) {
      std::vector<std::uint32_t> times(80, 0);
      for (int drawn = 0; drawn < 80; ++drawn) {
        ++times[at(draw.index_below(80))];
      }
      weights.push_back(CaseWeights::ones(80).with_times(times));
    }
    Scheduler scheduler(1);
    preparations = fit_preparations(data, weights, {}, scheduler);
    for (Index number = 0; number < count; ++number) {
      items.push_back({weights[at(number)], preparations[at(number)], RandomKey(9)});
    }
  }
};

TEST(MemoryRun, ManyThreadsGiveTheBytesOfOne) {
  const Many many(23);
  std::vector<std::vector<PathFit>> results;
  for (const int threads : {1, 2, 7}) {
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    results.push_back(fit_paths(
        {many.data, many.items}, PenaltyOptions{.l1_ratio = 0.9}, {.points = 20}, context));
  }
  for (std::size_t number = 0; number < many.items.size(); ++number) {
    ASSERT_GT(results[0][number].points(), 5);
    for (const auto& other : results) {
      EXPECT_EQ(other[number].coefficients.value, results[0][number].coefficients.value);
      EXPECT_EQ(other[number].coefficients.feature, results[0][number].coefficients.feature);
      EXPECT_EQ(other[number].kkt_violation, results[0][number].kkt_violation);
      EXPECT_EQ(other[number].iterations, results[0][number].iterations);
    }
  }
}

TEST(MemoryRun, GoesOnWhereItStopped) {
  const Many many(5);
  Scheduler scheduler(3);
  FitContext context{scheduler};
  const PenaltyOptions penalty;
  const std::vector<PathRequest> requests(5, {penalty, {.points = 20}});
  PathBatch whole({many.data, many.items}, requests, context);
  PathBatch parts({many.data, many.items}, requests, context);
  whole.run(std::vector<Index>(5, 20));
  for (const Index until : {0, 3, 3, 11, 20}) {
    parts.run(std::vector<Index>(5, until));
    EXPECT_EQ(parts.path(2).points(), std::min(until, whole.path(2).points()));
  }
  for (Index number = 0; number < 5; ++number) {
    EXPECT_EQ(parts.path(number).coefficients.value, whole.path(number).coefficients.value);
  }
  EXPECT_GT(whole.whole_passes(), 0);
}

// So many unpenalized columns are refused; the fewest by the fit of number 3.
TEST(MemoryRun, TheFailureOfTheLowestNumberIsThrown) {
  test::SurvivalCase made(RandomKey(3), 40, 7001, 0);
  const TrainingData data = made.data();
  const CaseWeights ones = CaseWeights::ones(40);
  Scheduler scheduler(3);
  FitContext context{scheduler};
  const auto preparation = fit_preparations(data, {&ones, 1}, {}, scheduler);
  const std::vector<FitItem> items(6, FitItem{ones, preparation[0], RandomKey(1)});
  const PenaltyOptions lasso;
  std::vector<PenaltyOptions> unpenalized(6);
  for (Index number = 0; number < 6; ++number) {
    unpenalized[at(number)].factor.assign(7001, 0.0);
    for (Index column = 0; column < number; ++column) {
      unpenalized[at(number)].factor[at(column)] = 1.0;
    }
  }
  std::vector<PathRequest> requests;
  for (Index number = 0; number < 6; ++number) {
    requests.push_back({number < 3 ? lasso : unpenalized[at(number)], {.points = 3}});
  }
  PathBatch fits({data, items}, requests, context);
  try {
    fits.run(std::vector<Index>(6, 3));
    FAIL() << "6,998 unpenalized columns were taken";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("6,998 columns"));
  }
}

TEST(MemoryRun, StopsWhenItIsAskedTo) {
  const Many many(4);
  Scheduler scheduler(2);
  std::stop_source stop;
  scheduler.set_stop_token(stop.get_token());
  FitContext context{scheduler};
  const PenaltyOptions penalty;
  const std::vector<PathRequest> requests(4, {penalty, {.points = 20}});
  PathBatch fits({many.data, many.items}, requests, context);
  stop.request_stop();
  EXPECT_THROW(fits.run(std::vector<Index>(4, 20)), Stopped);
}

} // namespace
} // namespace vigil::penalized
