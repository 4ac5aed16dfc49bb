// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/row_order.hpp"
#include "vigil/forest/variance_bound.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <gtest/gtest.h>

#include "tests/support/node_case.hpp"
#include <algorithm>
#include <vector>

namespace vigil::forest {
namespace {

struct Tightness {
  double worst = 0.0, sum = 0.0; ///< of 1 - bound / V
  bool looks_far_above = false;  ///< any_above says so of a multiple of it
  Index cuts = 0, times = 0;
};

// Beside exact_variance at every cut of the first column.
Tightness tightness_of(const test::NodeCase& drawn) {
  const auto& ranks = drawn.columns.front();
  RowOrder order;
  order.sort(drawn.numbers, ranks, drawn.column(0).highest);
  VarianceBound bound;
  bound.look_at(drawn.node);
  std::vector<double> lower, scratch;
  bound.scan(order.missing_right(), lower);
  double largest = 0.0; // gain
  Tightness tightness{.times = size_of(drawn.node.events())};
  for (std::size_t number = 0; number < lower.size(); ++number) {
    if (order.ranks()[number] == order.ranks()[number + 1]) {
      continue;
    }
    const double variance = drawn.node.exact_variance(ranks, order.ranks()[number], false, scratch);
    EXPECT_LE(lower[number], variance) << number;
    if (variance > 0.0) {
      const double gap = 1.0 - lower[number] / variance;
      tightness.worst = std::max(tightness.worst, gap);
      tightness.sum += gap;
      double left = 0.0;
      for (std::size_t place = 0; place <= number; ++place) {
        left += static_cast<double>(drawn.node.sums()[order.missing_right()[place]].score);
      }
      const double numerator = left * drawn.node.numerator(1);
      largest = std::max(largest, numerator * numerator / variance);
      ++tightness.cuts;
    }
  }
  EXPECT_TRUE(largest == 0.0 || bound.any_above(largest * (1.0 - 1e-9), order.missing_right(), 1));
  tightness.looks_far_above = bound.any_above(1.5 * largest, order.missing_right(), 5);
  return tightness;
}

TEST(VarianceBound, IsBelowTheVarianceOfEveryCut) {
  Tightness all;
  Index far_above = 0, nodes = 0;
  for (Index round = 0; round < 400; ++round) {
    const test::NodeCase drawn(
        10 + 5 * round, round % 3 == 1, round % 4 == 3, RandomKey(93).child(round));
    if (drawn.node.flat()) {
      continue;
    }
    const Tightness one = tightness_of(drawn);
    all.sum += one.sum;
    far_above += one.looks_far_above ? 1 : 0;
    ++nodes;
    all.cuts += one.cuts;
    all.worst = std::max(all.worst, one.worst);
    if (one.times <= time_blocks) {
      EXPECT_LT(one.worst, 1e-4) << round; // one time in a block: rounding alone
    }
  }
  EXPECT_LT(all.worst, 0.02);
  EXPECT_LT(all.sum / static_cast<double>(all.cuts), 0.005);
  EXPECT_LT(far_above, nodes / 10);
}

TEST(VarianceKernel, AllGiveTheSameBits) {
  if (widest_instruction_set() != InstructionSet::avx512) {
    GTEST_SKIP() << "no AVX-512 here";
  }
  RandomStream draw(RandomKey(94));
  std::vector<BlockRow> rows;
  std::vector<std::uint32_t> places;
  std::vector<float> kernel(time_blocks);
  for (std::uint32_t place = 0; place < 1000; ++place) {
    const auto block = static_cast<std::int32_t>(draw.index_below(time_blocks + 1));
    rows.push_back({.weight = static_cast<float>(draw.uniform()),
                    .part = static_cast<float>(block > 0 ? draw.uniform() : 0.0),
                    .reached = block,
                    .passed = std::max(block - 1, 0)});
    places.push_back((37 * place) % 1000);
  }
  for (float& each : kernel) {
    each = static_cast<float>(draw.uniform());
  }
  for (const std::size_t count : {1U, 7U, 8U, 9U, 1000U}) {
    std::vector<float> wide(count + time_blocks), narrow(count + time_blocks);
    std::vector<float> wide_coarse(count + time_blocks), narrow_coarse(count + time_blocks);
    VarianceTask task{.rows = rows.data(),
                      .kernel = kernel.data(),
                      .places = places.data() + 999,
                      .step = -1,
                      .count = count,
                      .bound = wide.data()};
    variance_avx512.scan(task);
    task.bound = narrow.data();
    variance_avx2.scan(task);
    EXPECT_EQ(wide, narrow) << count;
    task.bound = wide_coarse.data();
    variance_avx512.scan_coarsely(task);
    task.bound = narrow_coarse.data();
    variance_avx2.scan_coarsely(task);
    EXPECT_EQ(wide_coarse, narrow_coarse) << count;
    for (std::size_t number = 0; 4 * number < count; ++number) {
      EXPECT_EQ(wide_coarse[number], wide[std::min<std::size_t>(4 * number + 3, count - 1)]);
    }
  }
}

} // namespace
} // namespace vigil::forest
