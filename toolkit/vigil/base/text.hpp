// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// Shortest decimal text that reads back to the same double; `NA` for NaN, `Inf` and `-Inf`; never locale.
[[nodiscard]] std::string number_text(double value);
[[nodiscard]] std::string number_text(Index value);
/// A number with `decimals` digits after the point, for people.
[[nodiscard]] std::string fixed_text(double value, int decimals);
/// A count with thousands separated by commas, for people.
[[nodiscard]] std::string count_text(Index value);
/// Bytes as KiB, MiB, GiB with one decimal, for people.
[[nodiscard]] std::string bytes_text(Index bytes);

/// The whole text as a double, or nothing. Accepts what the C locale writes, `Inf`, `-Inf`, and a leading `+`;
/// no surrounding blanks, no missing-value words.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
[[nodiscard]] std::optional<Index> parse_index(std::string_view text);
/// "512", "64K", "1.5G", "1GiB": bytes, powers of 1024.
[[nodiscard]] std::optional<Index> parse_bytes(std::string_view text);

[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string quoted(std::string_view text);

/// The candidate with the smallest edit distance (Damerau-Levenshtein, restricted), case folded, when it is
/// close enough to be a slip (at most a third of the longer name, at least one letter right).
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      std::span<const std::string> candidates);
/// "did you mean 'x'?" or, without a near name, a short list of what there is.
[[nodiscard]] std::string suggestion(std::string_view name,
                                     std::span<const std::string> candidates);

} // namespace vigil
