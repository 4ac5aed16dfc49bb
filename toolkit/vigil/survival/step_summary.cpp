// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/step_summary.hpp"

#include <algorithm>
#include <limits>

namespace vigil::survival {

std::vector<double> areas_until(const StepFunction& step, double until) {
  const Index steps =
      std::upper_bound(step.time.begin(), step.time.end(), until) - step.time.begin();
  std::vector<double> areas(at(steps));
  double area = 0.0, end = until;
  for (Index k = steps - 1; k >= 0; --k) {
    area += step.value[at(k)] * (end - step.time[at(k)]);
    end = step.time[at(k)];
    areas[at(k)] = area;
  }
  return areas;
}

double integral(const StepFunction& step, double until) {
  const auto areas = areas_until(step, until);
  return areas.empty() ? step.before * until : areas.front() + step.before * step.time.front();
}

double first_time_at_most(const StepFunction& step, double level) {
  const auto found = std::ranges::find_if(step.value, [&](double value) { return value <= level; });
  return found == step.value.end() ? std::numeric_limits<double>::quiet_NaN()
                                   : step.time[at(found - step.value.begin())];
}

} // namespace vigil::survival
