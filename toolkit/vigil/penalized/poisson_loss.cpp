// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/poisson_loss.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/penalized/intercept_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

class PoissonLoss final : public InterceptLoss {
public:
  PoissonLoss(const CountOutcome& outcome,
              const CaseWeights& weights,
              std::span<const double> offset)
      : InterceptLoss(weights, offset), count_(by_row(outcome.count)),
        total_count_(dot(weight(), count_)) {
    if (!(total_count_ > 0.0)) {
      set_undefined("no events");
    }
  }
  [[nodiscard]] std::unique_ptr<const Curvature>
  curvature(std::span<const double> eta) const override {
    VIGIL_EXPECTS(size_of(eta) == rows());
    std::vector<double> mean = with_offset(eta);
    turn_into_means(mean);
    return centred_curvature(std::move(mean));
  }
  [[nodiscard]] double saturated_value() const override {
    double value = 0.0;
    for (std::size_t row = 0; row < count_.size(); ++row) {
      const double count = count_[row];
      value += count > 0.0 ? weight()[row] * (count * std::log(count) - count) : 0.0;
    }
    return value;
  }

private:
  struct Level {
    double largest = 0.0; ///< linear predictor
    double total = 0.0;   ///< sum of weight times exp(linear - largest)
  };

  /// Linear predictors become weight times mean.
  Level turn_into_means(std::span<double> linear) const {
    if (linear.empty()) {
      return {};
    }
    Level level{.largest = *std::max_element(linear.begin(), linear.end())};
    for (std::size_t row = 0; row < linear.size(); ++row) {
      linear[row] = weight()[row] * std::exp(linear[row] - level.largest);
    }
    level.total = sum(linear);
    const double factor = total_count_ / level.total;
    for (double& value : linear) {
      value *= factor;
    }
    return level;
  }

  [[nodiscard]] Profile profile(std::span<const double> eta,
                                std::span<double> residual) const override {
    if (!undefined_because().empty()) {
      std::fill(residual.begin(), residual.end(), 0.0);
      return {.value = 0.0, .intercept = -std::numeric_limits<double>::infinity()};
    }
    std::vector<double> mean = with_offset(eta);
    const std::vector<double> linear = mean;
    const Level level = turn_into_means(mean);
    const double above = std::log(total_count_) - std::log(level.total);
    double value = total_count_ * (above - 1.0);
    for (std::size_t row = 0; row < linear.size(); ++row) {
      value += weight()[row] * count_[row] * (linear[row] - level.largest);
    }
    for (std::size_t row = 0; row < residual.size(); ++row) {
      residual[row] = weight()[row] * count_[row] - mean[row];
    }
    return {.value = value, .intercept = above - level.largest};
  }

  std::vector<double> count_;
  double total_count_;
};

} // namespace

std::unique_ptr<const Loss> make_poisson_loss(const CountOutcome& outcome,
                                              const CaseWeights& weights,
                                              std::span<const double> offset) {
  return std::make_unique<const PoissonLoss>(outcome, weights, offset);
}

} // namespace vigil::penalized
