// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::storage {

enum class ColumnKind { number, text, category };

/// One column of a table in the form that its file gives it. Missing: NaN, an empty text, or the code no_index.
struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  std::vector<double> numbers = {};     ///< kind number
  std::vector<std::string> texts = {};  ///< kind text
  std::vector<Index> codes = {};        ///< kind category: positions in levels
  std::vector<std::string> levels = {}; ///< kind category: in the file's order
};

/// Rows with names and columns of any kind, from a text table or from obs / var of an .h5ad: whoever builds a
/// cohort does not care which. Checked by tests/unit/storage/table_file_test.
class DataFrame {
public:
  struct Contents {
    std::string source; ///< how errors name it: "clinical.csv", "cohort.h5ad:/obs"
    std::string index_name = {};
    std::vector<std::string> index = {};
    std::vector<Column> columns = {};
    std::vector<Index> line = {}; ///< line of each row in a text file; empty: it has none
    std::vector<std::string> unreadable =
        {}; ///< columns of an encoding that this program does not know
  };
  explicit DataFrame(Contents contents);

  [[nodiscard]] const std::string& source() const noexcept { return contents_.source; }
  [[nodiscard]] const std::string& index_name() const noexcept { return contents_.index_name; }
  [[nodiscard]] Index rows() const noexcept { return size_of(contents_.index); }
  [[nodiscard]] const std::vector<std::string>& index() const noexcept { return contents_.index; }
  [[nodiscard]] const std::vector<Column>& columns() const noexcept { return contents_.columns; }
  [[nodiscard]] std::span<const std::string> unreadable() const noexcept {
    return contents_.unreadable;
  }
  [[nodiscard]] std::vector<std::string> column_names() const;
  [[nodiscard]] bool has(std::string_view name) const;
  /// Throws InputError with the nearest name.
  [[nodiscard]] const Column& column(std::string_view name) const;

  /// The column as numbers; texts and levels are parsed. Throws InputError naming the cells that are no number.
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const;
  /// The column as texts; a number in its shortest exact form, missing as an empty text.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

  /// "clinical.csv, column 'age'"
  [[nodiscard]] std::string where(std::string_view column) const;
  /// "'BE-0412' (line 413)", or "(row 412)" where the file has no lines; rows count from 1.
  [[nodiscard]] std::string row_name(Index row) const;
  /// The listed rows, in that order.
  [[nodiscard]] DataFrame select(std::span<const Index> rows) const;

private:
  Contents contents_;
  std::map<std::string, Index, std::less<>> place_;
};

/// Throws InputError when a name occurs twice or is empty. `what` is the singular: "subject", "column".
void expect_unique_names(std::span<const std::string> names,
                         const std::string& source,
                         const std::string& what,
                         const std::string& remedy);

} // namespace vigil::storage
