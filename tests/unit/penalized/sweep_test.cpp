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
  result.emplace_back("chosen", SweepKernel{sweep, mix, find_excess});
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

// Lists and parts of one mixture.
std::vector<float> mixture(const Work& work, const SweepKernel& kernel, Index number, Index count) {
  std::vector<const float*> lists;
  for (Index k = 0; k < number; ++k) {
    lists.push_back(work.columns.data() + k * work.length);
  }
  std::vector<float> out(at(count + 1), -7.0F);
  kernel.mix({.products = lists.data(),
              .part = work.directions.data(),
              .number = number,
              .count = count,
              .out = out.data()});
  return out;
}

TEST(Sweep, AMixtureIsAddedListByListInFloat) {
  const Index count = 300;
  const Work work(count, 20, 1);
  for (const auto& [name, kernel] : kernels()) {
    for (const Index number : {0, 1, 2, 20}) {
      for (const Index markers : {0, 1, 15, 16, 17, 63, 64, 65, 128, 150, 300}) {
        const auto found = mixture(work, kernel, number, markers);
        EXPECT_EQ(found.back(), -7.0F) << name;
        for (Index marker = 0; marker < markers; ++marker) {
          float sum = 0.0F;
          for (Index k = 0; k < number; ++k) {
            sum = std::fma(work.directions[at(k)], work.columns[at(k * work.length + marker)], sum);
          }
          ASSERT_EQ(found[at(marker)], sum) << name << ", " << number << " lists, " << markers;
        }
      }
    }
  }
}

TEST(Sweep, ExcessIsFoundWhereABoundIsOverItsLimitOrNoNumber) {
  for (const Index count : {1, 15, 16, 17, 40}) {
    const Work work(count, 4, 1);
    const auto list = [&](Index number, Index marker) {
      return work.columns[at(number * count + marker)];
    };
    std::vector<float> value, norm, uncentred, factor;
    for (Index marker = 0; marker < count; ++marker) {
      value.push_back(marker == 7 ? std::nanf("") : list(0, marker));
      norm.push_back(std::fabs(list(1, marker)));
      uncentred.push_back(std::fabs(list(2, marker)));
      factor.push_back(std::fabs(list(3, marker)));
    }
    value.back() = norm.back() = uncentred.back() = factor.back() = 0.0F; // at its limit, not over
    std::vector<float> checked(value); // over, at most or no number where value is none of it
    std::rotate(checked.begin(), checked.begin() + count / 2, checked.end());
    const auto is_over = [&](Index marker, bool with_checks) {
      float bound = std::fma(0.2F, norm[at(marker)], std::fabs(value[at(marker)]));
      bound = std::fma(0.1F, uncentred[at(marker)], bound);
      const float second = std::fma(0.3F, norm[at(marker)], checked[at(marker)]);
      return !(bound <= factor[at(marker)]) && !(with_checks && second <= factor[at(marker)]);
    };
    for (const auto& [name, kernel] : kernels()) {
      for (const bool with_checks : {false, true}) {
        std::vector<std::uint16_t> over(at((count + 15) / 16), 0);
        kernel.find_excess({.value = value.data(),
                            .norm = norm.data(),
                            .uncentred = uncentred.data(),
                            .factor = factor.data(),
                            .checked = with_checks ? checked.data() : nullptr,
                            .rest = 0.2F,
                            .slack = 0.1F,
                            .limit = 1.0F,
                            .moved = 0.3F,
                            .count = count,
                            .over = over.data()});
        for (Index lane = 0; lane < 16 * size_of(over); ++lane) {
          const bool found = ((over[at(lane / 16)] >> (lane % 16)) & 1) != 0;
          EXPECT_EQ(found, lane < count && is_over(lane, with_checks))
              << name << ", marker " << lane << " of " << count;
        }
      }
    }
  }
}

TEST(Sweep, AnEndlessRestLeavesEveryMarkerUndecidedAndNoOther) {
  const std::vector<float> zero(21, 0.0F), one(21, 1.0F);
  for (const auto& [name, kernel] : kernels()) {
    for (const float rest : {HUGE_VALF, std::nanf("")}) {
      std::vector<std::uint16_t> over(2, 0);
      kernel.find_excess({.value = zero.data(),
                          .norm = one.data(),
                          .uncentred = one.data(),
                          .factor = one.data(),
                          .checked = nullptr,
                          .rest = rest,
                          .slack = 0.0F,
                          .limit = 1.0F,
                          .moved = 0.0F,
                          .count = 21,
                          .over = over.data()});
      EXPECT_EQ(over[0], 0xFFFF) << name;
      EXPECT_EQ(over[1], 0x001F) << name;
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
