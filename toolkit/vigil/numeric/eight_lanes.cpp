// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/eight_lanes.hpp"

namespace vigil {

EightLanes dot(std::span<const double> factor, std::span<const EightLanes> columns) {
  VIGIL_EXPECTS(factor.size() == columns.size());
  EightLanes first, second, third, fourth;
  const Index rows = size_of(columns);
  Index row = 0;
  for (; row + 4 <= rows; row += 4) {
    first += factor[at(row)] * columns[at(row)];
    second += factor[at(row + 1)] * columns[at(row + 1)];
    third += factor[at(row + 2)] * columns[at(row + 2)];
    fourth += factor[at(row + 3)] * columns[at(row + 3)];
  }
  for (; row < rows; ++row) {
    first += factor[at(row)] * columns[at(row)];
  }
  first += third;
  second += fourth;
  first += second;
  return first;
}

} // namespace vigil
