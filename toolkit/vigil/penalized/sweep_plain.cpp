// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep_body.hpp"

#include <array>
#include <cmath>

namespace vigil::penalized {

namespace {

struct PlainLanes {
  std::array<float, sweep_lanes> value;
  static PlainLanes zero() { return {}; }
  static PlainLanes load(const float* from) { return load_first(from, sweep_lanes); }
  static PlainLanes load_first(const float* from, Index count) {
    PlainLanes lanes{};
    std::copy_n(from, count, lanes.value.begin());
    return lanes;
  }
  void add_product(const PlainLanes& left, const PlainLanes& right) {
    for (std::size_t lane = 0; lane < value.size(); ++lane) {
      value[lane] = std::fma(left.value[lane], right.value[lane], value[lane]);
    }
  }
  [[nodiscard]] float total() const {
    std::array<float, sweep_lanes> sums = value;
    for (std::size_t half = sums.size() / 2; half > 0; half /= 2) {
      for (std::size_t lane = 0; lane < half; ++lane) {
        sums[lane] += sums[lane + half];
      }
    }
    return sums[0];
  }
};

} // namespace

void sweep_plain(const SweepTask& task) {
  sweep_all<PlainLanes, 1, 1>(task);
}

} // namespace vigil::penalized
