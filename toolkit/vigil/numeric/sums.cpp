// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/sums.hpp"

#include <array>
#include <cmath>

namespace vigil {

namespace {

constexpr Index lanes = 8;

template <class Term>
double lane_sum(Index count, const Term& term) {
  std::array<double, lanes> partial{};
  Index position = 0;
  for (; position + lanes <= count; position += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) {
      partial[at(lane)] += term(position + lane);
    }
  }
  for (Index lane = 0; position < count; ++position, ++lane) {
    partial[at(lane)] += term(position);
  }
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

template <class Value>
Moments moments(std::span<const Value> values, std::span<const double> weights) {
  VIGIL_EXPECTS(values.size() == weights.size());
  Moments result;
  const auto used = [&](Index i) { return weights[at(i)] > 0.0 && std::isfinite(values[at(i)]); };
  const Index count = size_of(values);
  for (Index i = 0; i < count; ++i) {
    if (!used(i)) {
      continue;
    }
    const auto value = static_cast<double>(values[at(i)]);
    result.smallest = result.finite == 0 || value < result.smallest ? value : result.smallest;
    result.largest = result.finite == 0 || value > result.largest ? value : result.largest;
    ++result.finite;
  }
  result.weight = lane_sum(count, [&](Index i) { return used(i) ? weights[at(i)] : 0.0; });
  if (result.finite == 0) {
    return result;
  }
  // Sums are taken about the smallest value, so that a large common offset costs no digits.
  const double origin = result.smallest;
  const double shift =
      lane_sum(count,
               [&](Index i) {
                 return used(i) ? weights[at(i)] * (static_cast<double>(values[at(i)]) - origin)
                                : 0.0;
               }) /
      result.weight;
  result.mean = origin + shift;
  result.variance =
      lane_sum(count,
               [&](Index i) {
                 const double gap =
                     used(i) ? (static_cast<double>(values[at(i)]) - origin) - shift : 0.0;
                 return used(i) ? weights[at(i)] * gap * gap : 0.0;
               }) /
      result.weight;
  if (result.smallest == result.largest) {
    result.mean = result.smallest;
    result.variance = 0.0;
  }
  return result;
}

} // namespace

double sum(std::span<const double> values) {
  return lane_sum(size_of(values), [&](Index i) { return values[at(i)]; });
}

double dot(std::span<const double> left, std::span<const double> right) {
  VIGIL_EXPECTS(left.size() == right.size());
  return lane_sum(size_of(left), [&](Index i) { return left[at(i)] * right[at(i)]; });
}

Moments weighted_moments(std::span<const double> values, std::span<const double> weights) {
  return moments(values, weights);
}

Moments weighted_moments(std::span<const float> values, std::span<const double> weights) {
  return moments(values, weights);
}

} // namespace vigil
