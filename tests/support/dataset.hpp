// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::test {

/// A shipped data set as named columns, rows in file order.
/// What names() and text() return lives as long as the Dataset, so they refuse a temporary one.
class Dataset {
public:
  /// Throws std::runtime_error when the file cannot be read or a column name occurs twice.
  explicit Dataset(const std::filesystem::path& path);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// Column names in file order.
  [[nodiscard]] const std::vector<std::string>& names() const& { return names_; }
  const std::vector<std::string>& names() && = delete;

  /// A column of numbers; NA is NaN. Throws when there is no such column, or a field is no number.
  [[nodiscard]] std::vector<double> numbers(std::string_view column) const;
  /// A column as text; NA stays "NA". Throws when there is no such column.
  [[nodiscard]] const std::vector<std::string>& text(std::string_view column) const&;
  const std::vector<std::string>& text(std::string_view column) && = delete;
  /// 1 where the column has this text, else 0: an event from a code, an indicator from a class.
  [[nodiscard]] std::vector<double> indicator(std::string_view column,
                                              std::string_view value) const;

private:
  std::string origin_;
  std::int64_t rows_ = 0;
  std::vector<std::string> names_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_;
};

/// A data set of datasets/ by name: "lung" is datasets/lung/lung.csv, "rotterdam_gbsg/gbsg" is
/// datasets/rotterdam_gbsg/gbsg.csv.
[[nodiscard]] Dataset read_dataset(std::string_view name);

} // namespace vigil::test
