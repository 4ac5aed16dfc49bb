// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/numeric/quantile.hpp"

#include <span>
#include <vector>

namespace vigil::forest {

/// What a forest that is a part of another one keeps of its out-of-bag votes: one row for each subject of the fit, in
/// the order of time.
struct ShardVotes {
  std::vector<double> weight;
  std::vector<Index> trees; ///< that did not see the subject
  std::vector<Index>
      survival; ///< sums of their votes at the risk times, subject by subject (Votes)
};

/// 95th percentile over rows of risk(row, time), at each of so many times.
template <class Risk>
[[nodiscard]] std::vector<double>
high_risks(std::span<const double> weight, Index times, const Risk& risk) {
  std::vector<double> result, values(weight.size());
  for (Index time = 0; time < times; ++time) {
    for (Index row = 0; row < size_of(values); ++row) {
      values[at(row)] = risk(row, time);
    }
    result.push_back(weighted_quantile(values, weight, 0.95));
  }
  return result;
}

} // namespace vigil::forest
