// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/record.hpp"

#include <filesystem>

namespace vigil::storage {

/// Writes a record (a model, the truth of a simulation) as an HDF5 file: one data set for each entry, one group for
/// each record inside, sorted by name. Equal records give equal bytes; the file appears complete or not at all.
/// Throws ConfigError when it cannot be created, ResourceError when the disk is full.
/// Checked by tests/unit/storage/record_file_test.cpp.
void write_record(const std::filesystem::path& file, const Record& record);

/// Reads what write_record() wrote. Throws InputError when the file is something else, damaged, or of a newer format.
[[nodiscard]] Record read_record(const std::filesystem::path& file);

} // namespace vigil::storage
