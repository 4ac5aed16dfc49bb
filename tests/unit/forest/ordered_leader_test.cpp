// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/bounded_search.hpp"
#include "vigil/forest/ordered_leader.hpp"

#include <gtest/gtest.h>

#include "tests/support/node_case.hpp"

namespace vigil::forest {
namespace {

// The same cut and the same bits as a look at one cut after another, for every kind of column and every floor.
TEST(OrderedLeader, IsThatOfOneCutAfterAnother) {
  Index found = 0, none = 0;
  for (Index round = 0; round < 300; ++round) {
    const test::NodeCase drawn(8 + 7 * round, false, false, RandomKey(97).child(round));
    const LeafLimits limits{.subjects = 1 + round % 5, .events = round % 4};
    SplitScratch scratch;
    scratch.cells.resize(65'536);
    const NodeSearch search{
        .node = drawn.node, .limits = limits, .key = RandomKey(1), .scratch = scratch};
    for (Index feature = 0; !drawn.node.flat() && feature < size_of(drawn.columns); ++feature) {
      const CutColumn column = drawn.column(feature);
      double least = 0.0;
      for (Index floor = 0; floor < 4; ++floor) {
        const auto leader = find_ordered_leader(search, column, least);
        if (!leader) {
          ++none;
          break;
        }
        const LeadingCut plain = find_leader(
            column,
            least,
            [&](const auto& visit) { for_each_cut(search, column, visit); },
            [&](const Cut& cut, double) {
              return drawn.node.permutation_gain(cut.left.score, cut.left.counts.copies());
            });
        ++found;
        ASSERT_EQ(leader->cut.rank, plain.cut.rank) << round << ", " << feature;
        EXPECT_EQ(leader->bound, plain.bound);
        EXPECT_EQ(leader->next, plain.next);
        EXPECT_EQ(leader->cut.missing_left, plain.cut.missing_left);
        EXPECT_EQ(leader->cut.left.score, plain.cut.left.score);
        EXPECT_EQ(leader->cut.left.counts.subjects(), plain.cut.left.counts.subjects());
        const double floors[] = {0.5 * plain.bound, plain.next, plain.bound};
        least = floors[std::min<Index>(floor, 2)];
      }
    }
  }
  EXPECT_GT(found, 2000);
  EXPECT_GT(none, 200); // missing values, and cells
}

TEST(OrderedLeader, LeavesCopiesAndStrataToOthers) {
  for (const bool copies : {false, true}) {
    const test::NodeCase drawn(200, copies, false, RandomKey(98), !copies);
    const LeafLimits limits{.subjects = 5, .events = 1};
    SplitScratch scratch;
    const NodeSearch search{
        .node = drawn.node, .limits = limits, .key = RandomKey(1), .scratch = scratch};
    EXPECT_FALSE(find_ordered_leader(search, drawn.column(0), 0.0).has_value());
  }
}

} // namespace
} // namespace vigil::forest
