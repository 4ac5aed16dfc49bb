// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// A few columns that stand for all.
struct Representatives {
  std::vector<Index> chosen = {}; ///< ascending
  std::vector<Index> of =
      {}; ///< of each column, the place in `chosen` of the one that stands for it
  std::vector<double> correlation = {}; ///< of each column with it, with its sign

  [[nodiscard]] bool empty() const noexcept { return chosen.empty(); }
};

/// Farthest first: beginning with the first column, the column joins whose largest |correlation| with those chosen is
/// smallest, until there are `most`; each column belongs to the one with the largest |correlation|. It knows nothing of
/// the outcome. The smallest such |correlation| has a distance, 1 - |r|, of at most about four times that of the best choice
/// (twice in the angle).
///
/// columns  rows x number, column after column, all of one length (sum of squares `length`)
/// ties     the smaller column joins; the earlier chosen one keeps a column
/// cost     2 rows number most flops
/// source   Gonzalez 1985, Theor. Comput. Sci. 38:293; checked by tests/unit/select/representatives_test
[[nodiscard]] Representatives farthest_first(
    std::span<const double> columns, Index rows, double length, Index most, Scheduler& scheduler);

} // namespace vigil::select
