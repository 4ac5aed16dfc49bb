// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Positions in ascending order of value; equal values keep their original order. No NaN allowed.
[[nodiscard]] std::vector<Index> ascending_order(std::span<const double> values);

/// Dense ranks: 0 for the smallest value, equal values share a rank. No NaN allowed.
struct DenseRanks {
  std::vector<Index> rank; ///< one per value
  Index levels = 0;        ///< number of distinct values
};
[[nodiscard]] DenseRanks dense_ranks(std::span<const double> values);

} // namespace vigil
