// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/storage/hdf5_file.hpp"

#include <string>
#include <vector>

namespace vigil::storage {

enum class MatrixLayout { dense, csr, csc };

/// How a matrix of subjects by features lies in the file.
struct MatrixShape {
  MatrixLayout layout = MatrixLayout::dense;
  Index subjects = 0, features = 0;
  Index chunk_subjects = 0, chunk_features = 0; ///< dense only; 0: contiguous
  bool is_float32 = false;                      ///< dense only: stored as 32-bit numbers
};

/// Throws InputError when it is no matrix, or not of this size (the lengths of obs and var).
[[nodiscard]] MatrixShape
matrix_shape(const Hdf5File& file, const std::string& path, Index subjects, Index features);

/// The part of a matrix to keep: positions in the file, ascending.
struct MatrixSelection {
  std::vector<Index> subjects, features;
};

/// Markers as they stay in memory: stored = float(value - offset), feature after feature.
struct MatrixValues {
  std::vector<float> values;
  std::vector<double>
      offset; ///< of each selected feature: its first finite value among all subjects, else 0
};

/// Reads a dense or sparse matrix of any number type into single precision, one feature after another.
///
/// The offset is subtracted in double, so that counts and values around a million lose nothing; it is taken over
/// all subjects of the file, whatever is selected. Sparse matrices may be unsorted and hold explicit zeros.
/// Throws InputError for infinite values, positions outside the matrix and cells stored twice.
/// Cost: one pass over the file; memory: the result and at most 64 MiB (a chunk, if chunks are larger).
/// Checked by tests/unit/storage/h5ad_matrix.cpp.
[[nodiscard]] MatrixValues read_matrix(const Hdf5File& file,
                                       const std::string& path,
                                       const MatrixShape& shape,
                                       const MatrixSelection& selection,
                                       Scheduler& scheduler);

} // namespace vigil::storage
