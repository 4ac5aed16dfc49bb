// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/category.hpp"

#include <cmath>

namespace vigil {

namespace {

/// Whether a clinical column and those behind it are the indicators of one category.
bool begins_category(const ClinicalBlock& block, Index column) {
  const FeatureInfo& first = block.info(column);
  if (first.levels == nullptr || first.level != 1) {
    return false;
  }
  const Index indicators = size_of(*first.levels) - 1;
  if (indicators > block.columns() - column) {
    return false;
  }
  for (Index number = 0; number < indicators; ++number) {
    const FeatureInfo& info = block.info(column + number);
    const bool same_levels =
        info.levels == first.levels || (info.levels != nullptr && *info.levels == *first.levels);
    if (!same_levels || info.level != number + 1 || info.source_column() != first.source_column()) {
      return false;
    }
  }
  return true;
}

} // namespace

std::vector<Category> categories_of(const Covariates& covariates) {
  const ClinicalBlock& block = covariates.clinical;
  std::vector<Category> categories;
  for (Index column = 0; column < block.columns(); ++column) {
    if (begins_category(block, column)) {
      const FeatureInfo& info = block.info(column);
      categories.push_back({.first = covariates.features.features() + column,
                            .indicators = size_of(*info.levels) - 1,
                            .name = info.source_column(),
                            .levels = *info.levels});
      column += categories.back().indicators - 1;
    }
  }
  return categories;
}

std::vector<std::uint32_t> level_numbers(const Covariates& covariates, const Category& category) {
  return level_numbers(covariates, category, 0, covariates.subjects());
}

std::vector<std::uint32_t> level_numbers(const Covariates& covariates,
                                         const Category& category,
                                         Index first_subject,
                                         Index subjects) {
  const Index first = category.first - covariates.features.features();
  std::vector<std::uint32_t> level(at(subjects), 1U);
  for (Index number = 0; number < category.indicators; ++number) {
    const auto indicator =
        covariates.clinical.column(first + number).subspan(at(first_subject), at(subjects));
    for (std::size_t subject = 0; subject < level.size(); ++subject) {
      if (std::isnan(indicator[subject])) {
        level[subject] = 0;
      } else if (indicator[subject] != 0.0) {
        level[subject] = static_cast<std::uint32_t>(number + 2);
      }
    }
  }
  return level;
}

} // namespace vigil
