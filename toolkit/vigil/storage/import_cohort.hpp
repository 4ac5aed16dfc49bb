// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/h5ad_write.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace vigil::storage {

/// What an import understood.
struct ImportSummary {
  Index subjects = 0, markers = 0, obs_columns = 0, events = 0;
  bool has_outcome = false;
  std::vector<std::string> notes = {};
};

/// Writes any cohort that open_cohort() reads as an .h5ad with feature-major chunks: the subjects that the request
/// keeps, its markers as X (single precision), every other column in obs, units, moments and the time unit in
/// `uns/vigil`. An outcome that the request names is checked. obsm, varm, layers and foreign `uns` are left behind.
/// Throws what open_cohort() and write_h5ad() throw.
/// Checked by tests/unit/storage/import_cohort_test.cpp
ImportSummary import_cohort(const CohortRequest& request,
                            const std::filesystem::path& target,
                            const H5adOptions& options,
                            Scheduler& scheduler);

/// Name and kind of every column, with its first values: what --show-fields prints.
struct Field {
  std::string name, kind;
  std::vector<std::string> first_values = {};
};
[[nodiscard]] std::vector<Field> fields_of(const CohortRequest& request);

} // namespace vigil::storage
