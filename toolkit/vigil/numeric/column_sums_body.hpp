// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/column_sums_kernel.hpp"

// The one body of the sums, included by each kernel file with its own Lanes, one lane for each column:
//   Lanes::width, Lanes::fours (of rows, whose tables stay in the first-level cache), Lanes::zero(), Lanes::same(double),
//   Lanes::load(const double*), lanes.store(double*), lanes + lanes, Lanes::add_product(Lanes, Lanes, Lanes sum),
//   Lanes::read_four(const float* const*, Index row, Lanes (&)[4])
// Everything here has internal linkage, so that no kernel gets another one's code.
namespace vigil {
namespace {

/// `Lanes::width` columns under all weightings.
template <class Lanes>
class ColumnGroup {
  static constexpr Index strip_rows = 64, four = 4, subsets = 16;
  static constexpr Index units_at_once = 4;

public:
  ColumnGroup(const ColumnSumsTask& task, Index column) : task_(task), column_(column) {
    const Index left = task.count - column;
    columns_ = left < Lanes::width ? left : Lanes::width;
    const Index values = 2 * Lanes::width * (task.units + task.others);
    for (Index place = 0; place < values; place += Lanes::width) {
      Lanes::zero().store(task.scratch + place);
    }
  }

  void run() {
    for (Index first = 0; first < task_.rows; first += strip_rows) {
      const Index left = task_.rows - first;
      const Index rows = left < strip_rows ? left : strip_rows;
      point_to(first, rows);
      for (Index row = 0; row < rows; row += four * Lanes::fours) {
        const Index fours = (rows - row + four - 1) / four;
        add_rows(first, row, fours < Lanes::fours ? fours : Index{Lanes::fours});
      }
    }
    const Index weightings = task_.units + task_.others;
    for (Index weighting = 0; weighting < weightings; ++weighting) {
      const double* sums = sums_of(weighting);
      for (Index lane = 0; lane < columns_; ++lane) {
        task_.first[weighting * task_.count + column_ + lane] = sums[lane];
        task_.second[weighting * task_.count + column_ + lane] = sums[Lanes::width + lane];
      }
    }
  }

private:
  [[nodiscard]] double* sums_of(Index weighting) const {
    return task_.scratch + 2 * Lanes::width * weighting;
  }

  // Each column of the strip; with zeros, which add nothing, where the last columns or rows are missing.
  void point_to(Index first, Index rows) {
    for (Index lane = 0; lane < Lanes::width; ++lane) {
      const float* from = task_.columns + (column_ + lane) * task_.rows + first;
      if (lane < columns_ && rows == strip_rows) {
        from_[lane] = from;
        continue;
      }
      float* padded = padded_ + lane * strip_rows;
      for (Index row = 0; row < strip_rows; ++row) {
        padded[row] = lane < columns_ && row < rows ? from[row] : 0.0F;
      }
      from_[lane] = padded;
    }
  }

  void add_rows(Index first, Index row, Index fours) {
    for (Index number = 0; number < fours; ++number) {
      Lanes value[four];
      Lanes::read_four(from_, row + number * four, value);
      Lanes square[four];
      for (Index place = 0; place < four; ++place) {
        square[place] = Lanes::add_product(value[place], value[place], Lanes::zero());
      }
      if (task_.units > 0) {
        double* table = table_ + number * subsets * 2 * Lanes::width;
        fill_table(value, table);
        fill_table(square, table + Lanes::width);
      }
      add_weighted((first + row) / four + number, value, square);
    }
    for (Index unit = 0; unit < task_.units; unit += units_at_once) {
      add_units(unit, task_.bits + first / strip_rows * task_.units + unit, row, fours);
    }
  }

  // The sum of every subset of a four: bit r of an entry's number says that row r is in it.
  static void fill_table(const Lanes (&value)[four], double* table) {
    constexpr Index stride = 2 * Lanes::width;
    Lanes sum[subsets];
    sum[0] = Lanes::zero();
    for (Index place = 0; place < four; ++place) {
      const Index below = Index{1} << place;
      for (Index subset = 0; subset < below; ++subset) {
        sum[below + subset] = subset == 0 ? value[place] : sum[subset] + value[place];
      }
    }
    for (Index subset = 0; subset < subsets; ++subset) {
      sum[subset].store(table + subset * stride);
    }
  }

  void add_units(Index unit, const std::uint64_t* bits, Index row, Index fours) const {
    constexpr Index stride = 2 * Lanes::width;
    Lanes first[units_at_once], second[units_at_once];
    std::uint64_t word[units_at_once];
    for (Index u = 0; u < units_at_once; ++u) {
      word[u] = bits[u] >> row;
      first[u] = Lanes::load(sums_of(unit + u));
      second[u] = Lanes::load(sums_of(unit + u) + Lanes::width);
    }
    const double* table = table_;
    for (Index number = 0; number < fours; ++number, table += subsets * stride) {
      for (Index u = 0; u < units_at_once; ++u) {
        const double* entry = table + static_cast<Index>(word[u] % subsets) * stride;
        word[u] /= subsets;
        first[u] = first[u] + Lanes::load(entry);
        second[u] = second[u] + Lanes::load(entry + Lanes::width);
      }
    }
    for (Index u = 0; u < units_at_once; ++u) {
      first[u].store(sums_of(unit + u));
      second[u].store(sums_of(unit + u) + Lanes::width);
    }
  }

  void add_weighted(Index number, const Lanes (&value)[four], const Lanes (&square)[four]) const {
    const double* weight = task_.weights + number * task_.others * four;
    for (Index other = 0; other < task_.others; ++other, weight += four) {
      Lanes first = Lanes::zero(), second = Lanes::zero();
      for (Index place = 0; place < four; ++place) {
        const Lanes factor = Lanes::same(weight[place]);
        first = Lanes::add_product(factor, value[place], first);
        second = Lanes::add_product(factor, square[place], second);
      }
      double* sums = sums_of(task_.units + other);
      (Lanes::load(sums) + first).store(sums);
      (Lanes::load(sums + Lanes::width) + second).store(sums + Lanes::width);
    }
  }

  const ColumnSumsTask& task_;
  Index column_, columns_ = 0;
  const float* from_[Lanes::width];
  float padded_[Lanes::width * strip_rows];
  alignas(64) double table_[Lanes::fours * subsets * 2 * Lanes::width];
};

template <class Lanes>
void sums_of_columns(const ColumnSumsTask& task) {
  static_assert(2 * Lanes::width <= column_sums_scratch);
  for (Index column = 0; column < task.count; column += Lanes::width) {
    ColumnGroup<Lanes>(task, column).run();
  }
}

} // namespace
} // namespace vigil
