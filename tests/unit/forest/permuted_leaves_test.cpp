// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/grow_tree.hpp"
#include "vigil/forest/permuted_leaves.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace vigil::forest {
namespace {

/// A drawn cohort with missing cells, and trees grown on it.
struct Trees {
  test::SurvivalCase drawn;
  CaseWeights weights;
  SurvivalRows rows;
  Scheduler scheduler{1};
  RankColumns ranks;
  TreeGrower grower;
  Tree tree = {};
  std::vector<std::uint32_t> out = {}, leaf = {};

  Trees(std::uint64_t seed, Index subjects, Index markers)
      : drawn(with_missing(seed, subjects, markers)), weights(CaseWeights::ones(subjects)),
        rows(survival_rows(drawn.survival, weights)),
        ranks(drawn.data().covariates(), rows.subject, scheduler),
        grower(rows,
               ranks,
               {.features_per_split = 3,
                .min_node = 6,
                .leaf = {.subjects = 3, .events = 1},
                .rule = &find_split_rule("permutation_log_rank")}) {}

  static test::SurvivalCase with_missing(std::uint64_t seed, Index subjects, Index markers) {
    test::SurvivalCase made(RandomKey(seed), subjects, markers, 1);
    for (Index marker = 0; marker < markers; marker += 2) {
      for (Index subject = marker; subject < subjects; subject += 5) {
        made.marker_values[at(marker * subjects + subject)] = std::nanf("");
      }
    }
    return made;
  }
  OutOfBagTree grow(Index number) {
    tree = grower.grow(RandomKey(3).child(number));
    out.assign(grower.out_of_bag().begin(), grower.out_of_bag().end());
    leaf.assign(grower.leaf().begin(), grower.leaf().end());
    return {tree, out, leaf};
  }
  /// Whether the row meets one of the columns, and the leaf that it falls into when its ranks of these are another row's.
  std::pair<bool, Index> drop(Index place, const std::set<std::uint32_t>& columns, Index source) {
    bool meets = false;
    const Index found = tree.leaf_of([&](std::uint32_t node) {
      const bool swapped = columns.contains(tree.feature[node]);
      meets = meets || swapped;
      const std::uint16_t rank =
          ranks.column(tree.feature[node])[swapped ? at(source) : out[at(place)]];
      return rank == 0 ? tree.missing_left[node] != 0 : rank <= tree.cut[node];
    });
    return {meets, found};
  }
};

// Every row of every tree is dropped once more from the root, by the values that it was given.
void expect_plain_drop(Trees& trees,
                       PermutedLeaves& leaves,
                       const std::vector<Index>& places,
                       const RandomKey& key,
                       std::span<const std::uint32_t> cells) {
  std::set<std::uint32_t> columns;
  for (const Index place : places) {
    columns.insert(leaves.columns()[at(place)]);
  }
  std::map<Index, Index> moved;
  for (const LeafChange& change : leaves.permute(places, key, cells)) {
    EXPECT_TRUE(moved.emplace(change.place, change.leaf).second);
  }
  std::set<std::uint32_t> sources;
  for (Index place = 0; place < size_of(trees.out); ++place) {
    const Index own = trees.out[at(place)];
    const bool meets = trees.drop(place, columns, own).first;
    Index expected = trees.leaf[at(place)];
    if (meets) {
      const std::uint32_t source = leaves.source(place);
      EXPECT_TRUE(sources.insert(source).second); // nobody gives twice
      const auto giver = std::ranges::find(trees.out, source) - trees.out.begin();
      ASSERT_LT(giver, size_of(trees.out));
      if (!cells.empty()) {
        EXPECT_EQ(cells[at(giver)], cells[at(place)]);
      }
      expected = trees.drop(place, columns, source).second;
    }
    const auto found = moved.find(place);
    EXPECT_EQ(found == moved.end() ? Index{trees.leaf[at(place)]} : found->second, expected);
    EXPECT_TRUE(found == moved.end() || found->second != Index{trees.leaf[at(place)]});
  }
}

TEST(PermutedLeaves, FallWhereAPlainDropFalls) {
  Trees trees(31, 160, 7);
  PermutedLeaves leaves(trees.ranks);
  Index cuts = 0;
  for (Index number = 0; number < 30; ++number) {
    const OutOfBagTree seen = trees.grow(number);
    leaves.take(seen);
    const Index columns = size_of(leaves.columns());
    cuts += columns;
    std::vector<std::uint32_t> cells;
    for (Index place = 0; place < size_of(trees.out); ++place) {
      cells.push_back(static_cast<std::uint32_t>(place % 3));
    }
    std::vector<Index> all(at(columns));
    std::iota(all.begin(), all.end(), Index{0});
    const RandomKey key = RandomKey(4).child(number);
    for (Index place = 0; place < columns; ++place) {
      expect_plain_drop(trees, leaves, {place}, key.child(place), {});
      expect_plain_drop(trees, leaves, {place}, key.child(place), cells);
    }
    if (columns > 1) {
      expect_plain_drop(trees, leaves, all, key.child("all"), {});
      expect_plain_drop(trees, leaves, {0, columns - 1}, key.child("two"), cells);
    }
  }
  EXPECT_GT(cuts, 100);
}

// Each row is given each row's value equally often: 24,000 draws, the variance of a chi-square of n - 1 degrees is 2 (n - 1).
TEST(PermutedLeaves, DrawsEverybodyEquallyOften) {
  Trees trees(32, 60, 4);
  PermutedLeaves leaves(trees.ranks);
  leaves.take(trees.grow(1));
  ASSERT_GE(size_of(leaves.columns()), 1);
  const Index root =
      std::ranges::find(leaves.columns(), trees.tree.feature[0]) - leaves.columns().begin();
  constexpr Index draws = 24000;
  const Index rows = size_of(trees.out);
  std::vector<double> first(60, 0.0), last(60, 0.0);
  for (Index number = 0; number < draws; ++number) {
    static_cast<void>(leaves.permute(std::span(&root, 1), RandomKey(6).child(number)));
    first[leaves.source(0)] += 1.0;
    last[leaves.source(rows - 1)] += 1.0;
  }
  const double expected = static_cast<double>(draws) / static_cast<double>(rows);
  for (const auto* count : {&first, &last}) {
    double chi_square = 0.0;
    for (const std::uint32_t row : trees.out) {
      chi_square += ((*count)[row] - expected) * ((*count)[row] - expected) / expected;
    }
    const auto degrees = static_cast<double>(rows - 1);
    EXPECT_LT(chi_square, degrees + 4.0 * std::sqrt(2.0 * degrees));
  }
}

} // namespace
} // namespace vigil::forest
