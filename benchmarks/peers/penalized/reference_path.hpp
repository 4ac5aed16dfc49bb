// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vigil::peers {

/// -(1/n) log-likelihood of a family at a linear predictor, written plainly and apart from the toolkit: unit weights,
/// one stratum, no entry, Breslow ties; gaussian and binomial with the best intercept at every point.
struct LossValue {
  double value = 0.0;
  std::vector<double> residual; ///< derivative of the log-likelihood by eta, per subject
};

class PlainLoss {
public:
  PlainLoss() = default;
  PlainLoss(const PlainLoss&) = delete;
  PlainLoss& operator=(const PlainLoss&) = delete;
  PlainLoss(PlainLoss&&) = delete;
  PlainLoss& operator=(PlainLoss&&) = delete;
  virtual ~PlainLoss() = default;
  [[nodiscard]] virtual LossValue evaluate(std::span<const double> eta) const = 0;
  /// Second derivative of the value by the coefficients of `columns` (n x k): k x k.
  [[nodiscard]] virtual std::vector<double> curvature(std::span<const double> eta,
                                                      std::span<const double> columns) const = 0;
  /// Smallest value that any eta could reach.
  [[nodiscard]] virtual double saturated() const = 0;
};

/// Reads PREFIX.time.f64 .. of write_doubles. Throws ConfigError for another family than cox, gaussian, binomial.
[[nodiscard]] std::unique_ptr<const PlainLoss> plain_loss(const std::string& family,
                                                          const std::string& prefix);

/// All features, standardised (divisor n) in double.
class StandardColumns {
public:
  StandardColumns(std::vector<double> raw, Index subjects);
  [[nodiscard]] Index features() const noexcept { return size_of(scale_); }
  [[nodiscard]] Index subjects() const noexcept { return subjects_; }
  [[nodiscard]] std::span<const double> column(Index feature) const {
    return std::span(values_).subspan(at(feature * subjects_), at(subjects_));
  }
  [[nodiscard]] double scale(Index feature) const { return scale_[at(feature)]; }
  /// sum_i direction_i x_ij for every feature.
  [[nodiscard]] std::vector<double> products(std::span<const double> direction) const;

private:
  Index subjects_;
  std::vector<double> values_, scale_;
};

/// Coefficients per standard deviation, zero where absent.
using Coefficients = std::map<Index, double>;

/// One penalised problem: loss + lambda (l1_ratio |b|_1 + (1 - l1_ratio) / 2 |b|_2^2).
struct Problem {
  const PlainLoss& loss;
  const StandardColumns& columns;
  double lambda, l1_ratio;

  [[nodiscard]] std::vector<double> predictor(const Coefficients& b) const;
  [[nodiscard]] double objective(const Coefficients& b) const;
  /// Largest violation of the optimality conditions over all features, relative to lambda l1_ratio.
  [[nodiscard]] double kkt_violation(const Coefficients& b) const;
};

/// The optimum by Newton steps on the selected features at fixed signs, in double: a step ends where a sign changes
/// (the feature leaves), and features that violate the conditions join until there are none.
/// ends  at a Newton decrement of 1e-15 of the objective above the saturated value
[[nodiscard]] Coefficients polish(const Problem& problem, Coefficients start);

} // namespace vigil::peers
