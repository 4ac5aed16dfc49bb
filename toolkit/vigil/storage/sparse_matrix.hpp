// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/h5ad_matrix.hpp"

#include <string>

namespace vigil::storage {

/// read_matrix() of a CSR or CSC group: data, indices, indptr. Entries are read in blocks of a million.
[[nodiscard]] MatrixValues read_sparse(const Hdf5File& file,
                                       const std::string& path,
                                       const MatrixShape& shape,
                                       const MatrixSelection& selection,
                                       Scheduler& scheduler);

} // namespace vigil::storage
