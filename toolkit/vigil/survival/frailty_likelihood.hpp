// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/gamma_frailty.hpp"

#include <span>
#include <vector>

namespace vigil::survival {

/// Coefficients and log frailties that maximise the penalized likelihood at one variance, and the marginal likelihood there.
struct FrailtyPoint {
  double variance = 0.0;
  bool converged = false;
  double log_likelihood = 0.0; ///< marginal
  double slope = 0.0;          ///< its derivative by log variance, everything else maximised again
  double curvature = 0.0;      ///< minus its second derivative
  std::vector<double> coefficient = {}, log_frailty = {};
  std::vector<double> covariance = {}; ///< of the coefficients, variance known: k x k
  std::vector<double> drift = {};      ///< derivative of the coefficients by log variance
};

/// The marginal likelihood of a gamma frailty as a function of its variance: gamma_frailty.hpp has the formulas.
class FrailtyLikelihood {
public:
  /// rows: rows of the likelihood x k, in row order, centred and scaled, linearly independent.
  FrailtyLikelihood(const CoxLikelihood& likelihood,
                    std::vector<double> rows,
                    const SharedFrailtyData& data);

  /// By Newton's method from `start` (empty: zeros) with step halving. variance > 0.
  [[nodiscard]] FrailtyPoint at_variance(double variance, const FrailtyPoint& start) const;

  [[nodiscard]] Index columns() const noexcept { return columns_; }
  [[nodiscard]] std::span<const Index> events() const noexcept { return events_; }

private:
  struct State;
  [[nodiscard]] State evaluate(std::vector<double> parameters, double nu) const;
  [[nodiscard]] std::vector<double> gradient(const State& state, double nu) const;
  [[nodiscard]] std::vector<double> information(const State& state, double nu) const;
  [[nodiscard]] bool climb(State& state, double nu) const;
  void describe(const State& state, double nu, FrailtyPoint& point) const;

  const CoxLikelihood& likelihood_;
  Index columns_, clusters_;
  std::vector<double> rows_;   ///< the columns, then an indicator of each cluster
  std::vector<Index> cluster_; ///< by row
  std::vector<Index> events_;  ///< by cluster
};

} // namespace vigil::survival
