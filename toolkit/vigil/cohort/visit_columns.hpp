// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"

#include <functional>
#include <span>

namespace vigil {

/// Visits each listed column of a matrix (ascending or not) once, by its place in the list, on the scheduler's workers.
/// checked by tests/unit/cohort/feature_matrix_test
void visit_columns(const FeatureMatrix& matrix,
                   std::span<const Index> listed,
                   Scheduler& scheduler,
                   const std::function<void(Index place, std::span<const float> column)>& visit);

} // namespace vigil
