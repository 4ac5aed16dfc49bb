// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/logistic_loss.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/penalized/intercept_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

/// Probabilities of 1 and 0 at one linear predictor, each with full relative accuracy.
struct Chances {
  double one = 0.0, zero = 0.0;
};

Chances chances(double linear) {
  const double small = std::exp(-std::fabs(linear)), large = 1.0 / (1.0 + small);
  return linear >= 0.0 ? Chances{large, small * large} : Chances{small * large, large};
}

class LogisticLoss final : public InterceptLoss {
public:
  LogisticLoss(const BinaryOutcome& outcome,
               const CaseWeights& weights,
               std::span<const double> offset)
      : InterceptLoss(weights, offset), label_(by_row(outcome.label)) {
    for (std::size_t row = 0; row < label_.size(); ++row) {
      (label_[row] > 0.0 ? weight_of_ones_ : weight_of_zeros_) += weight()[row];
      ones_ += label_[row] > 0.0 ? 1 : 0;
    }
    if (ones_ == 0 || ones_ == rows()) {
      set_undefined("one class");
    }
  }
  [[nodiscard]] Index events() const noexcept override { return std::min(ones_, rows() - ones_); }
  [[nodiscard]] std::unique_ptr<const Curvature>
  curvature(std::span<const double> eta) const override {
    VIGIL_EXPECTS(size_of(eta) == rows());
    std::vector<double> row_curvature = with_offset(eta);
    const double intercept = find_intercept(row_curvature);
    for (std::size_t row = 0; row < row_curvature.size(); ++row) {
      const Chances p = chances(row_curvature[row] + intercept);
      row_curvature[row] = weight()[row] * p.one * p.zero;
    }
    return centred_curvature(std::move(row_curvature));
  }
  [[nodiscard]] double saturated_value() const override { return 0.0; }

private:
  /// How far an intercept is from the root, on the scale of the log odds, and the derivative.
  struct Miss {
    double value = 0.0, slope = 0.0;
  };
  [[nodiscard]] Miss miss(std::span<const double> linear, double intercept) const {
    double one = 0.0, zero = 0.0, spread = 0.0;
    for (std::size_t row = 0; row < linear.size(); ++row) {
      const Chances p = chances(linear[row] + intercept);
      const double weighted = weight()[row] * p.one;
      one += weighted;
      zero += weight()[row] * p.zero;
      spread += weighted * p.zero;
    }
    // Two ratios near 1 lose nothing where the logarithms of small sums would.
    return {.value = std::log(one / weight_of_ones_) - std::log(zero / weight_of_zeros_),
            .slope = spread * (1.0 / one + 1.0 / zero)};
  }
  [[nodiscard]] double find_intercept(std::span<const double> linear) const;
  [[nodiscard]] Profile profile(std::span<const double> eta,
                                std::span<double> residual) const override;

  std::vector<double> label_;
  double weight_of_ones_ = 0.0, weight_of_zeros_ = 0.0;
  Index ones_ = 0;
};

double LogisticLoss::find_intercept(std::span<const double> linear) const {
  if (!undefined_because().empty()) {
    const double infinity = std::numeric_limits<double>::infinity();
    return ones_ > 0 ? infinity : -infinity;
  }
  const double log_odds = std::log(weight_of_ones_) - std::log(weight_of_zeros_);
  const auto [least, most] = std::minmax_element(linear.begin(), linear.end());
  double low = log_odds - *most, high = log_odds - *least;
  double intercept = std::clamp(log_odds - dot(weight(), linear) / total_weight(), low, high);
  double last_step = high - low, step_before = last_step;
  // Quadratic convergence: the error after a step this short is below the rounding of the sums.
  constexpr double short_step = 1e-8, rounding = 2.0 * std::numeric_limits<double>::epsilon();
  constexpr int most_steps = 200;
  for (int step = 0; step < most_steps && low < high; ++step) {
    const Miss now = miss(linear, intercept);
    if (std::fabs(now.value) <= rounding) {
      return intercept;
    }
    (now.value > 0.0 ? high : low) = intercept;
    const double newton = -now.value / now.slope;
    const double next = intercept + newton;
    if (next > low && next < high && std::fabs(newton) <= 0.5 * std::fabs(step_before)) {
      intercept = next;
      step_before = std::exchange(last_step, newton);
      if (std::fabs(newton) <= short_step) {
        return intercept;
      }
      continue;
    }
    const double middle = low + 0.5 * (high - low);
    if (middle <= low || middle >= high) {
      return intercept;
    }
    step_before = std::exchange(last_step, middle - intercept);
    intercept = middle;
  }
  return intercept;
}

LogisticLoss::Profile LogisticLoss::profile(std::span<const double> eta,
                                            std::span<double> residual) const {
  const std::vector<double> linear = with_offset(eta);
  const double intercept = find_intercept(linear);
  if (!undefined_because().empty()) {
    std::fill(residual.begin(), residual.end(), 0.0);
    return {.value = 0.0, .intercept = intercept};
  }
  double value = 0.0;
  for (std::size_t row = 0; row < linear.size(); ++row) {
    // log p of the label that was observed is -log(1 + exp(-margin)).
    const double sign = label_[row] > 0.0 ? 1.0 : -1.0;
    const double margin = sign * (linear[row] + intercept);
    const double small = std::exp(-std::fabs(margin));
    value -= weight()[row] * (std::log1p(small) + std::max(0.0, -margin));
    if (!residual.empty()) {
      residual[row] = sign * weight()[row] * (margin >= 0.0 ? small : 1.0) / (1.0 + small);
    }
  }
  return {.value = value, .intercept = intercept};
}

} // namespace

std::unique_ptr<const Loss> make_logistic_loss(const BinaryOutcome& outcome,
                                               const CaseWeights& weights,
                                               std::span<const double> offset) {
  return std::make_unique<const LogisticLoss>(outcome, weights, offset);
}

} // namespace vigil::penalized
