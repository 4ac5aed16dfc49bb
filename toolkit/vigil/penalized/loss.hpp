// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/numeric/dense.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace vigil::penalized {

/// Curvature X'MX of a log-likelihood at one point, as cross products of transformed columns:
///
///   x_j' M x_k = sum_i P_ij P_ik - sum_i N_ij N_ik
///
/// The transformation of a column does not depend on other columns, so that a column may join later. Where
/// negative_rows() is 0 the curvature is positive semidefinite by construction.
class Curvature {
public:
  Curvature() = default;
  Curvature(const Curvature&) = delete;
  Curvature& operator=(const Curvature&) = delete;
  Curvature(Curvature&&) = delete;
  Curvature& operator=(Curvature&&) = delete;
  virtual ~Curvature() = default;

  [[nodiscard]] virtual Index positive_rows() const noexcept = 0;
  [[nodiscard]] virtual Index negative_rows() const noexcept = 0;
  /// column by row of the loss; positive and negative: positive_rows() and negative_rows() long, overwritten.
  virtual void transform(std::span<const double> column,
                         std::span<double> positive,
                         std::span<double> negative) const = 0;
  /// The columns from `first` on of a matrix by row of the loss, into the same columns of P and N.
  /// checked by tests/unit/penalized/loss_test
  virtual void transform_columns(MatrixView columns,
                                 Index first,
                                 GrowingMatrix& positive,
                                 GrowingMatrix& negative) const;
  /// The transposed map, column overwritten: x'column = P'positive for the transform P of every column x. Only where
  /// negative_rows() is 0.
  virtual void transform_back(std::span<const double> positive, std::span<double> column) const = 0;
};

/// A log-likelihood at one linear predictor.
struct LossPoint {
  double value = 0.0;           ///< -infinity on overflow; the rest is then without meaning
  double intercept = 0.0;       ///< that maximises the value; 0 without one
  std::vector<double> residual; ///< derivative of the value by each row's linear predictor
};

/// A log-likelihood of the linear predictor, for one weighting of the subjects.
///
/// Where a family has an intercept it is maximised over at every point, so that the value is the profile
/// likelihood, the residuals sum to zero, and no column of ones is needed: adding a constant to eta changes
/// nothing but the intercept. The Cox likelihood has the same invariance per stratum.
///
/// rows    the subjects of positive weight, in an order of the loss's own
/// offset  of the data: part of the loss, not of eta
class Loss {
public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  Loss(Loss&&) = delete;
  Loss& operator=(Loss&&) = delete;
  virtual ~Loss() = default;

  [[nodiscard]] virtual Index rows() const noexcept = 0;
  /// The subject of each row.
  [[nodiscard]] virtual std::span<const Index> subjects() const noexcept = 0;
  [[nodiscard]] virtual std::span<const double> weight() const noexcept = 0;
  [[nodiscard]] virtual double total_weight() const noexcept = 0;
  [[nodiscard]] virtual bool has_intercept() const noexcept = 0;
  /// Cox: subjects with an event. Binomial: subjects of the rarer class. Others: rows.
  [[nodiscard]] virtual Index events() const noexcept = 0;
  /// Weight that a unit of deviance is spread over: events (Cox), all rows otherwise.
  [[nodiscard]] virtual double event_weight() const noexcept = 0;
  /// Why nothing can be fitted ("no events", "one class", "constant outcome"); empty: it can.
  [[nodiscard]] virtual std::string_view undefined_because() const noexcept = 0;

  [[nodiscard]] virtual LossPoint evaluate(std::span<const double> eta) const = 0;
  /// Value alone, as evaluate gives it.
  [[nodiscard]] virtual double value(std::span<const double> eta) const = 0;
  /// Minus the second derivative of the (profile) value by eta, at eta.
  [[nodiscard]] virtual std::unique_ptr<const Curvature>
  curvature(std::span<const double> eta) const = 0;
  /// Largest difference of two rows' linear predictors that a fit can mean (a ratio of e^100); infinite where the
  /// curvature does not depend on them.
  [[nodiscard]] virtual double most_spread() const noexcept { return 100.0; }
  /// Largest value that any linear predictor could reach.
  [[nodiscard]] virtual double saturated_value() const = 0;
};

/// The loss of the outcome's kind: Cox (survival), binomial with logit link (binary), Poisson with log link
/// (count), gaussian with unit variance (continuous: value = -sum w (y - eta)^2 / 2).
/// Throws ConfigError for competing risks.
[[nodiscard]] std::unique_ptr<const Loss>
make_loss(const TrainingData& data, const CaseWeights& weights, survival::Ties ties);

} // namespace vigil::penalized
