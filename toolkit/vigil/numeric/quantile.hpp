// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace vigil {

/// Weighted quantile of the finite cells with positive weight.
///
/// With sorted values x_(1) <= .. <= x_(m), weights w and cumulative weights S_k = w_(1) + .. + w_(k), the
/// quantile at p is the average of x_(k) and x_(k+1) where S_k = p W exactly, else the first x_(k) with
/// S_k > p W. With equal weights this is definition 2 of Hyndman and Fan 1996; weight 2 is the row twice.
/// NaN where there is no finite cell.
[[nodiscard]] double weighted_quantile(std::span<const double> values,
                                       std::span<const double> weights,
                                       double probability);

/// Of several probabilities at once, for less than one after another.
[[nodiscard]] std::vector<double> weighted_quantiles(std::span<const double> values,
                                                     std::span<const double> weights,
                                                     std::span<const double> probabilities);

} // namespace vigil
