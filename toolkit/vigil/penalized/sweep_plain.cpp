// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep_body.hpp"

#include <array>
#include <cmath>

namespace vigil::penalized {

namespace {

struct PlainLanes {
  using Part = PlainLanes;
  static constexpr int parts = 1;
  static PlainLanes of(const Part (&all)[parts]) { return all[0]; }

  std::array<float, sweep_lanes> value;
  static PlainLanes zero() { return {}; }
  static PlainLanes all(float value) {
    PlainLanes lanes{};
    lanes.value.fill(value);
    return lanes;
  }
  static PlainLanes load(const float* from) { return load_first(from, sweep_lanes); }
  static PlainLanes load_first(const float* from, Index count) {
    PlainLanes lanes{};
    std::copy_n(from, count, lanes.value.begin());
    return lanes;
  }
  void store(float* to) const { std::copy(value.begin(), value.end(), to); }
  [[nodiscard]] PlainLanes absolute() const {
    PlainLanes lanes{};
    for (std::size_t lane = 0; lane < value.size(); ++lane) {
      lanes.value[lane] = std::fabs(value[lane]);
    }
    return lanes;
  }
  [[nodiscard]] PlainLanes smaller(const PlainLanes& other) const {
    PlainLanes lanes{};
    for (std::size_t lane = 0; lane < value.size(); ++lane) {
      lanes.value[lane] = value[lane] < other.value[lane] ? value[lane] : other.value[lane];
    }
    return lanes;
  }
  [[nodiscard]] std::uint16_t not_at_most(const PlainLanes& other) const {
    unsigned bits = 0;
    for (std::size_t lane = 0; lane < value.size(); ++lane) {
      bits |= (value[lane] <= other.value[lane] ? 0U : 1U) << lane;
    }
    return static_cast<std::uint16_t>(bits);
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
  static void add_totals(const PlainLanes (&all)[8], double* sums) {
    for (const PlainLanes& each : all) {
      *sums++ += static_cast<double>(each.total());
    }
  }
};

} // namespace

const SweepKernel sweep_plain{.sweep = sweep_all<PlainLanes, 1, 1, 1>,
                              .bound = bound_all<PlainLanes>};

} // namespace vigil::penalized
