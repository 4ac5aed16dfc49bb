// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/contract.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace vigil {

/// Every count and every position: signed, 64 bits, so that differences and downward loops are safe.
using Index = std::int64_t;

inline constexpr Index no_index = -1;

/// Number of elements as a signed count.
template <class Container>
[[nodiscard]] constexpr Index size_of(const Container& container) noexcept {
  return static_cast<Index>(container.size());
}

/// Signed position to the unsigned one that the standard library wants.
[[nodiscard]] constexpr std::size_t at(Index position) noexcept {
  return static_cast<std::size_t>(position);
}

/// Conversion between integer types that must not change the value; a change is a programmer error.
template <class To, class From>
[[nodiscard]] constexpr To narrow(From value) {
  static_assert(std::is_integral_v<To> && std::is_integral_v<From>);
  const auto result = static_cast<To>(value);
  VIGIL_EXPECTS(static_cast<From>(result) == value && (result < To{}) == (value < From{}));
  return result;
}

} // namespace vigil
