// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <span>

namespace vigil::measure {

struct BootstrapOptions {
  Index draws = 500;
  double level = 0.95;
  RandomKey key = RandomKey(0);
  std::span<const Index> group = {}; ///< drawn whole; empty: rows are drawn
};

struct BootstrapInterval {
  double se = std::numeric_limits<double>::quiet_NaN(); ///< standard deviation of the draws
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  Index undefined = 0; ///< draws in which the measure is not defined
};

/// Percentile interval of a measure that has no influence function: rows are drawn with replacement, as many as there are, their
/// predictions fixed, and the measure is computed again, with any smoother or model inside it.
///
/// quantiles  of the defined draws (definition 2 of Hyndman and Fan); no interval where more than a tenth are undefined
/// weights    a row that is drawn twice has twice its weight; censoring weights are the Kaplan-Meier ones of the draw
/// random     draw b at the address key / "bootstrap" / b: the same for any threads
/// limits     holds the level only where the measure is nearly unbiased: distances such as ICI are too large in every draw
/// cost       draws times the measure
/// source     Efron 1979, Ann. Statist. 7:1; checked by tests/unit/measure/bootstrap_interval_test
[[nodiscard]] BootstrapInterval bootstrap_interval(const Entry& measure,
                                                   const Evaluation& evaluation,
                                                   const BootstrapOptions& options,
                                                   Scheduler& scheduler);

} // namespace vigil::measure
