// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/data_frame.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace vigil::storage {

/// Which column names the rows.
struct TableIds {
  std::string column = {}; ///< empty: the first
  bool by_line = false;    ///< none does: rows are called "row 1", ..., every column is data
};

/// Reads a CSV or TSV file, gzipped or not.
///
/// RFC 4180 quotes; CRLF; a byte-order mark; gzip by its magic bytes. The separator is a tab in .tsv and .txt,
/// a comma in .csv, `;` where a header has no comma; other endings follow the header. `NA`, `NaN`, `.`, `null`
/// and the empty cell are missing. A column of numbers (or of TRUE / FALSE) becomes numbers, any other one text.
/// Throws InputError for rows of unequal length, duplicate or empty names of rows and columns, an empty file,
/// binary content, and decimal commas; bad rows are named by id and line. Linear in the size of the file.
/// Checked by tests/unit/storage/table_file.cpp.
[[nodiscard]] DataFrame read_table(const std::filesystem::path& file, const TableIds& ids = {});

/// A column to write: NaN and empty texts become `NA`.
struct TableColumn {
  std::string name;
  std::variant<std::vector<double>, std::vector<Index>, std::vector<std::string>> values;
};

/// Writes a TSV with a header; numbers in their shortest exact form; texts quoted where they hold a tab, a quote
/// or a line end. The file appears complete or not at all. Throws ConfigError when it cannot be created,
/// ResourceError when the disk is full.
void write_table(const std::filesystem::path& file, std::span<const TableColumn> columns);

} // namespace vigil::storage
