// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::test {

/// Text of a CSV file as records of fields: RFC-4180 quotes, LF or CRLF, lines that start with '#'
/// before the header left out, a final line end optional. Every record has as many fields as the
/// first. Throws std::runtime_error naming `origin` and the record otherwise.
///
/// A reader of its own, so that a fault in the program's reader cannot hide in the tests' data.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text,
                                                              const std::string& origin);

/// The bytes of a file. Throws std::runtime_error when it cannot be opened.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// parse_csv of a file.
[[nodiscard]] std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path);

/// A finite number, or NaN for "NA"; false when the field is neither.
[[nodiscard]] bool parse_number(std::string_view field, double& value);

} // namespace vigil::test
