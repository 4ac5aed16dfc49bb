// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <algorithm>
#include <vector>

namespace vigil::survival {

/// Right-continuous step function: `before` until the first time, value[k] from time[k] on.
struct StepFunction {
  double before = 0.0;
  std::vector<double> time, value; ///< times ascending and distinct

  [[nodiscard]] double operator()(double t) const {
    return value_before(std::upper_bound(time.begin(), time.end(), t) - time.begin());
  }
  /// Limit from the left: the value just before t.
  [[nodiscard]] double left_limit(double t) const {
    return value_before(std::lower_bound(time.begin(), time.end(), t) - time.begin());
  }

private:
  [[nodiscard]] double value_before(Index place) const {
    return place == 0 ? before : value[at(place - 1)];
  }
};

} // namespace vigil::survival
