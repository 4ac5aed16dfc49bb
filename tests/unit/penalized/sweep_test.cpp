// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/numeric/instruction_set.hpp"
#include "vigil/penalized/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

using Kernel = void (*)(const SweepTask&);

// Every kernel that this processor can run. instruction_set() says the widest, unless VIGIL_KERNEL asks for less.
std::vector<std::pair<std::string, SweepKernel>> kernels() {
  std::vector<std::pair<std::string, SweepKernel>> result{{"plain", sweep_plain}};
  if (instruction_set() >= InstructionSet::avx2) {
    result.emplace_back("avx2", sweep_avx2);
  }
  if (instruction_set() >= InstructionSet::avx512) {
    result.emplace_back("avx512", sweep_avx512);
  }
  result.emplace_back("chosen", SweepKernel{sweep, bound});
  return result;
}

// Columns and directions of one task, and where the products go.
struct Work {
  Index length, count, number;
  std::vector<float> columns, directions;

  Work(Index length_, Index count_, Index number_)
      : length(length_), count(count_), number(number_), columns(at(length_ * count_)),
        directions(at(length_ * number_)) {
    RandomStream draw(RandomKey(31).child(length));
    for (float& value : columns) {
      value = static_cast<float>(draw.normal() * std::exp(2.0 * draw.normal()));
    }
    for (float& value : directions) {
      value = static_cast<float>(draw.normal());
    }
  }

  // Products direction after direction, of a part of the columns and directions.
  [[nodiscard]] std::vector<double> run(Kernel kernel) const {
    return run(kernel, 0, count, 0, number);
  }
  [[nodiscard]] std::vector<double>
  run(Kernel kernel, Index column, Index columns_run, Index direction, Index directions_run) const {
    std::vector<double> products(at(columns_run * directions_run), -7.0);
    std::vector<const float*> values, from;
    std::vector<double*> to;
    for (Index c = 0; c < columns_run; ++c) {
      values.push_back(columns.data() + (column + c) * length);
    }
    for (Index d = 0; d < directions_run; ++d) {
      from.push_back(directions.data() + (direction + d) * length);
      to.push_back(products.data() + d * columns_run);
    }
    kernel({.columns = values.data(),
            .length = length,
            .count = columns_run,
            .directions = from.data(),
            .number = directions_run,
            .out = to.data()});
    return products;
  }
};

bool same_bits(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0;
}

std::vector<Index> lengths() {
  std::vector<Index> result;
  for (Index length = 1; length <= 40; ++length) {
    result.push_back(length);
  }
  for (const Index length : {1023, 1024, 1025, 1026, 2047, 2048, 2500}) {
    result.push_back(length);
  }
  return result;
}

TEST(Sweep, EveryKernelGivesTheSameBits) {
  for (const Index length : lengths()) {
    const Work work(length, 9, 13);
    const auto expected = work.run(sweep_plain.sweep);
    for (const auto& [name, kernel] : kernels()) {
      EXPECT_TRUE(same_bits(work.run(kernel.sweep), expected)) << name << " at length " << length;
    }
  }
}

// A lane adds at most 64 products, one rounding each, then 4 levels of its tree; the strips are added in double.
TEST(Sweep, StaysWithinTheStatedRounding) {
  for (const Index length : lengths()) {
    const Work work(length, 9, 13);
    const auto found = work.run(sweep);
    const double roundings =
        std::ceil(static_cast<double>(std::min(length, sweep_rows)) / sweep_lanes) + 4.0;
    for (Index d = 0; d < work.number; ++d) {
      for (Index c = 0; c < work.count; ++c) {
        long double sum = 0.0L, absolute = 0.0L;
        for (Index i = 0; i < length; ++i) {
          const long double term = static_cast<long double>(work.columns[at(c * length + i)]) *
                                   static_cast<long double>(work.directions[at(d * length + i)]);
          sum += term;
          absolute += std::fabs(term);
        }
        EXPECT_NEAR(found[at(d * work.count + c)],
                    static_cast<double>(sum),
                    1.01 * roundings * 0x1p-24 * static_cast<double>(absolute))
            << "length " << length;
      }
    }
  }
}

// Every number of columns and directions around the register tiles (4 x 6, 4 x 3 and 8 x 1) and the columns that stay
// near together (32 at this length): a product is its own.
TEST(Sweep, AProductDependsOnItsColumnAndDirectionAlone) {
  const Work work(37, 41, 13);
  const auto expected = work.run(sweep_plain.sweep);
  for (const auto& [name, kernel] : kernels()) {
    for (const Index columns : {1, 2, 3, 4, 5, 7, 8, 9, 12, 31, 32, 33, 36, 40, 41}) {
      for (Index directions = 1; directions <= 13; ++directions) {
        const Index column = 41 - columns, direction = 13 - directions;
        const auto part = work.run(kernel.sweep, column, columns, direction, directions);
        for (Index d = 0; d < directions; ++d) {
          for (Index c = 0; c < columns; ++c) {
            ASSERT_EQ(part[at(d * columns + c)], expected[at((direction + d) * 41 + column + c)])
                << name << ": " << columns << " columns, " << directions << " directions";
          }
        }
      }
    }
  }
}

TEST(Sweep, AMissingValueSpoilsItsOwnColumnOnly) {
  for (const Index length : {Index{5}, Index{40}, Index{1030}}) {
    Work work(length, 9, 7);
    const auto clean = work.run(sweep_plain.sweep);
    work.columns[at(4 * length + length - 1)] = std::nanf("");
    work.columns[at(7 * length)] = HUGE_VALF;
    std::fill_n(work.directions.begin(), length, 0.0F); // not even a direction of zeros hides it
    for (const auto& [name, kernel] : kernels()) {
      const auto found = work.run(kernel.sweep);
      for (Index d = 0; d < 7; ++d) {
        for (Index c = 0; c < 9; ++c) {
          const double product = found[at(d * 9 + c)];
          if (c == 4 || c == 7) {
            EXPECT_FALSE(std::isfinite(product)) << name;
          } else {
            EXPECT_EQ(product, d == 0 ? 0.0 : clean[at(d * 9 + c)]) << name;
          }
        }
      }
    }
  }
}

// Markers for BoundTask, with lists as the columns of a Work.
struct Bounds {
  Work work;
  Index count;
  bool same; ///< one norm and one factor
  std::vector<float> norm, uncentred, factor, held, combined;
  std::vector<std::uint16_t> over, pointed;

  Bounds(Index count_, bool same_)
      : work(count_, 24, 1), count(count_), same(same_), combined(at(count), -7.0F) {
    for (Index marker = 0; marker < count; ++marker) {
      norm.push_back(std::fabs(list(20, same ? 0 : marker)));
      uncentred.push_back(std::fabs(list(21, marker)));
      factor.push_back(std::fabs(list(22, same ? 0 : marker)));
      // whole sixteens of small ones, others of both kinds
      held.push_back(marker % 48 < 16 ? -10.0F * norm.back() : std::fabs(list(23, marker)));
    }
    if (count > 7) {
      work.columns[7] = std::nanf(""); // of list 0
    }
    held.push_back(-7.0F);
    if (!same) {
      norm.back() = uncentred.back() = factor.back() = 0.0F;
    }
  }
  [[nodiscard]] float list(Index number, Index marker) const {
    return work.columns[at(number * count + marker)];
  }
  void run(const SweepKernel& kernel, Index number, bool with_held) {
    std::vector<const float*> lists;
    for (Index k = 0; k < number; ++k) {
      lists.push_back(work.columns.data() + k * count);
    }
    const Index sixteens = (count + 15) / 16;
    std::vector<float> part(at(number), 0.25F), listed(at(16 * sixteens + 1), -7.0F);
    std::vector<std::int32_t> sixteen(at(sixteens + 1), -7);
    std::vector<std::uint16_t> listed_over(at(sixteens), 0x5A5A), listed_pointed(listed_over);
    const Index open = kernel.bound({.products = lists.data(),
                                     .part = part.data(),
                                     .number = number,
                                     .count = count,
                                     .norm = norm.data(),
                                     .uncentred = uncentred.data(),
                                     .factor = factor.data(),
                                     .same = same,
                                     .rest = 0.2F,
                                     .slack = 0.1F,
                                     .limit = 1.5F,
                                     .moved = 0.3F,
                                     .raise = 1.25F,
                                     .settled = 0.28F,
                                     .held = with_held ? held.data() : nullptr,
                                     .combined = listed.data(),
                                     .sixteen = sixteen.data(),
                                     .over = listed_over.data(),
                                     .pointed = listed_pointed.data()});
    EXPECT_EQ(listed.back(), -7.0F);
    EXPECT_EQ(sixteen.back(), -7);
    over.assign(at(sixteens), 0);
    pointed.assign(at(sixteens), 0);
    for (Index place = 0; place < open; ++place) {
      const Index number_of = sixteen[at(place)];
      ASSERT_TRUE(number_of < sixteens && (place == 0 || sixteen[at(place - 1)] < number_of));
      over[at(number_of)] = listed_over[at(place)];
      pointed[at(number_of)] = listed_pointed[at(place)];
      for (Index marker = 16 * number_of; marker < std::min(count, 16 * number_of + 16); ++marker) {
        combined[at(marker)] = listed[at(16 * place + marker % 16)];
      }
    }
  }
};

// The definition in the header of the kernels, marker by marker.
void expect_bounds(const Bounds& before, const Bounds& after, Index number, bool with_held) {
  EXPECT_EQ(after.held.back(), -7.0F);
  for (Index first = 0; first < before.count; first += 16) {
    const Index end = std::min(before.count, first + 16);
    const auto most = [&](Index marker) { return 1.5F * before.factor[at(marker)]; };
    const auto surely = [&](Index marker) {
      return std::fma(0.3F, before.norm[at(marker)], before.held[at(marker)]) <= most(marker);
    };
    bool all_surely = with_held;
    for (Index marker = first; marker < end; ++marker) {
      all_surely = all_surely && surely(marker);
    }
    for (Index marker = first; marker < first + 16; ++marker) {
      const bool over = ((after.over[at(marker / 16)] >> (marker % 16)) & 1) != 0;
      const bool pointed = ((after.pointed[at(marker / 16)] >> (marker % 16)) & 1) != 0;
      if (marker >= end || all_surely) {
        EXPECT_FALSE(over || pointed) << marker;
        continue;
      }
      float sum = 0.0F;
      for (Index k = 0; k < number; ++k) {
        sum = std::fma(0.25F, before.list(k, marker), sum);
      }
      float bound = std::fma(0.2F, before.norm[at(marker)], std::fabs(sum));
      bound = std::fma(0.1F, before.uncentred[at(marker)], bound);
      EXPECT_EQ(over, !(bound <= most(marker)) && !(with_held && surely(marker))) << marker;
      EXPECT_EQ(pointed, !(std::fabs(sum) <= most(marker))) << marker;
      const float held = std::fma(-0.28F, before.norm[at(marker)], 1.25F * bound);
      const bool smaller = with_held && held < before.held[at(marker)];
      EXPECT_EQ(after.held[at(marker)], smaller ? held : before.held[at(marker)]) << marker;
      if (!std::isnan(sum)) {
        EXPECT_EQ(after.combined[at(marker)], sum) << marker;
      }
    }
    for (Index marker = first; marker < end && all_surely; ++marker) {
      EXPECT_EQ(after.combined[at(marker)], before.combined[at(marker)]) << marker;
      EXPECT_EQ(after.held[at(marker)], before.held[at(marker)]) << marker;
    }
  }
}

TEST(Sweep, BoundsFollowTheirDefinition) {
  for (const auto& [name, kernel] : kernels()) {
    for (const Index count : {1, 15, 16, 17, 40, 300}) {
      for (const Index number : {0, 1, 2, 20}) {
        for (const bool with_held : {false, true}) {
          for (const bool same : {false, true}) {
            SCOPED_TRACE(name + ", " + std::to_string(number) + " lists, " + std::to_string(count));
            const Bounds before(count, same);
            Bounds after = before;
            after.run(kernel, number, with_held);
            expect_bounds(before, after, number, with_held);
          }
        }
      }
    }
  }
}

TEST(Sweep, AnEndlessRestLeavesEveryMarkerUndecidedAndNoOther) {
  const std::vector<float> zero(21, 0.0F), one(21, 1.0F);
  for (const auto& [name, kernel] : kernels()) {
    for (const float rest : {HUGE_VALF, std::nanf("")}) {
      std::vector<float> held(21, HUGE_VALF), combined(32);
      std::vector<std::int32_t> sixteen(2, 0);
      std::vector<std::uint16_t> over(2, 0), pointed(2, 0);
      const Index open = kernel.bound({.products = nullptr,
                                       .part = nullptr,
                                       .number = 0,
                                       .count = 21,
                                       .norm = one.data(),
                                       .uncentred = one.data(),
                                       .factor = one.data(),
                                       .same = false,
                                       .rest = rest,
                                       .slack = 0.0F,
                                       .limit = 1.0F,
                                       .moved = 0.0F,
                                       .raise = 1.0F,
                                       .settled = 0.0F,
                                       .held = held.data(),
                                       .combined = combined.data(),
                                       .sixteen = sixteen.data(),
                                       .over = over.data(),
                                       .pointed = pointed.data()});
      EXPECT_EQ(open, 2) << name;
      EXPECT_EQ(over[0], 0xFFFF) << name;
      EXPECT_EQ(over[1], 0x001F) << name;
      EXPECT_EQ(held, std::vector<float>(21, HUGE_VALF)) << name;
    }
  }
}

TEST(Sweep, NothingToDoWritesNothing) {
  const Work work(20, 3, 2);
  for (const auto& [name, kernel] : kernels()) {
    EXPECT_TRUE(work.run(kernel.sweep, 0, 0, 0, 2).empty()) << name;
    EXPECT_TRUE(work.run(kernel.sweep, 0, 3, 0, 0).empty()) << name;
  }
}

TEST(CentredProduct, FillsMissingValuesAndPassesOverAbsentSubjects) {
  const Preparation::Column rule{.fill = 5.0, .centre = 2.0};
  for (const Index length : {Index{1}, Index{7}, Index{8}, Index{9}, Index{100}}) {
    RandomStream draw(RandomKey(32).child(length));
    std::vector<float> single(at(length));
    std::vector<double> wide(at(length)), direction(at(length));
    double expected = 0.0;
    for (Index i = 0; i < length; ++i) {
      const bool missing = draw.uniform() < 0.2, absent = draw.uniform() < 0.2;
      const auto value = static_cast<float>(draw.normal());
      single[at(i)] = missing ? std::nanf("") : absent ? HUGE_VALF : value;
      wide[at(i)] = static_cast<double>(single[at(i)]);
      direction[at(i)] = absent ? 0.0 : draw.normal();
      const double raw = missing ? 5.0 : static_cast<double>(value) + 0.25;
      expected += absent ? 0.0 : direction[at(i)] * (raw - 2.0);
    }
    const double found = centred_product(single, direction, 0.25, rule);
    EXPECT_NEAR(found, expected, 1e-13 * static_cast<double>(length));
    EXPECT_EQ(found, centred_product(wide, direction, 0.25, rule));
  }
}

} // namespace
} // namespace vigil::penalized
