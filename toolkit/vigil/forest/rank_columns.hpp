// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/forest/forest_columns.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// Every column of a cohort as dense ranks of some subjects, in two bytes a value: all that a tree sees of it.
///
/// rank    0 = missing, 1 = smallest value, equal values share a rank. A column of more than 65,535 different values has
///         neighbours merged, by at most one part in 65,535 of the order. Of a category the number of the level, from 1
/// order   column after column, within a column by the given subjects
/// cost    one pass over the features, O(subjects) per column (radix ranking); 2 bytes x subjects x columns
/// checked by tests/unit/forest/rank_columns_test
class RankColumns {
public:
  /// Columns as Covariates numbers them: markers first, then clinical ones.
  RankColumns(const Covariates& covariates, std::span<const Index> subjects, Scheduler& scheduler)
      : RankColumns(ForestColumns(covariates, CategoryUse::indicators), subjects, scheduler) {}
  /// Columns as a forest numbers them.
  RankColumns(const ForestColumns& columns, std::span<const Index> subjects, Scheduler& scheduler);

  /// The columns, and behind them the shadow of each: its ranks by one permutation of the rows, at `key` / column. Twice
  /// the memory.
  RankColumns(const RankColumns& columns, const RandomKey& key, Scheduler& scheduler);

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index columns() const noexcept { return size_of(highest_); }
  [[nodiscard]] std::span<const std::uint16_t> column(Index column) const {
    return std::span(rank_).subspan(at(column * rows_), at(rows_));
  }
  /// The highest rank of a column; 0: all is missing.
  [[nodiscard]] Index highest(Index column) const { return highest_[at(column)]; }
  /// Of a category; 0: numbers.
  [[nodiscard]] Index levels(Index column) const {
    return levels_.empty() ? 0 : Index{levels_[at(column)]};
  }
  [[nodiscard]] bool has_categories() const noexcept { return !levels_.empty(); }

private:
  void
  take_levels(Index column, std::span<const std::uint32_t> level, std::span<const Index> subjects);

  Index rows_;
  std::vector<std::uint16_t> rank_;
  std::vector<std::uint16_t> highest_;
  std::vector<std::uint16_t> levels_; ///< by column; empty: no column is a category
};

/// Ranks of one column's values as RankColumns has them, NaN = missing; returns the highest.
std::uint16_t rank_values(std::span<const float> values, std::span<std::uint16_t> ranks);
std::uint16_t rank_values(std::span<const double> values, std::span<std::uint16_t> ranks);

} // namespace vigil::forest
