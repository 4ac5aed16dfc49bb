// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <array>
#include <cstring>
#include <span>

namespace vigil {

/// Eight doubles side by side: one row of eight columns. Each lane is computed as a double alone would be, so that what
/// comes out of a lane does not depend on the other lanes.
/// checked by tests/unit/numeric/eight_lanes_test
struct EightLanes {
  using Four = double __attribute__((vector_size(32)));
  static constexpr Index count = 8;
  Four low = {}, high = {};

  EightLanes() = default;
  EightLanes(const Four& first, const Four& second) : low(first), high(second) {}
  explicit EightLanes(const std::array<double, at(count)>& cells) {
    std::memcpy(&low, cells.data(), sizeof low);
    std::memcpy(&high, cells.data() + 4, sizeof high);
  }

  [[nodiscard]] double operator[](Index lane) const {
    return lane < 4 ? low[lane] : high[lane - 4];
  }
  void set(Index lane, double value) {
    if (lane < 4) {
      low[lane] = value;
    } else {
      high[lane - 4] = value;
    }
  }

  EightLanes& operator+=(const EightLanes& other) {
    low += other.low;
    high += other.high;
    return *this;
  }
  EightLanes& operator-=(const EightLanes& other) {
    low -= other.low;
    high -= other.high;
    return *this;
  }
  friend EightLanes operator-(EightLanes left, const EightLanes& right) { return left -= right; }
  friend EightLanes operator*(double factor, const EightLanes& lanes) {
    return {lanes.low * factor, lanes.high * factor};
  }
  friend EightLanes operator/(const EightLanes& lanes, double divisor) {
    return {lanes.low / divisor, lanes.high / divisor};
  }
  friend EightLanes operator*(const EightLanes& left, const EightLanes& right) {
    return {left.low * right.low, left.high * right.high};
  }
};

/// sum_i factor_i columns_i in four interleaved partial sums, added in a fixed tree.
[[nodiscard]] EightLanes dot(std::span<const double> factor, std::span<const EightLanes> columns);

} // namespace vigil
