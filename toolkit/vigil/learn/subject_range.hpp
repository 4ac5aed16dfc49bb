// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Subjects that come one after another.
struct SubjectRange {
  Index first = 0, count = 0;
};

/// raw_columns() of some subjects: listed.size() x subjects.count. Of a streamed matrix all subjects are read.
/// checked by tests/unit/forest/cut_columns_test
[[nodiscard]] std::vector<double> raw_columns(const Covariates& covariates,
                                              std::span<const Index> listed,
                                              const SubjectRange& subjects,
                                              Scheduler& scheduler);

} // namespace vigil
