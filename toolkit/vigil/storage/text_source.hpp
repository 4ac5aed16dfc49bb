// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::storage {

/// The whole text of a file, unpacked when it begins with gzip's magic bytes. Throws InputError when it cannot be
/// read, is empty, is cut short inside gzip, or is binary.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// A table cut into cells that point into its text; quotes are resolved in place.
struct CellTable {
  std::vector<std::string> header;
  std::vector<std::string_view>
      cells;               ///< row after row, header.size() each; missing words are empty
  std::vector<Index> line; ///< of each row, from 1

  [[nodiscard]] Index rows() const noexcept { return size_of(line); }
  [[nodiscard]] std::string_view cell(Index row, Index column) const {
    return cells[at(row * size_of(header) + column)];
  }
};

/// Cuts `text` (which it changes) at the separator. Throws InputError naming rows of unequal length and an open
/// quote; `source` is the file as errors name it.
[[nodiscard]] CellTable cut_cells(std::string& text, char separator, const std::string& source);

/// The separator by the ending of the file, else by its first line.
[[nodiscard]] char separator_of(const std::filesystem::path& file, std::string_view text);

} // namespace vigil::storage
