// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Logistic regression with an intercept, by maximum likelihood.
///
///   log(e_i / (1 - e_i)) = intercept + x_i'b;   Newton's method with step halving on centred and scaled columns
///
/// columns    rows x k, column after column; collinear or constant ones have coefficient 0, the first of two equal ones stays
/// undefined  one label alone; no convergence within 60 steps, or a probability within 1e-9 of 0 or 1: the columns separate the labels
/// cost       O(n k^2) for each step
/// source     McCullagh and Nelder 1989, Generalized Linear Models, chapter 4; checked by tests/unit/numeric/logistic_fit_test and
///            tests/reference/treatment_effect_test (R's glm)
class LogisticFit {
public:
  LogisticFit(std::span<const double> columns, std::span<const std::uint8_t> label);

  [[nodiscard]] const std::string& undefined_because() const noexcept { return undefined_because_; }
  [[nodiscard]] Index columns() const noexcept { return columns_; }
  /// Per unit of the columns as given; the intercept first.
  [[nodiscard]] std::vector<double> coefficient() const;
  [[nodiscard]] std::span<const double> probability() const noexcept { return probability_; }
  /// What estimating the coefficients adds to the influence of each row on a quantity: slope_j is its derivative by the
  /// linear predictor of row j.
  ///
  ///   x_i' I^-1 (sum_j slope_j x_j) (y_i - e_i),  I the information; the influences add to 0
  [[nodiscard]] std::vector<double> influence(std::span<const double> slope) const;

private:
  [[nodiscard]] double design(Index row, Index column) const {
    return column == 0 ? 1.0 : value_[at((column - 1) * size_of(probability_) + row)];
  }
  /// Sets the probabilities; returns the log likelihood.
  double evaluate(std::span<const double> coefficient);
  [[nodiscard]] std::vector<double> information() const;
  void standardize();
  void iterate();

  Index columns_;
  std::vector<double> value_, mean_, scale_;
  std::vector<std::uint8_t> label_;
  std::vector<double> coefficient_, probability_, covariance_;
  std::string undefined_because_;
};

} // namespace vigil
