// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/cohort/feature_info.hpp"
#include "vigil/storage/hdf5_file.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vigil::storage {

/// What vigil keeps in `uns/vigil` of an .h5ad: the time unit, unit and moment of knowledge of columns, and where a
/// value of a column cannot exist, as a condition in the language of --subjects ("arm=observe").
struct CohortMetadata {
  TimeUnit time_unit = TimeUnit::unstated;
  std::map<std::string, std::string> unit = {};
  std::map<std::string, KnownAt> known_at = {};
  std::map<std::string, std::string> structural_missing = {};
};

/// Opens an .h5ad. Throws InputError naming the format of loom, 10x, MuData and other HDF5 files, and the way to
/// turn them into an .h5ad. Checked by tests/unit/storage/h5ad_file.cpp.
[[nodiscard]] Hdf5File open_h5ad(const std::filesystem::path& file);

/// Path of a matrix: "" is X, "raw" is raw/X, any other name a layer. Throws InputError when there is none.
[[nodiscard]] std::string matrix_path(const Hdf5File& file, const std::string& layer);
/// Path of the frame that describes the columns of that matrix.
[[nodiscard]] std::string feature_frame_path(const std::string& layer);

/// `uns/vigil`; empty when the file has none. Throws InputError for a format number that is newer than ours.
[[nodiscard]] CohortMetadata read_metadata(const Hdf5File& file);

} // namespace vigil::storage
