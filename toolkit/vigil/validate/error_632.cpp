// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/error_632.hpp"

#include "vigil/base/contract.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil {

namespace {

constexpr double share = 0.632;

} // namespace

double error_632(double apparent, double left_out) {
  return (1.0 - share) * apparent + share * left_out;
}

double error_632_plus(double apparent, double left_out, double gamma) {
  if (std::isnan(apparent) || std::isnan(left_out) || std::isnan(gamma)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double bounded = std::min(left_out, gamma);
  const double overfitting =
      bounded > apparent ? std::min(1.0, (bounded - apparent) / (gamma - apparent)) : 0.0;
  const double weight = share / (1.0 - (1.0 - share) * overfitting);
  return (1.0 - weight) * apparent + weight * bounded;
}

double no_information_brier(std::span<const double> weight,
                            std::span<const double> inverse,
                            std::span<const double> happened,
                            std::span<const double> risk) {
  VIGIL_EXPECTS(weight.size() == inverse.size() && weight.size() == happened.size() &&
                weight.size() == risk.size());
  double total = 0.0, carried = 0.0, events = 0.0, mean = 0.0, square = 0.0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    total += weight[i];
    carried += weight[i] * inverse[i];
    events += weight[i] * inverse[i] * happened[i];
    mean += weight[i] * risk[i];
    square += weight[i] * risk[i] * risk[i];
  }
  carried /= total;
  events /= total;
  mean /= total;
  square /= total;
  return events - 2.0 * events * mean + carried * square; // y^2 = y
}

} // namespace vigil
