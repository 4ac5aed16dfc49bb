// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"
#include "vigil/base/index.hpp"

#include <algorithm>
#include <functional>
#include <span>

// A file may hold anything: whatever predict() would follow is looked at.
namespace vigil::forest {

/// Throws InputError for a stored forest where something does not hold.
inline void expect(bool holds) {
  if (!holds) {
    throw InputError({.where = "record \"survival-forest\"",
                      .found = "trees that do not hold together",
                      .expected = "nodes, leaves and jumps as a forest writes them",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
}

[[nodiscard]] inline bool is_below(Index value, Index end) {
  return value >= 0 && value < end;
}

[[nodiscard]] inline bool ascend(std::span<const Index> values) {
  return std::ranges::adjacent_find(values, std::ranges::greater_equal()) == values.end();
}

} // namespace vigil::forest
