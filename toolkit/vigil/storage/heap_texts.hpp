// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/hdf5_handle.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vigil::storage {

/// Reads the texts of variable length of a data set without HDF5's own conversion, which in 1.10 follows a damaged
/// reference out of its memory: every reference is compared with the heap that it points to.
///
/// A reference is a length (4 bytes), the address of a heap (8) and the number of an object in it (4). Nothing where
/// this is not how the data set lies in the file (other address sizes, compact storage, unknown filters): then HDF5
/// must read it. Throws InputError naming `where` for a reference that points to no text.
/// Source: HDF5 File Format Specification 1.1, III.E and VIII. Checked by tests/unit/storage/damaged_files_test.cpp.
[[nodiscard]] std::optional<std::vector<std::string>>
read_heap_texts(const std::filesystem::path& file, Hid dataset, const std::string& where);

} // namespace vigil::storage
