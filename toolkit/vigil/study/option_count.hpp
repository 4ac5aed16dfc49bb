// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/text.hpp"
#include "vigil/learn/options.hpp"

#include <string_view>

namespace vigil {

/// A whole number of at least `least`. Throws ConfigError for a smaller one.
[[nodiscard]] inline Index
count_of(const Options& options, std::string_view key, Index otherwise, Index least) {
  const Index value = options.count(key).value_or(otherwise);
  if (value < least) {
    options.refuse(key, "a whole number of at least " + number_text(least));
  }
  return value;
}

} // namespace vigil
