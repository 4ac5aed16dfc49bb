// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/select/residual_projection.hpp"
#include "vigil/select/varying_features.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// Features by row of the support, column after column.
struct KnockoffFeatures {
  std::vector<Index> column = {};
  std::vector<double> values = {};    ///< in units of the standard deviation of the residuals
  std::vector<double> residuals = {}; ///< of the projection, sum of squares: its degrees of freedom
};

/// The candidates of which the projection leaves more than 1e-9 of the sum of squares: of others nothing can be told beyond
/// what is held fixed. candidates: its preparation gets its fills.
/// checked by tests/unit/select/knockoffs_test
[[nodiscard]] KnockoffFeatures knockoff_features(const TrainingData& data,
                                                 const CaseWeights& within,
                                                 const ResidualProjection& projection,
                                                 VaryingFeatures& candidates,
                                                 Scheduler& scheduler);
/// Those at the listed places.
[[nodiscard]] KnockoffFeatures
chosen_features(const KnockoffFeatures& features, std::span<const Index> places, Index rows);

} // namespace vigil::select
