// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/text_source.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/cell_text.hpp"

#include <algorithm>
#include <memory>
#include <zlib.h>

namespace vigil::storage {

namespace {

[[noreturn]] void
refuse(const std::filesystem::path& file, const std::string& found, const std::string& remedy) {
  const std::string name = file.filename().string();
  throw InputError({.where = name,
                    .found = found,
                    .expected = "a text table (.csv, .tsv, .gz) or an .h5ad file",
                    .remedy = remedy,
                    .problem = "cannot read " + name});
}

/// Cuts one table; the write position never overtakes the read position, so cells stay inside the text.
class Cutter {
public:
  Cutter(std::string& text, char separator, const std::string& source)
      : text_(text), separator_(separator), source_(source) {}

  CellTable run() {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      read_ = 3;
    }
    while (read_ < text_.size()) {
      row();
    }
    faults_.raise_if_any("rows of " + source_ + " do not have the cells that its header has",
                         number_text(size_of(table_.header)) + " cells, as in the header",
                         "quote cells that hold the separator; write numbers with a decimal point");
    return std::move(table_);
  }

private:
  void row() {
    const Index first_line = line_;
    row_.clear();
    bool more = true;
    while (more) {
      more = cell(first_line);
    }
    if (row_.size() == 1 && row_.front().empty()) {
      return;
    }
    if (table_.header.empty()) {
      table_.header.assign(row_.begin(), row_.end());
      return;
    }
    if (row_.size() != table_.header.size()) {
      faults_.add(source_ + ", " + vigil::quoted(row_.front()) + " (line " +
                      number_text(first_line) + ")",
                  number_text(size_of(row_)) + " cells");
      return;
    }
    for (const auto& value : row_) {
      table_.cells.push_back(is_missing_word(value) ? std::string_view() : value);
    }
    table_.line.push_back(first_line);
  }

  /// Reads one cell and what ends it; true when the row goes on.
  bool cell(Index first_line) {
    const bool is_quoted = read_ < text_.size() && text_[read_] == '"';
    const std::string_view value = is_quoted ? quoted_cell(first_line) : plain_cell();
    row_.push_back(value);
    if (read_ >= text_.size()) {
      return false;
    }
    if (text_[read_] == separator_) {
      ++read_;
      if (read_ == text_.size()) {
        row_.emplace_back();
      }
      return read_ < text_.size();
    }
    read_ += text_[read_] == '\r' && read_ + 1 < text_.size() && text_[read_ + 1] == '\n' ? 2 : 1;
    ++line_;
    return false;
  }

  [[nodiscard]] bool ends_cell(char letter) const {
    return letter == separator_ || letter == '\n' || letter == '\r';
  }

  std::string_view plain_cell() {
    const std::size_t start = read_;
    while (read_ < text_.size() && !ends_cell(text_[read_])) {
      ++read_;
    }
    return trim(std::string_view(text_).substr(start, read_ - start));
  }

  std::string_view quoted_cell(Index first_line) {
    const std::size_t start = ++read_;
    std::size_t write = start;
    while (read_ < text_.size()) {
      if (text_[read_] == '"') {
        if (read_ + 1 >= text_.size() || text_[read_ + 1] != '"') {
          break;
        }
        ++read_;
      }
      line_ += text_[read_] == '\n' ? 1 : 0;
      text_[write++] = text_[read_++];
    }
    if (read_ >= text_.size() || (read_ + 1 < text_.size() && !ends_cell(text_[read_ + 1]))) {
      throw InputError({.where = source_ + ", line " + number_text(first_line),
                        .found = read_ >= text_.size() ? "a quote that is never closed"
                                                       : "text after a closing quote",
                        .expected = "quotes around a whole cell, doubled inside it",
                        .remedy = "close the quote, or write \"\" for a quote inside a cell",
                        .problem = "cannot read " + source_});
    }
    ++read_;
    return std::string_view(text_).substr(start, write - start);
  }

  std::string& text_;
  char separator_;
  const std::string& source_;
  std::size_t read_ = 0;
  Index line_ = 1;
  std::vector<std::string_view> row_;
  CellTable table_;
  FaultList faults_;
};

} // namespace

std::string read_text(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> opened(gzopen(file.c_str(), "rb"), &gzclose);
  if (!opened || std::filesystem::is_directory(file)) {
    refuse(file, opened ? "a folder" : "no file that can be opened", "check the path");
  }
  gzbuffer(opened.get(), 1U << 18U);
  std::string text;
  constexpr std::size_t step = std::size_t{1} << 20;
  while (true) {
    const std::size_t size = text.size();
    text.resize(size + step);
    const int got = gzread(opened.get(), text.data() + size, static_cast<unsigned>(step));
    text.resize(size + static_cast<std::size_t>(std::max(got, 0)));
    if (got < 0) {
      refuse(file, "damaged gzip data", "copy or compress the file again");
    }
    if (got == 0) {
      break;
    }
  }
  int state = Z_OK;
  gzerror(opened.get(), &state);
  if (state != Z_OK) {
    refuse(file, "gzip data that end too early", "copy or compress the file again");
  }
  if (trim(text).empty()) {
    refuse(file, "an empty file", "check that the file was written completely");
  }
  if (std::any_of(text.begin(), text.end(), [](char letter) {
        return letter >= 0 && letter < ' ' && letter != '\t' && letter != '\n' && letter != '\r';
      })) {
    refuse(file, "binary content", "save it as .csv, .tsv or .h5ad (UTF-8)");
  }
  return text;
}

CellTable cut_cells(std::string& text, char separator, const std::string& source) {
  return Cutter(text, separator, source).run();
}

char separator_of(const std::filesystem::path& file, std::string_view text) {
  const std::string_view header = text.substr(0, text.find('\n'));
  const auto has = [header](char letter) { return header.find(letter) != std::string_view::npos; };
  std::filesystem::path plain = file.filename();
  if (lower_case(plain.extension().string()) == ".gz") {
    plain = plain.stem();
  }
  const std::string ending = lower_case(plain.extension().string());
  if (ending == ".tsv" || ending == ".tab") {
    return '\t';
  }
  if (ending == ".csv" && has(',')) {
    return ',';
  }
  for (const char candidate : {'\t', ';', ','}) {
    if (has(candidate)) {
      return candidate;
    }
  }
  return ',';
}

} // namespace vigil::storage
