// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/penalized/path_fitter.hpp"

#include <span>

namespace vigil::penalized {

/// One pass over all markers for the fits that asked for panels (SweepRequest::panels): each gets every panel, in the
/// order of the matrix, whatever the blocks of the source are. The matrix is read while nothing is computed, a group
/// of blocks at a time.
/// memory  the blocks that are read together: one for each worker, and 1024 markers at least
void pass_panels(std::span<PathFitter* const> fitters,
                 const FeatureMatrix& features,
                 Scheduler& scheduler);

} // namespace vigil::penalized
