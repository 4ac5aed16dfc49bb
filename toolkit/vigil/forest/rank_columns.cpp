// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/rank_columns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

namespace vigil::forest {

namespace {

constexpr Index most_ranks = std::numeric_limits<std::uint16_t>::max();

/// A value whose order as an unsigned number is that of the values, with its row.
template <class Bits>
struct Keyed {
  Bits key;
  std::uint32_t row;
};

std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F); // -0 is 0
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

std::uint64_t key_of(double value) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

/// Ascending by key, equal keys as they were: radix passes of eleven bits, those that would change nothing left out.
template <class Bits>
void sort_by_key(std::vector<Keyed<Bits>>& items, std::vector<Keyed<Bits>>& scratch) {
  constexpr int digit = 11, passes = (8 * static_cast<int>(sizeof(Bits)) + digit - 1) / digit;
  constexpr std::size_t digits = std::size_t{1} << digit, few = 200;
  if (items.size() < few) {
    std::stable_sort(items.begin(), items.end(), [](const auto& left, const auto& right) {
      return left.key < right.key;
    });
    return;
  }
  std::array<std::array<std::uint32_t, digits>, static_cast<std::size_t>(passes)> start{};
  const auto digit_of = [](Bits key, int pass) {
    return static_cast<std::size_t>(key >> (digit * pass)) & (digits - 1);
  };
  for (const auto& item : items) {
    for (int pass = 0; pass < passes; ++pass) {
      ++start[static_cast<std::size_t>(pass)][digit_of(item.key, pass)];
    }
  }
  scratch.resize(items.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& first = start[static_cast<std::size_t>(pass)];
    if (first[digit_of(items.front().key, pass)] == items.size()) {
      continue;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& each : first) {
      sum += std::exchange(each, sum);
    }
    for (const auto& item : items) {
      scratch[first[digit_of(item.key, pass)]++] = item;
    }
    items.swap(scratch);
  }
}

template <class Value>
std::uint16_t rank_any(std::span<const Value> values, std::span<std::uint16_t> ranks) {
  VIGIL_EXPECTS(values.size() == ranks.size());
  using Bits = decltype(key_of(Value{}));
  thread_local std::vector<Keyed<Bits>> items, scratch;
  items.clear();
  for (std::size_t row = 0; row < values.size(); ++row) {
    ranks[row] = 0;
    if (values[row] == values[row]) {
      items.push_back({key_of(values[row]), static_cast<std::uint32_t>(row)});
    }
  }
  sort_by_key(items, scratch);
  Index levels = 0;
  for (std::size_t place = 0; place < items.size(); ++place) {
    levels += place == 0 || items[place].key != items[place - 1].key ? 1 : 0;
  }
  const Index kept = std::min(levels, most_ranks);
  Index level = -1;
  for (std::size_t place = 0; place < items.size(); ++place) {
    level += place == 0 || items[place].key != items[place - 1].key ? 1 : 0;
    ranks[items[place].row] = static_cast<std::uint16_t>(1 + level * kept / levels);
  }
  return static_cast<std::uint16_t>(kept);
}

} // namespace

std::uint16_t rank_values(std::span<const float> values, std::span<std::uint16_t> ranks) {
  return rank_any(values, ranks);
}

std::uint16_t rank_values(std::span<const double> values, std::span<std::uint16_t> ranks) {
  return rank_any(values, ranks);
}

RankColumns::RankColumns(const ForestColumns& columns,
                         std::span<const Index> subjects,
                         Scheduler& scheduler)
    : rows_(size_of(subjects)), rank_(at(rows_ * columns.columns())),
      highest_(at(columns.columns())) {
  VIGIL_EXPECTS(rows_ <= std::numeric_limits<std::uint32_t>::max());
  const Covariates& covariates = columns.covariates();
  const auto take = [&](Index column, const auto& from, auto& values) {
    for (Index row = 0; row < rows_; ++row) {
      values[at(row)] = from[at(subjects[at(row)])];
    }
    using Value = typename std::decay_t<decltype(values)>::value_type;
    highest_[at(column)] = rank_values(std::span<const Value>(values),
                                       std::span(rank_).subspan(at(column * rows_), at(rows_)));
  };
  covariates.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    std::vector<float> values(at(rows_));
    for (Index number = 0; number < block.features(); ++number) {
      const Index column = columns.of_marker(block.first_feature() + number);
      if (column != no_index) {
        take(column, block.column(number), values);
      }
    }
  });
  const Index markers = covariates.features.features();
  std::vector<double> values(at(rows_));
  for (Index column = columns.first_clinical(); column < columns.columns(); ++column) {
    if (const Category* category = columns.category(column)) {
      take_levels(column, level_numbers(covariates, *category), subjects);
      levels_.resize(highest_.size(), 0);
      levels_[at(column)] = highest_[at(column)] =
          static_cast<std::uint16_t>(size_of(category->levels));
    } else {
      take(column, covariates.clinical.column(columns.in_cohort(column) - markers), values);
    }
  }
}

void RankColumns::take_levels(Index column,
                              std::span<const std::uint32_t> level,
                              std::span<const Index> subjects) {
  std::uint16_t* ranks = rank_.data() + column * rows_;
  for (Index row = 0; row < rows_; ++row) {
    ranks[row] = static_cast<std::uint16_t>(level[at(subjects[at(row)])]);
  }
}

RankColumns::RankColumns(const RankColumns& columns, const RandomKey& key, Scheduler& scheduler)
    : rows_(columns.rows_) {
  rank_.reserve(2 * columns.rank_.size());
  for (int copy = 0; copy < 2; ++copy) {
    rank_.insert(rank_.end(), columns.rank_.begin(), columns.rank_.end());
    highest_.insert(highest_.end(), columns.highest_.begin(), columns.highest_.end());
    levels_.insert(levels_.end(), columns.levels_.begin(), columns.levels_.end());
  }
  scheduler.for_each(columns.columns(), [&](Index column, Index) {
    RandomStream draw(key.child(column));
    std::uint16_t* shadow = rank_.data() + (columns.columns() + column) * rows_;
    for (Index left = rows_; left > 1; --left) { // Fisher-Yates
      std::swap(shadow[left - 1], shadow[draw.index_below(left)]);
    }
  });
}

} // namespace vigil::forest
