// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace vigil {

std::string number_text(double value) {
  if (std::isnan(value)) {
    return "NA";
  }
  if (std::isinf(value)) {
    return value > 0 ? "Inf" : "-Inf";
  }
  if (value == 0.0) {
    return "0";
  }
  return fmt::format("{}", value);
}

std::string number_text(Index value) {
  return fmt::format("{}", value);
}

std::string fixed_text(double value, int decimals) {
  if (std::isnan(value)) {
    return "NA";
  }
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool zero = std::all_of(text.begin(), text.end(), [](char letter) {
    return letter == '-' || letter == '0' || letter == '.';
  });
  return zero && text.front() == '-' ? text.substr(1) : text;
}

std::string count_text(Index value) {
  std::string digits = fmt::format("{}", value < 0 ? -value : value);
  for (Index position = size_of(digits) - 3; position > 0; position -= 3) {
    digits.insert(at(position), ",");
  }
  return value < 0 ? "-" + digits : digits;
}

std::string bytes_text(Index bytes) {
  constexpr std::array<const char*, 4> unit{"KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes) / 1024.0;
  std::size_t step = 0;
  while (amount >= 1024.0 && step + 1 < unit.size()) {
    amount /= 1024.0;
    ++step;
  }
  return fmt::format("{:.1f} {}", amount, unit.at(step));
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
      return std::nullopt;
    }
  }
  if (text == "Inf" || text == "inf") {
    return HUGE_VAL;
  }
  if (text == "-Inf" || text == "-inf") {
    return -HUGE_VAL;
  }
  const bool starts_like_a_number = !text.empty() && (text.front() == '-' || text.front() == '.' ||
                                                      (text.front() >= '0' && text.front() <= '9'));
  if (!starts_like_a_number) {
    return std::nullopt;
  }
  double value = 0.0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<Index> parse_index(std::string_view text) {
  Index value = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ec != std::errc{} || result.ptr != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<Index> parse_bytes(std::string_view text) {
  std::string word = lower_case(trim(text));
  double factor = 1.0;
  for (const auto& ending : {"ib", "b"}) {
    if (word.ends_with(ending)) {
      word.resize(word.size() - std::string_view(ending).size());
      break;
    }
  }
  if (!word.empty()) {
    constexpr std::string_view prefixes = "kmgt";
    const auto place = prefixes.find(word.back());
    if (place != std::string_view::npos) {
      factor = std::ldexp(1.0, 10 * (static_cast<int>(place) + 1));
      word.pop_back();
    }
  }
  const auto value = parse_number(trim(word));
  if (!value || *value < 0.0 || *value * factor > 9.0e18) {
    return std::nullopt;
  }
  return static_cast<Index>(*value * factor);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (part > 0) {
      text += separator;
    }
    text += parts[part];
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end == std::string_view::npos ? end : end - start));
    if (end == std::string_view::npos) {
      return parts;
    }
    start = end + 1;
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

namespace {

Index edit_distance(std::string_view left, std::string_view right) {
  const Index rows = size_of(left) + 1;
  const Index columns = size_of(right) + 1;
  std::vector<Index> table(at(rows * columns));
  const auto cell = [&table, columns](Index row, Index column) -> Index& {
    return table[at(row * columns + column)];
  };
  for (Index row = 0; row < rows; ++row) {
    cell(row, 0) = row;
  }
  for (Index column = 0; column < columns; ++column) {
    cell(0, column) = column;
  }
  for (Index row = 1; row < rows; ++row) {
    for (Index column = 1; column < columns; ++column) {
      const bool same = left[at(row - 1)] == right[at(column - 1)];
      Index best = std::min(cell(row - 1, column), cell(row, column - 1)) + 1;
      best = std::min(best, cell(row - 1, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && left[at(row - 1)] == right[at(column - 2)] &&
          left[at(row - 2)] == right[at(column - 1)]) {
        best = std::min(best, cell(row - 2, column - 2) + 1);
      }
      cell(row, column) = best;
    }
  }
  return cell(rows - 1, columns - 1);
}

} // namespace

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
  const std::string wanted = lower_case(name);
  std::optional<std::string> best;
  Index best_distance = 0;
  for (const auto& candidate : candidates) {
    const Index longer = std::max(size_of(wanted), size_of(candidate));
    const Index distance = edit_distance(wanted, lower_case(candidate));
    const bool close = distance <= std::max<Index>(1, longer / 3) && distance < longer;
    if (close && (!best || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  if (const auto near = nearest_name(name, candidates)) {
    return "did you mean " + quoted(*near) + "?";
  }
  if (candidates.empty()) {
    return "there is none to choose from";
  }
  constexpr std::size_t shown = 12;
  std::string list =
      "there is: " + join(candidates.first(std::min(shown, candidates.size())), ", ");
  return candidates.size() > shown ? list + ", ..." : list;
}

} // namespace vigil
