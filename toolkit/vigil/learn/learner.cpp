// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/learner.hpp"

#include <array>

namespace vigil {

std::string_view name_of(FitStatus status) noexcept {
  constexpr std::array<std::string_view, 4> names{
      "converged", "iteration_limit", "saturated", "undefined"};
  return names[static_cast<std::size_t>(status)];
}

} // namespace vigil
