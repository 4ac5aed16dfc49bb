// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <span>

namespace vigil::measure {

struct SimultaneousOptions {
  Index draws = 2000;
  double level = 0.95;
  RandomKey key = RandomKey(0);
  std::span<const Index> group = {}; ///< rows of one group depend on each other; empty: none do
};

/// The pointwise level at which intervals of several estimates of the same subjects hold all at once with the given level.
///
///   2 Phi(c) - 1,  c the quantile at the level of  max_k |sum_i g_i times_i psi_ik| / (n se_k)
///   g_i independent, exponential with mean 1 less 1; one for each group
///
/// For net benefit at thresholds that were declared beforehand: the band of a decision curve.
/// returns    the level itself where one estimate or none has a standard error
/// random     draw b at the address key / "multiplier" / b: the same for any threads
/// cost       draws x subjects x estimates
/// source     Lin, Fleming and Wei 1994, Biometrika 81:73; Sande et al. 2020, Stat. Med. 39:2980;
///            checked by tests/unit/measure/simultaneous_test
[[nodiscard]] double simultaneous_level(std::span<const Estimate> estimates,
                                        const CaseWeights& weights,
                                        const SimultaneousOptions& options,
                                        Scheduler& scheduler);

} // namespace vigil::measure
