// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/sweep.hpp"

#include "vigil/numeric/instruction_set.hpp"
#include "vigil/penalized/vector_lanes.hpp"

#include <array>

namespace vigil::penalized {

namespace {

using Mask = std::int64_t __attribute__((vector_size(32)));

Lanes choose(Mask condition, Lanes yes, Lanes no) {
  return reinterpret_cast<Lanes>((condition & reinterpret_cast<Mask>(yes)) |
                                 (~condition & reinterpret_cast<Mask>(no)));
}

Lanes all(double value) {
  return Lanes{value, value, value, value};
}

template <class Value>
double product(std::span<const Value> column,
               std::span<const double> direction,
               double offset,
               const Preparation::Column& rule) {
  VIGIL_EXPECTS(column.size() == direction.size());
  const Index count = size_of(column);
  const Lanes zero = all(0.0), shift = all(offset), fill = all(rule.fill),
              centre = all(rule.centre);
  const auto term = [&](const Value* values, const double* weights) {
    const Lanes raw = load(values) + shift, weight = load(weights);
    const Lanes filled = choose(raw == raw, raw, fill);
    return choose(weight == zero, zero, weight * (filled - centre));
  };
  Lanes even = zero, odd = zero;
  Index place = 0;
  for (; place + 8 <= count; place += 8) {
    even += term(column.data() + place, direction.data() + place);
    odd += term(column.data() + place + 4, direction.data() + place + 4);
  }
  if (place < count) { // the rest, padded with absent subjects
    std::array<Value, 8> values{};
    std::array<double, 8> weights{};
    for (Index lane = 0; place < count; ++place, ++lane) {
      values[at(lane)] = column[at(place)];
      weights[at(lane)] = direction[at(place)];
    }
    even += term(values.data(), weights.data());
    odd += term(values.data() + 4, weights.data() + 4);
  }
  return total(even + odd);
}

} // namespace

double centred_product(std::span<const float> column,
                       std::span<const double> direction,
                       double offset,
                       const Preparation::Column& rule) {
  return product(column, direction, offset, rule);
}

double centred_product(std::span<const double> column,
                       std::span<const double> direction,
                       double offset,
                       const Preparation::Column& rule) {
  return product(column, direction, offset, rule);
}

namespace {

const SweepKernel& kernel() {
  return choose_kernel(sweep_avx512, sweep_avx2, sweep_plain);
}

} // namespace

void sweep(const SweepTask& task) {
  kernel().sweep(task);
}

Index bound(const BoundTask& task) {
  return kernel().bound(task);
}

} // namespace vigil::penalized
