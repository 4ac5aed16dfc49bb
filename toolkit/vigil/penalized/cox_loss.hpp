// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/loss.hpp"

namespace vigil::penalized {

/// Cox's log partial likelihood as a loss; rows in the order of survival::CoxLikelihood. A constant added to eta
/// changes nothing, hence no intercept.
class CoxLoss final : public Loss {
public:
  CoxLoss(const SurvivalOutcome& outcome,
          const CaseWeights& weights,
          std::span<const Index> stratum,
          std::span<const double> offset,
          survival::Ties ties)
      : likelihood_(outcome, weights, stratum, offset, ties) {}

  [[nodiscard]] const survival::CoxLikelihood& likelihood() const noexcept { return likelihood_; }
  [[nodiscard]] Index rows() const noexcept override { return likelihood_.rows(); }
  [[nodiscard]] std::span<const Index> subjects() const noexcept override {
    return likelihood_.subjects();
  }
  [[nodiscard]] std::span<const double> weight() const noexcept override {
    return likelihood_.weight();
  }
  [[nodiscard]] double total_weight() const noexcept override { return likelihood_.total_weight(); }
  [[nodiscard]] bool has_intercept() const noexcept override { return false; }
  [[nodiscard]] Index events() const noexcept override { return likelihood_.events(); }
  [[nodiscard]] double event_weight() const noexcept override { return likelihood_.event_weight(); }
  [[nodiscard]] std::string_view undefined_because() const noexcept override {
    return likelihood_.events() == 0 ? "no events" : "";
  }
  [[nodiscard]] LossPoint evaluate(std::span<const double> eta) const override;
  [[nodiscard]] double value(std::span<const double> eta) const override;
  [[nodiscard]] std::unique_ptr<const Curvature>
  curvature(std::span<const double> eta) const override;
  [[nodiscard]] double saturated_value() const override { return likelihood_.saturated_value(); }

private:
  survival::CoxLikelihood likelihood_;
};

/// The likelihood behind a loss that make_loss() made for a survival outcome.
[[nodiscard]] const survival::CoxLikelihood& cox_likelihood(const Loss& loss);

} // namespace vigil::penalized
