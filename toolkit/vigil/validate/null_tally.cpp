// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/null_tally.hpp"

#include "vigil/validate/summary.hpp"

#include <algorithm>

namespace vigil {

double NullTally::concordance() const noexcept {
  return comparable > 0.0 ? concordant / comparable : not_available;
}

double NullTally::mean_selected() const noexcept {
  Index selections = 0;
  for (const Selected& one : selected) {
    selections += one.models;
  }
  return models > 0 ? static_cast<double>(selections) / static_cast<double>(models) : not_available;
}

bool NullTally::has(Index column) const noexcept {
  const auto found = std::ranges::lower_bound(selected, column, {}, &Selected::column);
  return found != selected.end() && found->column == column && 2 * found->models > models;
}

} // namespace vigil
