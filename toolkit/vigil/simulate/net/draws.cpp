// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <vector>

namespace vigil::simulate::net {

Index categorical(RandomStream& stream, std::span<const double> shares) {
  const double level = stream.uniform();
  double below = 0.0;
  for (Index place = 0; place + 1 < size_of(shares); ++place) {
    below += shares[at(place)];
    if (level < below) {
      return place;
    }
  }
  return size_of(shares) - 1;
}

Index poisson(RandomStream& stream, double mean) {
  const double level = stream.uniform();
  double probability = std::exp(-mean);
  double below = probability;
  Index count = 0;
  // Beyond the second condition the sum of probabilities has reached 1 as far as it can.
  while (level >= below && (probability > 1e-18 || static_cast<double>(count) < mean)) {
    ++count;
    probability *= mean / static_cast<double>(count);
    below += probability;
  }
  return count;
}

double negative_binomial(double uniform, double mean, double dispersion) {
  const double shape = 1.0 / dispersion;
  const double ratio = mean / (mean + shape);
  double probability = std::pow(1.0 - ratio, shape);
  double below = probability;
  double count = 0.0;
  while (uniform >= below && (probability > 1e-18 || count < mean)) {
    probability *= ratio * (shape + count) / (count + 1.0);
    count += 1.0;
    below += probability;
  }
  return count;
}

double symmetric_beta(RandomStream& stream, Index shape) {
  std::vector<double> uniforms(at(2 * shape - 1));
  for (double& value : uniforms) {
    value = stream.uniform();
  }
  const auto middle = uniforms.begin() + static_cast<std::ptrdiff_t>(shape - 1);
  std::nth_element(uniforms.begin(), middle, uniforms.end());
  return *middle;
}

double unit_t8(RandomStream& stream) {
  constexpr double two_pi = 6.283185307179586476925286766559;
  const double u = 1.0 - stream.uniform(); // in (0, 1]
  const double v = stream.uniform();
  return std::sqrt(6.0 * (1.0 / std::sqrt(std::sqrt(u)) - 1.0)) * std::cos(two_pi * v);
}

} // namespace vigil::simulate::net
