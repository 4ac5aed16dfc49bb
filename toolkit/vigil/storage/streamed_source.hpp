// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/storage/h5ad_matrix.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vigil::storage {

/// A matrix that stays in its file, with the offset of each of its features.
struct StreamedMatrix {
  std::shared_ptr<const FeatureSource> source;
  std::vector<double> offset;
};

/// Whether a matrix can be streamed: dense, single precision, chunks that hold all subjects, and no filter
/// besides shuffle, gzip and LZF.
[[nodiscard]] bool
can_stream(const Hdf5File& file, const std::string& path, const MatrixShape& shape);

/// Opens such a matrix as a source whose blocks are its chunks.
///
/// In a pass one thread reads raw chunks in the order asked for, at most two ahead; the scheduler's workers unpack
/// and turn them. Memory: two raw chunks, and one raw and one turned chunk for each worker. Opening takes one pass
/// for the offsets. The stored values are those of read_matrix(), to the bit.
/// Throws InputError for damaged chunks and infinite values. Needs can_stream().
/// Checked by tests/unit/storage/streamed_source_test.cpp.
[[nodiscard]] StreamedMatrix open_streamed(const std::filesystem::path& file,
                                           const std::string& path,
                                           const MatrixShape& shape,
                                           Scheduler& scheduler);

} // namespace vigil::storage
