// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/quality_of_life.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

/// Discounted years between two months.
double years(double from, double to, double discount) {
  if (!(to > from)) {
    return 0.0;
  }
  if (discount == 0.0) {
    return (to - from) / 12.0;
  }
  const double rate = std::log1p(discount);
  return (std::exp(-rate * from / 12.0) - std::exp(-rate * to / 12.0)) / rate;
}

} // namespace

std::array<Utilities, 3> utility_sets(const Constants& c) {
  const Utilities balanced{.name = "balanced",
                           .base = c.utility,
                           .per_year_of_age = c.utility_age,
                           .surveillance = c.surveillance_loss,
                           .resected = c.resected_loss,
                           .spread = c.spread_loss,
                           .surgery = c.surgery_loss,
                           .surgery_months = c.surgery_months,
                           .complication = c.complication_loss,
                           .complication_months = c.complication_months,
                           .diabetes = c.diabetes_loss,
                           .insufficiency = c.insufficiency_loss,
                           .discount = c.discount};
  Utilities averse = balanced;
  averse.name = "surgery-averse";
  averse.diabetes *= c.averse_factor;
  averse.insufficiency *= c.averse_factor;
  return {Utilities{.name = "survival"}, balanced, averse};
}

double
quality_adjusted_years(const Course& course, const Utilities& u, double age, double horizon) {
  const double life = std::min(course.death(), horizon);
  const double well = std::min(life, course.spread);
  double total = (u.base + u.per_year_of_age * (age - 60.0)) * years(0.0, life, u.discount);
  total -= u.surveillance * years(0.0, std::min(well, course.surgery), u.discount);
  total -= u.spread * years(course.spread, life, u.discount);
  if (course.operated()) {
    const double surgery = course.surgery;
    const double loss = course.major ? u.complication : u.surgery;
    const double end = surgery + (course.major ? u.complication_months : u.surgery_months);
    const double lasting =
        (course.diabetes ? u.diabetes : 0.0) + (course.insufficiency ? u.insufficiency : 0.0);
    total -= u.resected * years(surgery, well, u.discount);
    total -= loss * years(surgery, std::min(life, end), u.discount);
    total -= lasting * years(surgery, life, u.discount);
  }
  return total;
}

} // namespace vigil::simulate::net
