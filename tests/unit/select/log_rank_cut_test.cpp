// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/select/log_rank_cut.hpp"
#include "vigil/survival/maximally_selected.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <vector>

namespace vigil::select {
namespace {

TEST(LogRankCut, ChoosesInTheStrataOfTheData) {
  test::SurvivalCase made(RandomKey(5), 60, 1, 1);
  std::vector<Index> rank;
  for (Index subject = 0; subject < 60; ++subject) {
    rank.push_back(7 * subject % 20);
    made.stratum.push_back(subject % 3);
  }
  const auto ones = CaseWeights::ones(60);
  const auto chosen = LogRankCut().choose(made.data(), ones, rank);
  const auto expected =
      survival::selected_cut(made.survival, ones, rank, {.stratum = made.stratum});
  EXPECT_EQ(chosen.rank, expected.rank);
  EXPECT_EQ(chosen.statistic, expected.statistic);
  EXPECT_EQ(chosen.p, expected.p);
  EXPECT_EQ(chosen.cuts, expected.cuts);
  EXPECT_NE(chosen.statistic, survival::selected_cut(made.survival, ones, rank).statistic);
}

TEST(LogRankCut, RefusesWhatItIsNotDefinedFor) {
  test::SurvivalCase made(RandomKey(5), 30, 1, 1);
  const auto ones = CaseWeights::ones(30);
  const LogRankCut cut;
  EXPECT_NO_THROW(cut.check(made.data(), ones));
  EXPECT_THROW(cut.check(made.data(), ones.with_sampling(std::vector<double>(30, 2.0))),
               ConfigError);
  made.survival.entry.assign(30, 0.0);
  EXPECT_THROW(cut.check(made.data(), ones), ConfigError);
  made.survival.entry.clear();
  made.draw_causes(RandomKey(6));
  EXPECT_THROW(cut.check(made.data(), ones), ConfigError);
}

} // namespace
} // namespace vigil::select
