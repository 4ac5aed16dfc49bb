// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/column_sums_body.hpp"

#include <cmath>

namespace vigil {

namespace {

struct PlainLanes {
  static constexpr Index width = 1, fours = 16;
  double value;
  static PlainLanes zero() { return {0.0}; }
  static PlainLanes same(double each) { return {each}; }
  static PlainLanes load(const double* from) { return {*from}; }
  void store(double* to) const { *to = value; }
  friend PlainLanes operator+(PlainLanes left, PlainLanes right) {
    return {left.value + right.value};
  }
  static PlainLanes add_product(PlainLanes left, PlainLanes right, PlainLanes sum) {
    return {std::fma(left.value, right.value, sum.value)};
  }
  static void read_four(const float* const* columns, Index row, PlainLanes (&out)[4]) {
    for (Index place = 0; place < 4; ++place) {
      out[place] = {static_cast<double>(columns[0][row + place])};
    }
  }
};

} // namespace

void column_sums_plain(const ColumnSumsTask& task) {
  sums_of_columns<PlainLanes>(task);
}

} // namespace vigil
