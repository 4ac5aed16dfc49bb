// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigil::forest {

/// A list of numbers of event times in two bytes each, and two more once one does not fit: they are a third of a forest.
/// checked by tests/unit/forest/jump_times_test
class JumpTimes {
public:
  void push_back(std::uint32_t number) {
    if (number >> 16 != 0 && !wide_) {
      high_.resize(low_.size(), 0);
      wide_ = true;
    }
    low_.push_back(static_cast<std::uint16_t>(number));
    if (wide_) {
      high_.push_back(static_cast<std::uint16_t>(number >> 16));
    }
  }
  [[nodiscard]] std::uint32_t operator[](std::size_t place) const {
    return low_[place] | (wide_ ? std::uint32_t{high_[place]} << 16 : 0U);
  }
  [[nodiscard]] std::size_t size() const noexcept { return low_.size(); }
  void shrink_to_fit() {
    low_.shrink_to_fit();
    high_.shrink_to_fit();
  }
  /// Adds those from one place up to another to a list.
  template <class List>
  void append_to(List& list, std::size_t first, std::size_t end) const {
    for (std::size_t place = first; place < end; ++place) {
      list.push_back((*this)[place]);
    }
  }
  friend bool operator==(const JumpTimes&, const JumpTimes&) = default;

private:
  std::vector<std::uint16_t> low_, high_; ///< high: empty unless wide
  bool wide_ = false;
};

} // namespace vigil::forest
