// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/category.hpp"
#include "vigil/learn/preparation.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// What a forest makes of columns of unordered levels.
enum class CategoryUse {
  indicators, ///< cuts their indicators one by one
  sets,       ///< cuts them between sets of levels
};

[[nodiscard]] std::string_view name_of(CategoryUse use) noexcept;

/// The columns of a cohort as a forest numbers them: those of the cohort in their order, but with `sets` one for all
/// indicators of a category, in the place of the first, and without the markers that a filter has dropped.
///
/// checked by tests/unit/forest/forest_columns_test
class ForestColumns {
public:
  static constexpr Index most_levels = 65'535; ///< that ranks can tell apart
  /// What the covariates refer to must stay. Throws InputError for a category of too many levels.
  ForestColumns(const Covariates& covariates, CategoryUse use)
      : ForestColumns(covariates, use, Preparation(std::vector<Preparation::Column>())) {}
  /// preparation: of the covariates' columns; nothing but what its filter has dropped is looked at.
  ForestColumns(const Covariates& covariates, CategoryUse use, const Preparation& preparation);

  [[nodiscard]] const Covariates& covariates() const noexcept { return covariates_; }
  [[nodiscard]] Index columns() const noexcept { return before_ + size_of(units_); }
  /// The first of the columns that are not in the cohort's matrix; columns() where there is none.
  [[nodiscard]] Index first_clinical() const noexcept { return first_clinical_; }
  /// The column's number in the cohort; of a category that of its first indicator.
  [[nodiscard]] Index in_cohort(Index column) const {
    return column < before_ ? column : units_[at(column - before_)].in_cohort;
  }
  /// The forest's number of a column of the matrix; no_index: it was dropped.
  [[nodiscard]] Index of_marker(Index marker) const;
  [[nodiscard]] const std::string& name(Index column) const;
  /// nullptr: numbers.
  [[nodiscard]] const Category* category(Index column) const;
  /// By name. Throws InputError that lists the missing ones and the nearest names.
  [[nodiscard]] std::vector<Index> find(std::span<const std::string> names) const;

private:
  struct Unit {
    Index in_cohort;
    Index category; ///< no_index: numbers
  };
  [[nodiscard]] Index place_of(Index column) const;

  Covariates covariates_;
  Index before_; ///< columns with the number that they have in the cohort
  Index first_clinical_ = 0;
  std::vector<Unit> units_;
  std::vector<Category> categories_;
};

} // namespace vigil::forest
