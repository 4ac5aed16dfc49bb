// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/sums.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

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

namespace {

// Four doubles in one register; g++ and clang agree on this extension.
using FourLanes = double __attribute__((vector_size(32)));

FourLanes load_four(const double* from) {
  FourLanes four;
  std::memcpy(&four, from, sizeof four);
  return four;
}

using FourMask = std::int64_t __attribute__((vector_size(32)));

/// N weightings at once; Masked: rows of weight 0 may hold values that are not finite.
template <int N, bool Masked>
void sums_of(std::span<const double> values, const RowWeights* weightings, MomentSums* out) {
  std::array<FourLanes, N> first{}, other_first{}, second{}, other_second{};
  std::array<double, N> origin{};
  for (int n = 0; n < N; ++n) {
    origin[at(n)] = values[at(weightings[n].first_row)];
  }
  const auto add = [&](int n, Index row, FourLanes value, FourLanes& one, FourLanes& two) {
    const FourLanes weight = load_four(weightings[n].values + row);
    FourLanes distance = value - origin[at(n)];
    if constexpr (Masked) {
      const FourMask absent = weight == 0.0;
      distance = reinterpret_cast<FourLanes>(~absent & reinterpret_cast<FourMask>(distance));
    }
    const FourLanes term = weight * distance;
    one += term;
    two += term * distance;
  };
  const Index whole = size_of(values) / 8 * 8;
  for (Index row = 0; row < whole; row += 8) {
    const FourLanes low = load_four(values.data() + row), high = load_four(values.data() + row + 4);
    for (int n = 0; n < N; ++n) {
      add(n, row, low, first[at(n)], second[at(n)]);
      add(n, row + 4, high, other_first[at(n)], other_second[at(n)]);
    }
  }
  const auto total = [](FourLanes low, FourLanes high) {
    const FourLanes sums = low + high;
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
  };
  for (int n = 0; n < N; ++n) {
    out[n] = {origin[at(n)],
              total(first[at(n)], other_first[at(n)]),
              total(second[at(n)], other_second[at(n)])};
    for (Index row = whole; row < size_of(values); ++row) {
      const double weight = weightings[n].values[row];
      const double distance = weight == 0.0 ? 0.0 : values[at(row)] - origin[at(n)];
      out[n].first += weight * distance;
      out[n].second += weight * distance * distance;
    }
  }
}

template <bool Masked>
void all_sums(std::span<const double> values,
              std::span<const RowWeights> weightings,
              std::span<MomentSums> out) {
  std::size_t number = 0;
  const auto none = [&](std::size_t which) { return weightings[which].first_row == no_index; };
  while (number < weightings.size()) {
    if (none(number)) {
      out[number++] = {std::numeric_limits<double>::quiet_NaN(), 0.0, 0.0};
    } else if (number + 3 <= weightings.size() && !none(number + 1) && !none(number + 2)) {
      sums_of<3, Masked>(values, weightings.data() + number, out.data() + number);
      number += 3;
    } else {
      sums_of<1, Masked>(values, weightings.data() + number, out.data() + number);
      ++number;
    }
  }
}

} // namespace

void moment_sums(std::span<const double> values,
                 std::span<const RowWeights> weightings,
                 std::span<MomentSums> out) {
  VIGIL_EXPECTS(weightings.size() == out.size());
  double check = 0.0; // NaN when some value is not finite
  for (const double value : values) {
    check += 0.0 * value;
  }
  if (check == 0.0) {
    all_sums<false>(values, weightings, out);
  } else {
    all_sums<true>(values, weightings, out);
  }
}

} // namespace vigil
