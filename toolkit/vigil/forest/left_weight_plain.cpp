// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/left_side.hpp"

namespace vigil::forest {

namespace {

void sum(const LeftSide& side,
         std::span<const std::uint32_t> rows,
         const double* weight,
         double* left) {
  double total = 0.0;
  for (std::size_t place = rows.size(); place-- > 0;) {
    total += static_cast<double>(side.has(rows[place])) * weight[place]; // without a branch
    left[place] = total;
  }
}

void count(const LeftSide& side, std::span<const std::uint32_t> rows, double* left) {
  std::uint32_t total = 0;
  for (std::size_t place = rows.size(); place-- > 0;) {
    total += static_cast<std::uint32_t>(side.has(rows[place]));
    left[place] = total;
  }
}

} // namespace

const LeftWeightKernel left_weight_plain{.sum = sum, .count = count};

} // namespace vigil::forest
