// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/input_values.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
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

InputReader::InputReader(const Covariates& covariates,
                         std::span<const std::string> names,
                         std::span<const std::vector<std::string>> levels)
    : covariates_(covariates), inputs_(names.size()) {
  VIGIL_EXPECTS(levels.empty() || levels.size() == names.size());
  std::vector<std::string> of_numbers, of_categories;
  std::vector<std::size_t> leveled;
  for (std::size_t input = 0; input < names.size(); ++input) {
    const bool is_category = !levels.empty() && !levels[input].empty();
    (is_category ? of_categories : of_numbers).push_back(names[input]);
    if (is_category) {
      leveled.push_back(input);
    }
  }
  columns_ = find_columns(covariates, of_numbers);
  if (leveled.empty()) {
    return;
  }
  auto categories = find_categories(covariates, of_categories);
  for (std::size_t place = 0; place < leveled.size(); ++place) {
    auto number = numbers_of(categories[place], levels[leveled[place]]);
    leveled_.push_back({leveled[place], std::move(categories[place]), std::move(number)});
  }
}

std::vector<double> InputReader::read(const SubjectRange& subjects, Scheduler& scheduler) const {
  std::vector<double> numbers = raw_columns(covariates_, columns_, subjects, scheduler);
  if (leveled_.empty()) {
    return numbers;
  }
  std::vector<double> values;
  values.reserve(inputs_ * at(subjects.count));
  auto number = numbers.begin();
  auto leveled = leveled_.begin();
  for (std::size_t input = 0; input < inputs_; ++input) {
    if (leveled == leveled_.end() || leveled->input != input) {
      values.insert(values.end(), number, number + subjects.count);
      number += subjects.count;
      continue;
    }
    for (const std::uint32_t level :
         level_numbers(covariates_, leveled->category, subjects.first, subjects.count)) {
      values.push_back(leveled->number[level]);
    }
    ++leveled;
  }
  return values;
}

std::vector<double> input_values(const Covariates& covariates,
                                 std::span<const std::string> names,
                                 std::span<const std::vector<std::string>> levels,
                                 Scheduler& scheduler) {
  return InputReader(covariates, names, levels).read({.count = covariates.subjects()}, scheduler);
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
