// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/history.hpp"

#include <array>
#include <string_view>

namespace vigil::simulate::net {

/// Weights of a year of life under each condition, and how later years count.
struct Utilities {
  std::string_view name;
  double base = 1.0, per_year_of_age = 0.0; ///< base at 60 years
  double surveillance = 0.0, resected = 0.0, spread = 0.0;
  double surgery = 0.0, surgery_months = 0.0, complication = 0.0, complication_months = 0.0;
  double diabetes = 0.0, insufficiency = 0.0;
  double discount = 0.0; ///< per year
};

/// survival (every year counts 1: quality-adjusted is restricted mean survival), balanced, surgery-averse
/// (functional losses doubled).
[[nodiscard]] std::array<Utilities, 3> utility_sets(const Constants& constants);

/// Quality-adjusted years of a course from entry to the horizon.
///
///   L = min(death, horizon), T = spread, S = surgery; I(a, b) = length of (a, b), discounted, 0 where b <= a
///   base I(0, L) - surveillance I(0, min(L, T, S)) - resected I(S, min(L, T)) - spread I(T, L)
///   - (surgery I(S, min(L, S + 6)) or complication I(S, min(L, S + 12)))
///   - (diabetes + insufficiency, those that came) I(S, L)
///
/// horizon   months
/// checked by tests/unit/simulate/net_history_test by hand
[[nodiscard]] double quality_adjusted_years(const Course& course,
                                            const Utilities& utilities,
                                            double age,
                                            double horizon);

} // namespace vigil::simulate::net
