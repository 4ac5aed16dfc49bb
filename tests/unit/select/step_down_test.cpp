// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/select/step_down.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vigil::select {
namespace {

/// |z| in falling order and |z*|, test after test.
struct Table {
  std::vector<double> falling;
  std::vector<float> drawn;
  Index draws;
};

Table draw_table(Index tests, Index draws, double largest, std::uint64_t seed) {
  RandomStream stream{RandomKey(seed)};
  Table table{.falling = {}, .drawn = {}, .draws = draws};
  for (Index test = 0; test < tests; ++test) {
    table.falling.push_back(largest * stream.uniform());
  }
  table.falling[3] = table.falling[4]; // a tie
  std::sort(table.falling.rbegin(), table.falling.rend());
  for (Index cell = 0; cell < tests * draws; ++cell) {
    table.drawn.push_back(static_cast<float>(std::fabs(stream.normal())));
  }
  return table;
}

/// The definition, with all tests and draws at hand.
std::vector<double> plain_step_down(const Table& table) {
  const Index tests = size_of(table.falling);
  std::vector<double> adjusted;
  double reached = 0.0;
  for (Index test = 0; test < tests; ++test) {
    Index count = 0;
    for (Index draw = 0; draw < table.draws; ++draw) {
      double largest = 0.0;
      for (Index other = 0; other < tests; ++other) {
        if (table.falling[at(other)] <= table.falling[at(test)]) {
          largest =
              std::max(largest, static_cast<double>(table.drawn[at(other * table.draws + draw)]));
        }
      }
      count += largest >= table.falling[at(test)] * (1.0 - 1e-6) ? 1 : 0;
    }
    reached =
        std::max(reached, static_cast<double>(1 + count) / static_cast<double>(1 + table.draws));
    adjusted.push_back(reached);
  }
  return adjusted;
}

/// By windows of `window` tests and batches of `batch` draws.
std::vector<double> by_windows(const Table& table, Index window, Index batch, Index& windows) {
  const Index tests = size_of(table.falling);
  StepDown steps(table.falling, table.draws);
  for (windows = 0; !steps.done(); ++windows) {
    const Index first = steps.first(), end = std::min(tests, first + window);
    for (Index draw = 0; draw < table.draws; draw += batch) {
      const Index count = std::min(batch, table.draws - draw);
      std::vector<float> drawn, below(at(count), 0.0F);
      for (Index test = 0; test < tests; ++test) {
        for (Index place = 0; place < count; ++place) {
          const float value = table.drawn[at(test * table.draws + draw + place)];
          if (test >= first && test < end) {
            drawn.push_back(value);
          } else if (test >= end) {
            below[at(place)] = std::max(below[at(place)], value);
          }
        }
      }
      steps.add_draws(drawn, below);
    }
    steps.next_window();
  }
  return steps.adjusted();
}

TEST(StepDown, IsTheDefinitionForAnyWindowAndBatch) {
  for (const double largest : {2.0, 5.0, 50.0}) {
    const Table table = draw_table(60, 40, largest, 11);
    const auto expected = plain_step_down(table);
    EXPECT_LT(expected.front(), 1.0);
    for (const Index window : {1, 4, 5, 33, 60}) {
      for (const Index batch : {1, 7, 40}) {
        Index windows = 0;
        EXPECT_EQ(by_windows(table, window, batch, windows), expected) << window << " " << batch;
        EXPECT_GE(windows, 1);
      }
    }
  }
}

// Beyond the first test whose adjusted p is 1 nothing is looked at.
TEST(StepDown, EndsWhereAllFurtherAreOne) {
  const Table table = draw_table(60, 40, 2.0, 11);
  Index windows = 0;
  const auto adjusted = by_windows(table, 10, 40, windows);
  EXPECT_EQ(adjusted.back(), 1.0);
  EXPECT_LT(windows, 6);
}

// Three tests, three draws, by hand: maxima from below (0.5, 2, 1), (1, 2, 3), (4, 2, 3).
TEST(StepDown, ByHand) {
  const std::vector<double> falling{3.5, 2.5, 0.9};
  const std::vector<float> drawn{4.0F, 0.1F, 0.2F, 1.0F, 0.3F, 3.0F, 0.5F, 2.0F, 1.0F};
  StepDown steps(falling, 3);
  std::vector<float> below(3, 0.0F);
  steps.add_draws(drawn, below);
  steps.next_window();
  EXPECT_TRUE(steps.done());
  EXPECT_EQ(steps.adjusted(), (std::vector<double>{0.5, 0.5, 0.75}));
}

} // namespace
} // namespace vigil::select
