// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace vigil {

/// An address of 128 bits in the tree of all randomness of a study.
///
/// The seed is the root; `child` folds one address part (a purpose or a number) into the address, so that
/// the numbers drawn at an address depend on nothing else: not on threads, order, batch or shard.
/// Address grammar: study / "resample" / r / "fit" / learner / "tree" / t / "node" / n.
///
/// method   Philox 4x32-10 as a keyed mixing function of (address, part)
/// source   Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3;
///          checked by tests/unit/base/random_test
class RandomKey {
public:
  explicit RandomKey(std::uint64_t study_seed) noexcept;
  [[nodiscard]] RandomKey child(std::string_view purpose) const noexcept;
  [[nodiscard]] RandomKey child(Index number) const noexcept;
  [[nodiscard]] const std::array<std::uint32_t, 4>& words() const noexcept { return words_; }
  [[nodiscard]] friend bool operator==(const RandomKey&, const RandomKey&) noexcept = default;

private:
  explicit RandomKey(const std::array<std::uint32_t, 4>& words) noexcept : words_(words) {}
  std::array<std::uint32_t, 4> words_;
};

/// A cursor at one address; local to the code that draws, never shared between tasks.
class RandomStream {
public:
  explicit RandomStream(const RandomKey& key) noexcept : words_(key.words()) {}
  /// Uniform on [0, 1), 53 bits.
  [[nodiscard]] double uniform() noexcept;
  /// Uniform on {0, .., bound - 1} without bias (Lemire 2019); bound > 0.
  [[nodiscard]] Index index_below(Index bound) noexcept;
  /// Standard normal by Box and Muller 1958; both values of a pair are used, in order.
  [[nodiscard]] double normal() noexcept;
  [[nodiscard]] double exponential() noexcept;

private:
  [[nodiscard]] std::uint64_t bits() noexcept;
  void refill() noexcept;
  std::array<std::uint32_t, 4> words_;
  std::array<std::uint64_t, 16> ahead_; ///< the next ones, from next_ to before end_
  std::size_t next_ = 0, end_ = 0;
  std::uint64_t counter_ = 0; ///< of blocks
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

/// One block of Philox 4x32-10; exposed for the known-answer test.
[[nodiscard]] std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                                  const std::array<std::uint32_t, 2>& key) noexcept;

} // namespace vigil
