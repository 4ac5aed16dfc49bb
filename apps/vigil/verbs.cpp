// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/verbs.hpp"

#include <array>

namespace vigil::app {

std::span<const Verb> verb_table() noexcept {
  static const std::array table{doctor_verb};
  return table;
}

} // namespace vigil::app
