// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace vigil::storage {

/// Version of the HDF5 library that runs, for example "1.10.8".
[[nodiscard]] std::string hdf5_version();

/// A filter that a file may need, and whether this program can undo it (of its own, or by a plug-in that HDF5 finds).
struct Hdf5Filter {
  std::string name;
  int number = 0;
  bool available = false;
};
/// The filters that AnnData files use or may use, in the order of their numbers.
[[nodiscard]] std::vector<Hdf5Filter> hdf5_filters();

} // namespace vigil::storage
