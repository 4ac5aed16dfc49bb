// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/relaxed_cv.hpp"

#include "apps/vigil/path_request.hpp"
#include <filesystem>

namespace vigil::app {

/// relaxed.tsv and relaxed_coefficients.tsv; index and order as in path.tsv.
void write_relaxed(const penalized::RelaxedPath& relaxed,
                   const penalized::PathFit& path,
                   const PathInput& input,
                   const Covariates& covariates,
                   const std::filesystem::path& folder);

/// relaxed_cv.tsv: gamma ascending, then lambda descending.
void write_relaxed_curves(const penalized::RelaxedValidation& relaxed,
                          const penalized::PathFit& path,
                          const std::filesystem::path& folder);

/// What summary.json says of them.
[[nodiscard]] RelaxedSummary relaxed_summary(const penalized::RelaxedPath& relaxed);
/// The same with the choice of cross-validation.
[[nodiscard]] RelaxedSummary relaxed_summary(const penalized::RelaxedValidation& relaxed,
                                             const penalized::PathFit& path);

} // namespace vigil::app
