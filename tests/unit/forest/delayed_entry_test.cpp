// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

using Jumps = std::vector<std::pair<std::uint32_t, double>>; ///< number of the event time, D / Y

Jumps jumps_of(const Tree& tree, Index leaf) {
  Jumps jumps;
  for (auto jump = tree.jump_start[at(leaf)]; jump < tree.jump_start[at(leaf + 1)]; ++jump) {
    jumps.emplace_back(tree.jump_time[jump], tree.jump[jump]);
  }
  return jumps;
}

TEST(DelayedEntry, EntriesAtZeroChangeNoBit) {
  test::SurvivalCase drawn(RandomKey(201), 120, 10, 1);
  const ForestOptions options{.trees = 20, .horizons = {0.3}};
  const SurvivalForest plain = test::grow_forest(drawn, options);
  drawn.survival.entry.assign(120, 0.0);
  const SurvivalForest entered = test::grow_forest(drawn, options);
  EXPECT_EQ(plain.out_of_bag().mortality, entered.out_of_bag().mortality);
  EXPECT_EQ(plain.out_of_bag().risk.value, entered.out_of_bag().risk.value);
}

TEST(DelayedEntry, BytesDoNotDependOnThreads) {
  test::SurvivalCase drawn(RandomKey(202), 150, 10, 1);
  RandomStream draw(RandomKey(203));
  for (const double time : drawn.survival.time) {
    drawn.survival.entry.push_back(time * draw.uniform());
  }
  const ForestOptions options{.trees = 20, .horizons = {0.3}};
  const SurvivalForest one = test::grow_forest(drawn, options, 1),
                       two = test::grow_forest(drawn, options, 2);
  EXPECT_EQ(one.out_of_bag().mortality, two.out_of_bag().mortality);
  EXPECT_EQ(one.out_of_bag().risk.value, two.out_of_bag().risk.value);
}

// Half of the subjects enter at 5, the others at 0, and one column tells them apart. Before 5 the leaf of the late ones has
// nobody at risk: there it says what the root says, which are the early ones alone.
TEST(DelayedEntry, BeforeItsFirstEntryALeafSaysWhatTheRootSays) {
  test::SurvivalCase drawn(RandomKey(204), 200, 1, 0);
  RandomStream draw(RandomKey(205));
  drawn.survival = {};
  for (Index subject = 0; subject < 200; ++subject) {
    const bool late = subject % 2 == 1;
    drawn.marker_values[at(subject)] = late ? 1.0F : 0.0F;
    const double time = late ? 5.0 + 2.0 * draw.exponential() : 12.0 * draw.exponential();
    drawn.survival.entry.push_back(late ? 5.0 : 0.0);
    drawn.survival.time.push_back(time);
    drawn.survival.event.push_back(draw.uniform() < 0.8 ? 1 : 0);
  }
  const SurvivalForest forest = test::grow_forest(drawn, {.trees = 20});
  const auto before = static_cast<std::uint32_t>(
      std::ranges::lower_bound(forest.event_times(), 5.0) - forest.event_times().begin());
  Index split = 0;
  for (const Tree& tree : forest.trees()) {
    if (tree.leaves() != 2) {
      continue;
    }
    ++split;
    const auto early = [&](Index child) {
      Jumps jumps = jumps_of(tree, Index{tree.child[at(Index{tree.child[0]} + child)]});
      std::erase_if(jumps, [&](const auto& jump) { return jump.first >= before; });
      return jumps;
    };
    const Jumps of_early_rows = early(0), of_late_rows = early(1);
    EXPECT_GT(of_late_rows.size(), 5U);
    EXPECT_EQ(of_early_rows, of_late_rows);
  }
  EXPECT_GT(split, 10);
}

// Risks of subjects that were under observation from the start, by a forest of subjects of whom none was: near those of a
// forest of complete data. 2,000 subjects, hazard 1/10 or 1/4 a year, entry uniform on [0, 8].
TEST(DelayedEntry, RisksAreThoseOfTheHazard) {
  test::SurvivalCase drawn(RandomKey(206), 2000, 1, 0);
  RandomStream draw(RandomKey(207));
  drawn.survival = {};
  for (Index subject = 0; subject < 2000; ++subject) {
    const bool high = subject % 2 == 1;
    drawn.marker_values[at(subject)] = high ? 1.0F : 0.0F;
    double time = 0.0, entry = 0.0;
    do { // a subject that dies before its entry is not in the cohort
      time = draw.exponential() * (high ? 4.0 : 10.0);
      entry = 8.0 * draw.uniform();
    } while (time <= entry);
    drawn.survival.entry.push_back(entry);
    drawn.survival.time.push_back(std::min(time, entry + 6.0));
    drawn.survival.event.push_back(time <= entry + 6.0 ? 1 : 0);
  }
  const SurvivalForest forest = test::grow_forest(drawn, {.trees = 50, .horizons = {5.0}});
  for (const Index group : {0, 1}) {
    double sum = 0.0;
    for (Index subject = group; subject < 2000; subject += 2) {
      sum += forest.out_of_bag().risk.at_horizon(0)[at(subject)];
    }
    const double truth = 1.0 - std::exp(-5.0 / (group == 1 ? 4.0 : 10.0));
    // the standard error of a Kaplan-Meier estimate of half the subjects is about 0.03
    EXPECT_NEAR(sum / 1000.0, truth, 0.09) << group;
  }
}

} // namespace
} // namespace vigil::forest
