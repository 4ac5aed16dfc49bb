// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/penalized/marker_columns.hpp"
#include "vigil/penalized/path_fitter.hpp"

#include <memory>
#include <span>

namespace vigil::penalized {

/// Gives each of these fits the products of the block's markers with its sweep.
void answer_sweeps(std::span<PathFitter* const> sweeping, const ColumnBlock& block);

/// What PathBatch::run does, without rounds, for a matrix in memory: there columns and products of single markers are at
/// hand, and a fit stops for sweeps alone. Workers take fits that can go on; one that finds none sweeps for all that
/// wait, block by block, and others help. Which fits share a sweep depends on the moment; their bytes do not.
///
/// failures  as in Scheduler::for_each, by number of the fit
/// returns   sweeps over the matrix
/// checked by tests/property/penalized_test (batches), tests/unit/penalized/memory_run_test
Index advance_in_memory(std::span<const std::unique_ptr<PathFitter>> fitters,
                        std::span<const Index> until,
                        const MarkerColumns& columns,
                        const FeatureSource& source,
                        Scheduler& scheduler);

} // namespace vigil::penalized
