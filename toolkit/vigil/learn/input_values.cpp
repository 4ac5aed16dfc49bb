// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/input_values.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/cohort/category.hpp"
#include "vigil/learn/preparation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace vigil {

namespace {

bool has_column(const Covariates& covariates, const std::string& name) {
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (covariates.info(column).name == name) {
      return true;
    }
  }
  return false;
}

/// The categories of these names.
std::vector<Category> find_categories(const Covariates& covariates,
                                      std::span<const std::string> names) {
  const std::vector<Category> known = categories_of(covariates);
  std::vector<Category> found;
  FaultList faults;
  for (const std::string& name : names) {
    const auto place = std::ranges::find(known, name, &Category::name);
    if (place != known.end()) {
      found.push_back(*place);
      continue;
    }
    faults.add("column " + quoted(name),
               has_column(covariates, name) ? "numbers" : "no such category");
  }
  faults.raise_if_any(
      "the cohort lacks categories that the model needs",
      "a clinical column of texts or categories, of which at least two levels occur or are listed",
      "name the column with --clinical and its levels with --levels COLUMN=a,b,c");
  return found;
}

/// By level of the category, from 0 for missing.
std::vector<double> numbers_of(const Category& category, std::span<const std::string> levels) {
  std::vector<double> numbers{std::numeric_limits<double>::quiet_NaN()};
  for (const std::string& level : category.levels) {
    const auto place = std::ranges::find(levels, level);
    numbers.push_back(place == levels.end() ? 0.0
                                            : static_cast<double>(place - levels.begin() + 1));
  }
  return numbers;
}

} // namespace

std::vector<double> input_values(const Covariates& covariates,
                                 std::span<const std::string> names,
                                 std::span<const std::vector<std::string>> levels,
                                 Scheduler& scheduler) {
  VIGIL_EXPECTS(levels.empty() || levels.size() == names.size());
  const auto is_category = [&](std::size_t input) {
    return !levels.empty() && !levels[input].empty();
  };
  std::vector<std::string> of_numbers, of_categories;
  for (std::size_t input = 0; input < names.size(); ++input) {
    (is_category(input) ? of_categories : of_numbers).push_back(names[input]);
  }
  const auto columns = find_columns(covariates, of_numbers);
  if (of_categories.empty()) {
    return raw_columns(covariates, columns, scheduler);
  }
  const auto categories = find_categories(covariates, of_categories);
  const auto numbers = raw_columns(covariates, columns, scheduler);
  const std::size_t subjects = at(covariates.subjects());
  std::vector<double> values;
  values.reserve(names.size() * subjects);
  auto number = numbers.begin();
  auto category = categories.begin();
  for (std::size_t input = 0; input < names.size(); ++input) {
    if (!is_category(input)) {
      values.insert(values.end(), number, number + static_cast<std::ptrdiff_t>(subjects));
      number += static_cast<std::ptrdiff_t>(subjects);
      continue;
    }
    const auto of_level = numbers_of(*category, levels[input]);
    for (const std::uint32_t level : level_numbers(covariates, *category)) {
      values.push_back(of_level[level]);
    }
    ++category;
  }
  return values;
}

void set_input_levels(Record& record, std::span<const std::vector<std::string>> levels) {
  Record::Counts count;
  Record::Texts names;
  for (const auto& each : levels) {
    count.push_back(size_of(each));
    names.insert(names.end(), each.begin(), each.end());
  }
  record.set("levels", std::move(count));
  record.set("level", std::move(names));
}

std::vector<std::vector<std::string>> input_levels(const Record& record, std::size_t inputs) {
  std::vector<std::vector<std::string>> levels(inputs);
  if (!record.has("levels")) {
    return levels;
  }
  const auto& count = record.counts("levels");
  const auto& names = record.texts("level");
  bool holds = count.size() == inputs;
  auto next = names.begin();
  for (std::size_t input = 0; holds && input < inputs; ++input) {
    holds = count[input] >= 0 && count[input] != 1 && count[input] <= names.end() - next;
    if (holds) {
      levels[input].assign(next, next + count[input]);
      next += count[input];
      std::vector<std::string> sorted = levels[input];
      std::ranges::sort(sorted);
      holds = std::ranges::adjacent_find(sorted) == sorted.end();
    }
  }
  if (!holds || next != names.end()) {
    throw InputError({.where = "record " + quoted(record.kind()) + ", entry 'levels'",
                      .found = "levels that do not hold together",
                      .expected = "two or more different levels of each category",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return levels;
}

} // namespace vigil
