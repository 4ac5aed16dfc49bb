// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <bit>
#include <cstdint>

namespace vigil::forest {

/// Numbers of one side of a cut, three fields of 20 bits in one word, so that they add and compare at once.
class SideCounts {
public:
  static constexpr Index most = (Index{1} << 20) - 1; ///< of each

  constexpr SideCounts() = default;
  constexpr SideCounts(Index subjects, Index copies, Index events)
      : word_(static_cast<std::uint64_t>(subjects) | static_cast<std::uint64_t>(copies) << 21 |
              static_cast<std::uint64_t>(events) << 42) {}
  [[nodiscard]] constexpr Index subjects() const noexcept { return field(0); }
  /// Subjects by times drawn.
  [[nodiscard]] constexpr Index copies() const noexcept { return field(21); }
  /// Subjects with an event.
  [[nodiscard]] constexpr Index events() const noexcept { return field(42); }

  constexpr void add(SideCounts other) noexcept { word_ += other.word_; }
  [[nodiscard]] constexpr SideCounts without(SideCounts other) const noexcept {
    return SideCounts(word_ - other.word_);
  }
  /// Whether no field is less than that of the other.
  [[nodiscard]] constexpr bool reaches(SideCounts other) const noexcept {
    return (((word_ | guards) - other.word_) & guards) == guards;
  }
  [[nodiscard]] friend constexpr bool operator==(SideCounts, SideCounts) = default;

private:
  static constexpr std::uint64_t guards =
      std::uint64_t{1} << 20 | std::uint64_t{1} << 41 | std::uint64_t{1} << 62;
  constexpr explicit SideCounts(std::uint64_t word) : word_(word) {}
  [[nodiscard]] constexpr Index field(int shift) const noexcept {
    return static_cast<Index>((word_ >> shift) & 0xFFFFFU);
  }
  std::uint64_t word_ = 0;
};

/// What adds up over one side of a cut. Integers: no order of addition can decide between cuts, and every processor
/// finds the same one.
struct alignas(16) CutSums {
  std::int64_t score = 0; ///< in units of the node's own (SurvivalNode)
  SideCounts counts;

  void add(const CutSums& other) noexcept { // both words at once
    using Words = std::int64_t __attribute__((vector_size(16)));
    *this = std::bit_cast<CutSums>(std::bit_cast<Words>(*this) + std::bit_cast<Words>(other));
  }
};

} // namespace vigil::forest
