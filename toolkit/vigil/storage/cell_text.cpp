// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/cell_text.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>
#include <string>

namespace vigil::storage {

bool is_missing_word(std::string_view cell) noexcept {
  return cell.empty() || cell == "NA" || cell == "NaN" || cell == "." || cell == "null";
}

std::optional<double> cell_number(std::string_view cell) {
  return parse_number(trim(cell));
}

std::optional<bool> cell_boolean(std::string_view cell) {
  if (cell.size() != 4 && cell.size() != 5) {
    return std::nullopt;
  }
  const std::string word = lower_case(cell);
  if (word == "true") {
    return true;
  }
  if (word == "false") {
    return false;
  }
  return std::nullopt;
}

bool is_decimal_comma(std::string_view cell) {
  if (std::count(cell.begin(), cell.end(), ',') != 1 || cell.find('.') != std::string_view::npos) {
    return false;
  }
  std::string point(cell);
  std::replace(point.begin(), point.end(), ',', '.');
  return point.back() != '.' && cell_number(point).has_value();
}

} // namespace vigil::storage
