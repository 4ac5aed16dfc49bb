// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// Sums over ranges of positions without any subtraction, so that nothing cancels: a balanced binary tree.
/// Either add to ranges and ask at points, or build from values and ask over ranges; each O(log size).
/// Value: a double, or several side by side.
template <class Value = double>
class IntervalSums {
public:
  explicit IntervalSums(Index size) : size_(size), node_(at(2 * size), Value{}) {}
  explicit IntervalSums(std::span<const Value> values) : IntervalSums(size_of(values)) {
    for (Index place = 0; place < size_; ++place) {
      node_[at(size_ + place)] = values[at(place)];
    }
    for (Index parent = size_ - 1; parent > 0; --parent) {
      node_[at(parent)] = node_[at(2 * parent)] + node_[at(2 * parent + 1)];
    }
  }

  /// Adds to every position of [first, end).
  void add_to_range(Index first, Index end, const Value& value) {
    for_nodes(first, end, [&](Index node) { node_[at(node)] += value; });
  }
  /// What was added to a position.
  [[nodiscard]] Value at_point(Index place) const {
    Value sum{};
    for (Index node = size_ + place; node > 0; node /= 2) {
      sum += node_[at(node)];
    }
    return sum;
  }
  /// Sum of the values at [first, end).
  [[nodiscard]] Value over_range(Index first, Index end) const {
    Value sum{};
    for_nodes(first, end, [&](Index node) { sum += node_[at(node)]; });
    return sum;
  }

private:
  template <class Visit>
  void for_nodes(Index first, Index end, const Visit& visit) const {
    for (Index left = first + size_, right = end + size_; left < right; left /= 2, right /= 2) {
      if (left % 2 == 1) {
        visit(left++);
      }
      if (right % 2 == 1) {
        visit(--right);
      }
    }
  }

  Index size_;
  std::vector<Value> node_;
};

} // namespace vigil::survival
