// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/hdf5_file.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vigil::storage {

/// The kind of an HDF5 type; an enumeration with the members FALSE = 0 and TRUE = 1 is a boolean.
[[nodiscard]] ValueKind kind_of_type(Hid type);

/// The boolean enumeration on one native byte, so that a file's own width and order do not matter.
[[nodiscard]] Handle boolean_memory_type(Hid file_type);

/// Reads texts of variable or fixed length, UTF-8 or ASCII, padded by zeros or blanks. `read` fills a buffer of
/// the memory type given to it and returns success.
[[nodiscard]] bool read_texts(Hid type,
                              Hid space,
                              const std::function<bool(Hid memory, void* buffer)>& read,
                              std::vector<std::string>& texts);

} // namespace vigil::storage
