// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"
#include "vigil/storage/h5ad_file.hpp"
#include "vigil/storage/marker_columns.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vigil::storage {

/// What the markers of an .h5ad need besides the file.
struct MarkerRequest {
  const CohortRequest& request;
  const std::vector<Index>& subjects; ///< rows that are kept, ascending
  const DescribeColumn& describe;
};

/// The file of a cohort, told apart by its content: an .h5ad or a text table.
class CohortSource {
public:
  /// Throws InputError when there is no such file, or it is of a format that vigil does not read.
  explicit CohortSource(const CohortRequest& request);

  /// The table of subjects with the ids that the request names; may be taken once.
  [[nodiscard]] DataFrame take_frame();
  [[nodiscard]] CohortMetadata metadata() const;
  [[nodiscard]] bool has_matrix() const noexcept { return file_.has_value(); }
  /// Names of all features of the matrix; empty for a table.
  [[nodiscard]] const std::vector<std::string>& marker_names() const noexcept { return names_; }
  [[nodiscard]] std::vector<std::string> notes() const;
  /// The markers of an .h5ad, resident, or streamed when they exceed the memory limit.
  [[nodiscard]] FeatureMatrix markers(const MarkerRequest& wanted, Scheduler& scheduler) const;

private:
  std::filesystem::path path_;
  std::optional<Hdf5File> file_;
  std::optional<DataFrame> frame_;
  std::string layer_;
  std::vector<std::string> names_;
};

} // namespace vigil::storage
