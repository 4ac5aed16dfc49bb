// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// A partition of the columns of the training data.
struct Clusters {
  std::vector<Index> of = {};         ///< cluster of each column
  std::vector<std::string> name = {}; ///< of each cluster, in the order of their first columns

  [[nodiscard]] bool empty() const noexcept { return of.empty(); }
};

/// Clusters by name: column `listed[i]` is in the cluster `names[i]`, columns that are not listed stand alone, under
/// their own name.
///
/// throws    InputError for an empty name, and where a column that stands alone has the name of a cluster
/// checked by tests/unit/select/clusters
[[nodiscard]] Clusters make_clusters(const Covariates& covariates,
                                     std::span<const Index> listed,
                                     std::span<const std::string> names);

} // namespace vigil::select
