// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// A column of unordered levels, which a cohort has as indicators of all levels but the first, one after another.
struct Category {
  Index first = 0; ///< column of the first indicator
  Index indicators = 0;
  std::string name;
  std::vector<std::string> levels; ///< the reference first
};

/// The categories of which a cohort has all indicators, in the order of its columns. An indicator without its neighbours,
/// because a choice of columns left them out, belongs to none.
/// checked by tests/unit/cohort/category_test
[[nodiscard]] std::vector<Category> categories_of(const Covariates& covariates);

/// The level of each subject, from 1 in the order of Category::levels; 0: missing.
[[nodiscard]] std::vector<std::uint32_t> level_numbers(const Covariates& covariates,
                                                       const Category& category);
/// Of subjects that come one after another.
[[nodiscard]] std::vector<std::uint32_t> level_numbers(const Covariates& covariates,
                                                       const Category& category,
                                                       Index first_subject,
                                                       Index subjects);

} // namespace vigil
