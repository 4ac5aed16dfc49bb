// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/clinical_block.hpp"
#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vigil::storage {

using DescribeColumn = std::function<FeatureInfo(const std::string& name)>;

/// Columns of the file that have a role other than marker: outcome, groupings, weights, clinical.
[[nodiscard]] std::vector<std::string> role_columns(const CohortRequest& request);

/// Throws ConfigError when a listed marker or clinical column is the outcome, or a column is named twice.
void check_covariate_request(const CohortRequest& request);

/// Names of the marker columns of a table: those listed, or every numeric column without another role.
[[nodiscard]] std::vector<std::string> table_marker_names(const DataFrame& frame,
                                                          const CohortRequest& request,
                                                          std::vector<std::string>& notes);

/// Markers of a table: at most 1000 go to the clinical block in double precision, penalized; more become a matrix
/// in single precision. Throws InputError when a column equals the time or the event, or is infinite.
[[nodiscard]] FeatureMatrix add_table_markers(ClinicalBlock& block,
                                              const DataFrame& frame,
                                              const std::vector<std::string>& names,
                                              const CohortRequest& request,
                                              const DescribeColumn& info);

/// Positions of the markers of an .h5ad: all of `names` or those listed, ascending.
/// Throws InputError for an unknown one.
[[nodiscard]] std::vector<Index> marker_positions(const std::vector<std::string>& names,
                                                  const std::string& source,
                                                  const CohortRequest& request);

} // namespace vigil::storage
