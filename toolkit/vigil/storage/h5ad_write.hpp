// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/data_frame.hpp"
#include "vigil/storage/h5ad_file.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vigil::storage {

/// Fills `values` with features [first, first + count), one feature after another, all subjects each, as
/// they are (no offset subtracted). Called for consecutive ranges, ascending.
using FillColumns = std::function<void(Index first, Index count, std::span<float> values)>;

/// A table beside the subjects, in `uns/NAME`: several rows for a subject, or none.
struct NamedTable {
  std::string name;
  const DataFrame& table;
};

/// What goes into a cohort file. `features` may be empty when `var` has no rows.
struct H5adContents {
  const DataFrame& obs;
  const DataFrame& var;
  FillColumns features;
  CohortMetadata metadata = {};
  std::vector<NamedTable> tables = {};
};

struct H5adOptions {
  int compress = 0;                     ///< 0 - 9; archives only: packed chunks read more slowly
  Index chunk_bytes = Index{1} << 20;   ///< of one chunk (all subjects x k features)
  Index buffer_bytes = Index{64} << 20; ///< asked from `features` at once
};

/// Writes an AnnData file (on-disk format 0.8 and later) that Python and R open as it is: X in single precision and
/// in feature-major chunks (subjects, k), numbers as float64, texts as UTF-8, categories and texts with missing
/// values as categoricals with the smallest signed codes; units, moments and the time unit in `uns/vigil`.
/// Equal contents give equal bytes; the file appears complete or not at all. Throws ConfigError when it cannot be
/// created, ResourceError when the disk is full.
/// Checked by tests/unit/storage/h5ad_write_test.cpp and tests/anndata.
void write_h5ad(const std::filesystem::path& file,
                const H5adContents& contents,
                const H5adOptions& options = {});

} // namespace vigil::storage
