// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/dataset.hpp"

#include "tests/support/csv.hpp"
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace vigil::test {

Dataset::Dataset(const std::filesystem::path& path) : origin_(path.string()) {
  std::vector<std::vector<std::string>> records = read_csv(path);
  names_ = records.front();
  rows_ = static_cast<std::int64_t>(records.size()) - 1;
  for (std::size_t j = 0; j < names_.size(); ++j) {
    std::vector<std::string> column;
    column.reserve(records.size() - 1);
    for (std::size_t row = 1; row < records.size(); ++row) {
      column.push_back(std::move(records[row][j]));
    }
    if (!columns_.emplace(names_[j], std::move(column)).second) {
      throw std::runtime_error(origin_ + ": two columns named '" + names_[j] + "'");
    }
  }
}

const std::vector<std::string>& Dataset::text(std::string_view column) const& {
  const auto found = columns_.find(column);
  if (found == columns_.end()) {
    throw std::runtime_error(origin_ + ": no column '" + std::string(column) + "'");
  }
  return found->second;
}

std::vector<double> Dataset::numbers(std::string_view column) const {
  const std::vector<std::string>& fields = text(column);
  std::vector<double> values(fields.size());
  for (std::size_t row = 0; row < fields.size(); ++row) {
    if (!parse_number(fields[row], values[row])) {
      throw std::runtime_error(origin_ + ": column '" + std::string(column) + "', row " +
                               std::to_string(row) + ": '" + fields[row] + "' is not a number");
    }
  }
  return values;
}

std::vector<double> Dataset::indicator(std::string_view column, std::string_view value) const {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(rows_));
  for (const std::string& field : text(column)) {
    values.push_back(field == value ? 1.0 : 0.0);
  }
  return values;
}

Dataset read_dataset(std::string_view name) {
  const std::filesystem::path folder(VIGIL_DATASETS);
  const std::filesystem::path relative(name);
  const std::filesystem::path stem = relative.has_parent_path() ? relative : relative / relative;
  return Dataset(folder / (stem.string() + ".csv"));
}

} // namespace vigil::test
