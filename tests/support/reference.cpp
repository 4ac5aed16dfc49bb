// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/reference.hpp"

#include "tests/support/dataset.hpp"
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

const Dataset& reference_table() {
  static const Dataset table(std::filesystem::path(VIGIL_REFERENCE) / "reference_values.csv");
  return table;
}

std::string rows_of_method(std::string_view method) {
  const Dataset& table = reference_table();
  std::string list;
  for (std::size_t row = 0; row < table.text("method").size(); ++row) {
    if (table.text("method")[row] == method) {
      list += "\n  " + table.text("package")[row] + " | " + table.text("dataset")[row] + " | " +
              table.text("arguments")[row];
    }
  }
  return list.empty() ? "\n  (no row has this method)" : list;
}

} // namespace

double reference_value(std::string_view method,
                       std::string_view package,
                       std::string_view dataset,
                       std::string_view arguments) {
  const Dataset& table = reference_table();
  const std::vector<double> values = table.numbers("value");
  int matches = 0;
  double value = 0.0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (table.text("method")[row] == method && table.text("package")[row] == package &&
        table.text("dataset")[row] == dataset && table.text("arguments")[row] == arguments) {
      ++matches;
      value = values[row];
    }
  }
  if (matches != 1) {
    throw std::runtime_error(std::to_string(matches) + " reference rows for '" +
                             std::string(method) + "' | " + std::string(package) + " | " +
                             std::string(dataset) + " | " + std::string(arguments) +
                             "; rows of this method:" + rows_of_method(method));
  }
  return value;
}

} // namespace vigil::test
