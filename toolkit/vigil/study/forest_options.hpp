// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/options.hpp"

namespace vigil {

/// The options of a forest as a study file ([[learner]]), `vigil fit --set` and `vigil forest` have them. Throws
/// ConfigError for values that cannot be.
///
/// cause_of_interest, competing, cause_weights: CauseOptions.
/// trees = auto: until ErrorPoint::error() is at most target_error and, where it is named, ErrorPoint::ranking at most
/// target_ranking; at most most_trees.
[[nodiscard]] forest::ForestOptions forest_options(const Options& options);

/// What the options ask of data, before anything is grown. Throws InputError for groups with features that are not there,
/// ConfigError for a horizon of importance that the follow-up does not support (R01).
void check_forest_data(const Options& options,
                       const TrainingData& data,
                       const CaseWeights& weights,
                       double min_censoring_survival);

} // namespace vigil
