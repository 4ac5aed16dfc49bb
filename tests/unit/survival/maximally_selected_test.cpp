// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/survival/maximally_selected.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <vector>

namespace vigil::survival {
namespace {

// Four subjects with events at 1, 2, 3, 4 in the order of the column. Hazards 1/4, 7/12, 13/12, 25/12, so that the scores are
// 3/4, 5/12, -1/12, -13/12 with the sum 0 and squares 23/12. U after 1, 2, 3 subjects: 3/4, 7/6, 13/12; V = m (4 - m) / 12
// times the squares: 3, 4, 3 of 23/144.
TEST(SelectedCut, IsTheLargestByHand) {
  const SurvivalOutcome outcome{.entry = {}, .time = {1.0, 2.0, 3.0, 4.0}, .event = {1, 1, 1, 1}};
  const std::vector<Index> rank{0, 1, 2, 3};
  const auto found = selected_cut(outcome, CaseWeights::ones(4), rank);
  EXPECT_EQ(found.cuts, 3);
  EXPECT_EQ(found.rank, 2) << "13/12 / sqrt(3) is more than 7/6 / sqrt(4)";
  EXPECT_NEAR(
      found.statistic, 13.0 / 12.0 / std::sqrt(3.0 * 23.0 / 144.0), test::rounding(1.6, 16));
  const std::vector<double> times{0.5 * std::log(1.0 / 3.0), 0.0, 0.5 * std::log(3.0)};
  EXPECT_NEAR(found.p, std::exp(log_p_of_selected(found.statistic, times)), 1e-12)
      << "steps of the process";
  const auto middle = selected_cut(outcome, CaseWeights::ones(4), rank, {.least_share = 0.5});
  EXPECT_EQ(middle.cuts, 1);
  EXPECT_EQ(middle.rank, 1);
  EXPECT_NEAR(middle.statistic, 7.0 / 6.0 / std::sqrt(4.0 * 23.0 / 144.0), test::rounding(1.5, 16));
}

struct Drawn {
  SurvivalOutcome outcome;
  std::vector<Index> rank;

  explicit Drawn(Index subjects, std::uint64_t seed) {
    RandomStream draw{RandomKey(seed)};
    for (Index subject = 0; subject < subjects; ++subject) {
      rank.push_back(draw.index_below(25));
      outcome.time.push_back(std::ceil(20.0 * draw.exponential()));
      outcome.event.push_back(draw.index_below(3) > 0 ? 1 : 0);
    }
  }
};

TEST(SelectedCut, TakesASubjectThatWasDrawnTwiceForTwo) {
  const Drawn data(60, 3);
  std::vector<std::uint32_t> times;
  SurvivalOutcome rows;
  std::vector<Index> rank;
  for (Index subject = 0; subject < 60; ++subject) {
    times.push_back(static_cast<std::uint32_t>(subject % 3));
    for (std::uint32_t copy = 0; copy < times.back(); ++copy) {
      rows.time.push_back(data.outcome.time[at(subject)]);
      rows.event.push_back(data.outcome.event[at(subject)]);
      rank.push_back(data.rank[at(subject)]);
    }
  }
  const auto drawn = selected_cut(data.outcome, CaseWeights::ones(60).with_times(times), data.rank);
  const auto written = selected_cut(rows, CaseWeights::ones(size_of(rank)), rank);
  EXPECT_EQ(drawn.rank, written.rank);
  EXPECT_EQ(drawn.cuts, written.cuts);
  EXPECT_NEAR(drawn.statistic, written.statistic, test::rounding(written.statistic, 64));
  EXPECT_NEAR(drawn.p, written.p, 1e-12);
}

TEST(SelectedCut, ReadsNothingOfSubjectsWithoutWeightOrRank) {
  Drawn data(60, 4);
  std::vector<std::uint32_t> times(60, 1);
  times[7] = 0;
  data.rank[9] = no_index;
  const auto weights = CaseWeights::ones(60).with_times(times);
  const auto before = selected_cut(data.outcome, weights, data.rank);
  data.outcome.time[7] = data.outcome.time[9] = 0.5;
  data.outcome.event[7] = data.outcome.event[9] = 1;
  data.rank[7] = 0;
  const auto after = selected_cut(data.outcome, weights, data.rank);
  EXPECT_EQ(before.statistic, after.statistic);
  EXPECT_EQ(before.p, after.p);
  EXPECT_EQ(before.rank, after.rank);
}

TEST(SelectedCut, SaysWhyThereIsNone) {
  Drawn data(30, 5);
  const auto ones = CaseWeights::ones(30);
  EXPECT_EQ(selected_cut(data.outcome, ones, std::vector<Index>(30, 2)).undefined_because,
            "no cut leaves enough subjects on each side");
  std::vector<Index> lonely(30, 0);
  lonely[3] = 1;
  EXPECT_EQ(selected_cut(data.outcome, ones, lonely).rank, no_index);
  EXPECT_EQ(selected_cut(data.outcome, ones.with_sampling(std::vector<double>(30, 1.5)), data.rank)
                .undefined_because,
            "sampling weights are no counts");
  auto late = data.outcome;
  late.entry.assign(30, 0.1);
  EXPECT_EQ(selected_cut(late, ones, data.rank).undefined_because, "subjects enter late");
  data.outcome.event.assign(30, 0);
  const auto none = selected_cut(data.outcome, ones, data.rank);
  EXPECT_EQ(none.undefined_because, "no events");
  EXPECT_TRUE(std::isnan(none.p));
}

// Without an effect the p-values of chosen cuts are uniform, or a little too large; those of a test at the chosen cut are far
// from it. 400 data sets of 100 subjects.
TEST(SelectedCut, HasAPValueThatKnowsOfTheSearch) {
  int below = 0, naive = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Drawn data(100, 1000 + seed);
    const auto found = selected_cut(data.outcome, CaseWeights::ones(100), data.rank);
    below += found.p <= 0.1 ? 1 : 0;
    naive += std::erfc(found.statistic / std::sqrt(2.0)) <= 0.1 ? 1 : 0;
  }
  EXPECT_NEAR(below, 40, test::monte_carlo(std::sqrt(400 * 0.1 * 0.9)));
  EXPECT_GT(naive, 120);
}

} // namespace
} // namespace vigil::survival
