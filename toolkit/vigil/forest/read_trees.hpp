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

/// The record of the forest of these trees alone, for SurvivalForest::from_record: with the columns that they cut, and
/// without votes, so that it is no part to merge. The rest is that of the whole forest, training_risk_95 too. Only what
/// belongs to these trees is read, but for the number of jumps of the leaves before them.
///
/// Throws ConfigError where a number is missing, InputError where the lists do not hold together.
/// checked by tests/unit/forest/read_trees_test
[[nodiscard]] Record read_trees(const RecordSource& source, const TreeNumbers& wanted);

} // namespace vigil::forest
