// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/grow_forest.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// 600 subjects; the first column drives the hazard of cause 1, the second one that of cause 2 (log hazard ratio 1.1 a standard
// deviation), four columns nothing. Follow-up ends between 1 and 3, for everybody at a known time.
test::SurvivalCase two_causes(const RandomKey& key) {
  constexpr Index subjects = 600;
  test::SurvivalCase drawn(key, subjects, 6, 0);
  RandomStream draw(key.child("times"));
  for (Index subject = 0; subject < subjects; ++subject) {
    const auto column = [&](Index number) {
      return static_cast<double>(drawn.marker_values[at(number * subjects + subject)]);
    };
    const double first = draw.exponential() * std::exp(-1.1 * column(0)),
                 second = draw.exponential() * std::exp(-1.1 * column(1)),
                 end = 1.0 + 2.0 * draw.uniform();
    const double time = std::min({first, second, end});
    drawn.survival.time[at(subject)] = time;
    drawn.survival.event[at(subject)] = time < end ? 1 : 0;
    drawn.cause.push_back(static_cast<std::uint8_t>(time == end ? 0 : time == first ? 1 : 2));
    drawn.follow_up_end.push_back(end);
  }
  return drawn;
}

/// Shares of the cuts at the root, by column, over data sets.
std::array<double, 6> root_shares(CompetingRule rule) {
  constexpr Index data_sets = 10, trees = 20;
  std::array<double, 6> shares = {};
  for (Index set = 0; set < data_sets; ++set) {
    test::SurvivalCase drawn = two_causes(RandomKey(331).child(set));
    const SurvivalForest forest = test::grow_forest(
        drawn, {.trees = trees, .features_per_split = 6, .causes = {.rule = rule}});
    for (const Tree& tree : forest.trees()) {
      shares.at(tree.feature[0]) += 1.0 / static_cast<double>(data_sets * trees);
    }
  }
  for (std::size_t column = 0; column < 6; ++column) {
    testing::Test::RecordProperty(std::string(name_of(rule)) + "_" + std::to_string(column),
                                  std::to_string(shares.at(column)));
  }
  return shares;
}

// What drives the other cause alone is not cut by cause-specific splits, and as often as what drives the own one by a
// composite of both.
TEST(CompetingForest, RulesCutWhatTheySayTheyCut) {
  const auto specific = root_shares(CompetingRule::cause_specific),
             gray = root_shares(CompetingRule::gray),
             composite = root_shares(CompetingRule::composite);
  EXPECT_GT(specific[0], 0.98);
  EXPECT_LT(specific[1], 0.01);
  EXPECT_GT(gray[0], 0.9); // its risk falls where the other cause is frequent
  // ten data sets of which each prefers one of two alike columns: a standard error of 0.16
  EXPECT_GT(composite[0], 0.1);
  EXPECT_GT(composite[1], 0.1);
  EXPECT_GT(composite[0] + composite[1], 0.98);
}

} // namespace
} // namespace vigil::forest
