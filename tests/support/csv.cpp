// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/csv.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace vigil::test {
namespace {

std::string_view without_comments(std::string_view text) {
  while (text.starts_with('#')) {
    const std::size_t end = text.find('\n');
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return text;
}

/// Takes one record from the front of `text`, its line end included; false when a quote is left
/// open.
bool take_record(std::string_view& text, std::vector<std::string>& record) {
  record.assign(1, {});
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const bool doubled = quoted && i + 1 < text.size() && text[i + 1] == '"';
      if (doubled) {
        record.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      record.emplace_back();
    } else if (c == '\n' && !quoted) {
      ++i;
      break;
    } else if (quoted || c != '\r') {
      record.back() += c;
    }
  }
  text.remove_prefix(i);
  return !quoted;
}

} // namespace

std::vector<std::vector<std::string>> parse_csv(std::string_view text, const std::string& origin) {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> record;
  text = without_comments(text);
  while (!text.empty()) {
    const bool closed = take_record(text, record);
    if (!closed || (!records.empty() && record.size() != records.front().size())) {
      throw std::runtime_error(origin + ": record " + std::to_string(records.size() + 1) + " has " +
                               std::to_string(record.size()) + " fields" +
                               (closed ? "" : " and an open quote"));
    }
    records.push_back(std::move(record));
  }
  if (records.empty()) {
    throw std::runtime_error(origin + ": no header");
  }
  return records;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path.string() + ": cannot be opened");
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path) {
  return parse_csv(read_text(path), path.string());
}

bool parse_number(std::string_view field, double& value) {
  if (field == "NA") {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  return error == std::errc() && stop == end && std::isfinite(value);
}

} // namespace vigil::test
