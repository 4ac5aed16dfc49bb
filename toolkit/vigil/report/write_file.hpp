// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace vigil::report {

/// Writes the whole text under a temporary name beside `file` and renames it: a reader sees all of it or nothing.
/// Makes the folder where it is missing. Throws ConfigError when the place cannot be written (exit 2), ResourceError
/// when the disk refuses (exit 6); the temporary file does not stay.
void write_file(const std::filesystem::path& file, std::string_view text);

} // namespace vigil::report
