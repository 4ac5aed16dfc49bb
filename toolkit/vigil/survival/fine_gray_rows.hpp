// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::survival {

// What the parts of fit_fine_gray share.

/// Rows by ascending time, and what the sums need of each distinct time.
struct FineGrayRows {
  RiskSets sets;
  std::vector<Index> place;         // of each row's time
  std::vector<double> weight;       // by row
  std::vector<std::uint8_t> cause;  // 0 censored, 1 the cause, 2 another
  std::vector<double> free_before;  // G(t-), by time
  std::vector<double> events;       // weight of the cause, by time
  std::vector<double> columns = {}; // rows x k, centred and scaled
  Index order = 0;

  [[nodiscard]] Index size() const { return size_of(weight); }
  [[nodiscard]] double x(Index row, Index column) const {
    return columns[at(column * size() + row)];
  }
};

/// At one coefficient, by time: S_0, the means S_1 / S_0 (times x k), and the information.
struct FineGrayPoint {
  double value = 0.0;
  std::vector<double> relative; // w exp(eta), by row
  std::vector<double> at_risk, mean;
  std::vector<double> score, information;
};

/// I^-1 M I^-1, k x k, M the squares of the sums of eta_i + psi_i over groups (fine_gray.hpp), I^-1 `inverse`.
[[nodiscard]] std::vector<double> fine_gray_covariance(const FineGrayRows& rows,
                                                       const FineGrayPoint& point,
                                                       const CaseWeights& weights,
                                                       std::span<const Index> group,
                                                       std::span<const double> inverse);

} // namespace vigil::survival
