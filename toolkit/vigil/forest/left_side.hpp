// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vigil::forest {

/// Which rows a cut of a column sends to the left: ranks from 1 to `cut`, and rank 0 where missing values go there.
class LeftSide {
public:
  LeftSide(std::span<const std::uint16_t> ranks, std::uint16_t cut, bool missing_left)
      : ranks_(ranks.data()), shift_(missing_left ? 0 : 1),
        last_(static_cast<std::uint16_t>(cut - shift_)) {}
  [[nodiscard]] bool has(std::uint32_t row) const {
    return static_cast<std::uint16_t>(ranks_[row] - shift_) <= last_;
  }
  [[nodiscard]] const std::uint16_t* ranks() const noexcept { return ranks_; }
  /// A row is on the left where its rank less shift() is at most last(), modulo 2^16: rank 0 becomes the highest where
  /// it goes to the right.
  [[nodiscard]] std::uint16_t shift() const noexcept { return shift_; }
  [[nodiscard]] std::uint16_t last() const noexcept { return last_; }

private:
  const std::uint16_t* ranks_;
  std::uint16_t shift_, last_;
};

/// The weight on the left among a place and all after it, by place; weights are whole numbers, so that no order of addition
/// matters. checked by tests/unit/forest/left_side_test
struct LeftWeightKernel {
  void (*sum)(const LeftSide& side,
              std::span<const std::uint32_t> rows,
              const double* weight,
              double* left);
  /// The same where all weights are 1.
  void (*count)(const LeftSide& side, std::span<const std::uint32_t> rows, double* left);
};
extern const LeftWeightKernel left_weight_avx512, left_weight_plain;

} // namespace vigil::forest
