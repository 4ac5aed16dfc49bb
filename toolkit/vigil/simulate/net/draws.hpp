// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/base/random.hpp"

#include <cmath>
#include <span>

namespace vigil::simulate::net {

/// Laws that draw a fixed number of uniforms each, so that whatever is drawn later stays where it is when a
/// constant changes. Checked by tests/unit/simulate/net_draws_test.

[[nodiscard]] inline double expit(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

[[nodiscard]] inline double log_odds(double probability) {
  return std::log(probability / (1.0 - probability));
}

[[nodiscard]] inline bool bernoulli(RandomStream& stream, double probability) {
  return stream.uniform() < probability;
}

/// exp of Normal(log median, log_sd^2).
[[nodiscard]] inline double log_normal(RandomStream& stream, double median, double log_sd) {
  return median * std::exp(log_sd * stream.normal());
}

/// Position drawn with these shares, which sum to 1.
[[nodiscard]] Index categorical(RandomStream& stream, std::span<const double> shares);

/// Poisson by inversion of one uniform; mean below 700. cost O(mean)
[[nodiscard]] Index poisson(RandomStream& stream, double mean);

/// Negative binomial with variance mean + dispersion mean^2 at the level `uniform`, by inversion. cost O(mean)
[[nodiscard]] double negative_binomial(double uniform, double mean, double dispersion);

/// Beta(shape, shape) for a whole shape: the median of 2 shape - 1 uniforms.
[[nodiscard]] double symmetric_beta(RandomStream& stream, Index shape);

/// Student's t with 8 degrees of freedom, scaled to variance 1; two uniforms.
///
///   sqrt(6 (u^(-1/4) - 1)) cos(2 pi v)
///
/// source   Bailey 1994, Math. Comput. 62:779
[[nodiscard]] double unit_t8(RandomStream& stream);

} // namespace vigil::simulate::net
