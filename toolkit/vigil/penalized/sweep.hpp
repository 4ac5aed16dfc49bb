// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/penalized/sweep_kernel.hpp"

#include <span>

namespace vigil::penalized {

/// sum_i direction_i (x'_i - centre), x' = stored value + offset, or fill where it is missing.
///
/// Subjects with direction 0 are not present: whatever they hold (NaN, infinity) adds nothing.
/// order   eight interleaved partial sums in double, added in a fixed tree: the bytes depend on the column and the
///         direction alone, never on block, batch or threads
[[nodiscard]] double centred_product(std::span<const float> column,
                                     std::span<const double> direction,
                                     double offset,
                                     const Preparation::Column& rule);
[[nodiscard]] double centred_product(std::span<const double> column,
                                     std::span<const double> direction,
                                     double offset,
                                     const Preparation::Column& rule);

/// Runs a task by the kernel of this machine (numeric/instruction_set.hpp).
/// cost  2 length x count x number flops; the columns are read once for every six directions
/// checked by tests/unit/penalized/sweep_test
void sweep(const SweepTask& task);
/// cost  2 count x number flops at most. Returns how many sixteens are listed.
Index bound(const BoundTask& task);

} // namespace vigil::penalized
