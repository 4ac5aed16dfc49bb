// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/options.hpp"

namespace vigil {

/// importance, importance_on, groups and alike: what a forest is asked about its features.
///
/// importance     kinds, or "none"
/// importance_on  what permutations are judged by
/// groups         of the kind grouped: a file (table: feature, group), or a table of a study file: group = [features]
/// alike          of the kind conditional: Spearman correlation above which it conditions
///
/// Throws ConfigError for options that do not go together, InputError for a file that cannot be used.
void read_importance(const Options& options, forest::ForestOptions& made);

} // namespace vigil
