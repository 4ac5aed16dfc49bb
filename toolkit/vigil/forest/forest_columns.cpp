// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/forest_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>

namespace vigil::forest {

std::string_view name_of(CategoryUse use) noexcept {
  return use == CategoryUse::sets ? "sets" : "indicators";
}

ForestColumns::ForestColumns(const Covariates& covariates,
                             CategoryUse use,
                             const Preparation& preparation)
    : covariates_(covariates), before_(covariates.columns()),
      first_clinical_(covariates.features.features()) {
  const bool filtered = preparation.drops_any();
  if (use == CategoryUse::sets) {
    categories_ = categories_of(covariates);
  }
  if (categories_.empty() && !filtered) {
    return;
  }
  before_ = filtered ? 0 : categories_.front().first;
  Index category = 0;
  for (Index column = before_; column < covariates.columns(); ++column) {
    if (category == size_of(categories_) || column != categories_[at(category)].first) {
      if (!filtered || !preparation.drops(column)) {
        units_.push_back({column, no_index});
      }
      continue;
    }
    const Category& here = categories_[at(category)];
    if (size_of(here.levels) > most_levels) {
      throw InputError({.where = "column " + quoted(here.name),
                        .found = number_text(size_of(here.levels)) + " levels",
                        .expected = "at most " + number_text(most_levels) + " levels",
                        .remedy = "leave the column out, or merge levels that are rare",
                        .problem = "a forest cannot cut so many levels into sets"});
    }
    units_.push_back({column, category++});
    column += here.indicators - 1;
  }
  if (filtered) {
    first_clinical_ = place_of(covariates.features.features());
  }
}

// Of the first unit that begins at a column of the cohort or behind it.
Index ForestColumns::place_of(Index column) const {
  return std::ranges::lower_bound(units_, column, {}, &Unit::in_cohort) - units_.begin();
}

Index ForestColumns::of_marker(Index marker) const {
  if (marker < before_) {
    return marker;
  }
  const Index place = place_of(marker);
  return place < size_of(units_) && units_[at(place)].in_cohort == marker ? before_ + place
                                                                          : no_index;
}

const std::string& ForestColumns::name(Index column) const {
  const Category* of_column = category(column);
  return of_column != nullptr ? of_column->name : covariates_.info(in_cohort(column)).name;
}

const Category* ForestColumns::category(Index column) const {
  if (column < before_ || units_[at(column - before_)].category == no_index) {
    return nullptr;
  }
  return &categories_[at(units_[at(column - before_)].category)];
}

std::vector<Index> ForestColumns::find(std::span<const std::string> names) const {
  std::vector<std::string_view> known;
  known.reserve(at(columns()));
  for (Index column = 0; column < columns(); ++column) {
    known.emplace_back(name(column));
  }
  return find_names(known, names);
}

} // namespace vigil::forest
