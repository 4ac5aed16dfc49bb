// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/learn/record_source.hpp"

#include <optional>

namespace vigil::forest {

/// Which trees of a stored forest, by their numbers.
struct TreeNumbers {
  std::optional<Index> first = {}; ///< else that of the first tree that is stored
  std::optional<Index> count = {}; ///< else to the last
};

/// The record of the forest of these trees alone, for from_record() of SurvivalForest or RegressionForest: with the
/// columns that they cut, and without votes, so that it is no part to merge. The rest is that of the whole forest,
/// training_risk_95 too. Only what belongs to these trees is read, but of the trees before them the number of jumps of
/// the leaves, and where categories are cut between sets the columns of the nodes.
///
/// Throws ConfigError where a number is missing, InputError where the lists do not hold together.
/// checked by tests/unit/forest/read_trees_test
[[nodiscard]] Record read_trees(const RecordSource& source, const TreeNumbers& wanted);

} // namespace vigil::forest
