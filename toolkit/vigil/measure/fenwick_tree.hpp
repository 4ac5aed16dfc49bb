// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <vector>

namespace vigil::measure {

/// Sums of weights by level, with the sum below a level in O(log levels) (Fenwick 1994, Softw. Pract. Exper. 24:327).
class FenwickTree {
public:
  explicit FenwickTree(Index levels) : tree_(at(levels + 1), 0.0), level_(at(levels), 0.0) {}

  void add(Index level, double weight) {
    level_[at(level)] += weight;
    total_ += weight;
    for (Index node = level + 1; node < size_of(tree_); node += node & -node) {
      tree_[at(node)] += weight;
    }
  }
  /// Sum over the levels smaller than `level`.
  [[nodiscard]] double below(Index level) const {
    double sum = 0.0;
    for (Index node = level; node > 0; node -= node & -node) {
      sum += tree_[at(node)];
    }
    return sum;
  }
  [[nodiscard]] double equal(Index level) const { return level_[at(level)]; }
  [[nodiscard]] double total() const { return total_; }

private:
  std::vector<double> tree_, level_;
  double total_ = 0.0;
};

} // namespace vigil::measure
