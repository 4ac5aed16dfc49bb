// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/data_frame.hpp"
#include "vigil/storage/hdf5_file.hpp"

#include <string>
#include <vector>

namespace vigil::storage {

/// Reads obs, var or raw/var of an .h5ad: every encoding that AnnData has written since 0.7.
///
/// Numbers, booleans (as 0 / 1), texts of variable or fixed length, categoricals (levels of text, whole or real
/// numbers; code -1 = missing; 0.7 keeps the levels behind an object reference), nullable integers, booleans and
/// strings (mask TRUE = missing), columns called `a/b`, frames without columns. Columns of other encodings are
/// listed as unreadable. Throws InputError for compound frames (anndata before 0.7) and for damaged columns.
/// Source: AnnData on-disk format 0.1.0 - 0.2.0. Checked by tests/unit/storage/h5ad_frame.cpp.
[[nodiscard]] DataFrame read_frame(const Hdf5File& file, const std::string& path);

/// Only the names of the rows of such a frame.
[[nodiscard]] std::vector<std::string> read_frame_index(const Hdf5File& file,
                                                        const std::string& path);

} // namespace vigil::storage
