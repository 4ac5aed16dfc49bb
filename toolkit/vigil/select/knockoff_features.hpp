// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/preparation.hpp"
#include "vigil/select/residual_projection.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// Penalized columns that vary, ascending, and how they are prepared.
struct KnockoffCandidates {
  std::vector<Index> column = {};
  Preparation preparation;
};
/// Throws InputError for missing values with impute = "none".
[[nodiscard]] KnockoffCandidates knockoff_candidates(const TrainingData& data,
                                                     const CaseWeights& within,
                                                     const std::string& impute,
                                                     Scheduler& scheduler);

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
                                                 KnockoffCandidates& candidates,
                                                 Scheduler& scheduler);
/// Those at the listed places.
[[nodiscard]] KnockoffFeatures
chosen_features(const KnockoffFeatures& features, std::span<const Index> places, Index rows);

} // namespace vigil::select
