// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/clinical_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace vigil::storage {

namespace {

/// More levels than this are an id or free text, unless the user lists them.
constexpr Index most_levels = 50;

/// A column of text that was meant to be numbers: at least half of its known cells are.
bool mostly_numbers(const std::vector<std::string>& cells) {
  Index known = 0;
  Index numbers = 0;
  for (const auto& cell : cells) {
    known += cell.empty() ? 0 : 1;
    numbers += !cell.empty() && cell_number(cell) ? 1 : 0;
  }
  return numbers > 0 && 2 * numbers >= known;
}

std::vector<std::string> occurring_levels(const Column& column,
                                          const std::vector<std::string>& cells) {
  std::set<std::string> different(cells.begin(), cells.end());
  different.erase("");
  if (column.kind != ColumnKind::category) {
    return {different.begin(), different.end()};
  }
  std::vector<std::string> levels;
  for (const auto& level : column.levels) {
    if (different.count(level) > 0) {
      levels.push_back(level);
    }
  }
  return levels;
}

class ClinicalReader {
public:
  ClinicalReader(const DataFrame& frame,
                 const CohortRequest& request,
                 std::vector<std::string>& notes)
      : frame_(frame), request_(request), notes_(notes) {}

  void add(ClinicalBlock& block, const FeatureInfo& info) {
    const std::string& name = info.name;
    const Column& column = frame_.column(name);
    const auto cuts = request_.cuts.find(name);
    const auto asked = request_.levels.find(name);
    std::vector<std::string> cells;
    std::vector<std::string> levels;
    if (cuts != request_.cuts.end()) {
      levels = class_labels(name, cuts->second);
      cells = classes_of(frame_.numbers(name), cuts->second, levels);
    } else if (asked != request_.levels.end()) {
      cells = frame_.texts(name);
    } else if (column.kind == ColumnKind::number || wants_numbers(column)) {
      auto values = frame_.numbers(name);
      expect_finite(frame_, name, values);
      block.add(info, std::move(values));
      return;
    } else {
      cells = frame_.texts(name);
      levels = occurring_levels(column, cells);
      expect_few(name, levels);
    }
    if (asked != request_.levels.end()) {
      levels = asked->second;
    }
    say(name, levels);
    add_indicators(block, info, cells, levels);
  }

private:
  [[nodiscard]] bool wants_numbers(const Column& column) const {
    return column.kind == ColumnKind::text && mostly_numbers(column.texts);
  }

  void expect_few(const std::string& name, const std::vector<std::string>& levels) const {
    if (size_of(levels) <= most_levels) {
      return;
    }
    throw InputError(
        {.where = frame_.where(name),
         .found = number_text(size_of(levels)) + " different texts",
         .expected = "at most " + number_text(most_levels) + " levels",
         .remedy = "leave the column out, or name its levels: --levels " + name + "=a,b,c",
         .problem = "column " + vigil::quoted(name) + " has too many levels"});
  }

  void say(const std::string& name, const std::vector<std::string>& levels) {
    if (levels.size() < 2) {
      notes_.push_back("column " + name + " has one level and was left out");
      return;
    }
    notes_.push_back("levels of " + name + ": " + join(levels, ", ") +
                     " (the first is the reference)");
  }

  const DataFrame& frame_;
  const CohortRequest& request_;
  std::vector<std::string>& notes_;
};

} // namespace

std::vector<std::string> class_labels(const std::string& column, const std::vector<double>& cuts) {
  for (std::size_t number = 0; number < cuts.size(); ++number) {
    if (!std::isfinite(cuts[number]) || (number > 0 && !(cuts[number - 1] < cuts[number]))) {
      throw ConfigError({.where = "--cut " + column,
                         .found = number_text(cuts[number]),
                         .expected = "finite cuts in ascending order",
                         .remedy = "write them like --cut " + column + "=20,50",
                         .problem = "cannot cut column " + vigil::quoted(column)});
    }
  }
  std::vector<std::string> labels;
  for (std::size_t number = 0; number < cuts.size(); ++number) {
    labels.push_back(number == 0 ? "<=" + number_text(cuts[0])
                                 : number_text(cuts[number - 1]) + "-" + number_text(cuts[number]));
  }
  labels.push_back(cuts.empty() ? "all" : ">" + number_text(cuts.back()));
  return labels;
}

std::vector<std::string> classes_of(const std::vector<double>& values,
                                    const std::vector<double>& cuts,
                                    const std::vector<std::string>& labels) {
  std::vector<std::string> classes;
  classes.reserve(values.size());
  for (const double value : values) {
    const auto place = std::lower_bound(cuts.begin(), cuts.end(), value) - cuts.begin();
    classes.push_back(std::isnan(value) ? std::string() : labels[at(place)]);
  }
  return classes;
}

void add_clinical_columns(ClinicalBlock& block,
                          const DataFrame& frame,
                          const CohortRequest& request,
                          const std::function<FeatureInfo(const std::string&)>& info,
                          std::vector<std::string>& notes) {
  ClinicalReader reader(frame, request, notes);
  for (const auto& name : request.clinical) {
    FeatureInfo described = info(name);
    described.marker = false;
    described.penalized = request.penalize_clinical;
    reader.add(block, described);
  }
}

void expect_finite(const DataFrame& frame,
                   const std::string& column,
                   const std::vector<double>& values) {
  FaultList faults;
  for (Index row = 0; row < size_of(values); ++row) {
    if (std::isinf(values[at(row)])) {
      faults.add(frame.where(column) + ", " + frame.row_name(row), number_text(values[at(row)]));
    }
  }
  faults.raise_if_any("column " + vigil::quoted(column) + " holds infinite values",
                      "finite numbers; missing as NA or empty",
                      "correct the cells, or leave them empty if the value is unknown");
}

} // namespace vigil::storage
