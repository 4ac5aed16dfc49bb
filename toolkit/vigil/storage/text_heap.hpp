// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace vigil::storage {

/// Checks the heaps of an HDF5 file that hold its texts ("global heap collections") before HDF5 reads them: 1.10
/// follows a damaged size out of its memory. Throws InputError naming the first heap whose objects do not fit it.
///
/// A heap is found by its signature, version and reserved zeros (64 bits, so that no data look like one). Files
/// beyond 64 MiB are searched in their first and last 16 MiB, where libraries put texts; what is left over after
/// deleting parts of a file may be refused though unused, and saving the file again cures both.
/// Source: HDF5 File Format Specification 1.1, section III.E. Checked by tests/unit/storage/damaged_files_test.cpp.
void check_text_heaps(const std::filesystem::path& file);

} // namespace vigil::storage
