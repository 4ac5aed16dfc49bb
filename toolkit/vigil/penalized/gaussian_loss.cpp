// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/gaussian_loss.hpp"

#include "vigil/numeric/sums.hpp"
#include "vigil/penalized/intercept_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

class GaussianLoss final : public InterceptLoss {
public:
  GaussianLoss(const ContinuousOutcome& outcome,
               const CaseWeights& weights,
               std::span<const double> offset)
      : InterceptLoss(weights, offset), response_(by_row(outcome.value)) {
    double size = 0.0;
    for (std::size_t row = 0; row < response_.size(); ++row) {
      const double moved = row_offset(row);
      size = std::max(size, std::fabs(response_[row]) + std::fabs(moved));
      response_[row] -= moved;
    }
    const auto [least, most] = std::minmax_element(response_.begin(), response_.end());
    constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
    if (response_.empty() || *most - *least <= rounding * size) {
      set_undefined("constant outcome");
    }
  }
  [[nodiscard]] std::unique_ptr<const Curvature>
  curvature(std::span<const double> eta) const override {
    VIGIL_EXPECTS(size_of(eta) == rows());
    return centred_curvature({weight().begin(), weight().end()});
  }
  [[nodiscard]] double most_spread() const noexcept override {
    return std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double saturated_value() const override { return 0.0; }

private:
  [[nodiscard]] Profile profile(std::span<const double> eta,
                                std::span<double> residual) const override {
    if (eta.empty()) {
      return {};
    }
    std::vector<double> error(response_);
    for (std::size_t row = 0; row < error.size(); ++row) {
      error[row] -= eta[row];
    }
    const auto weights = weight();
    const double intercept = dot(weights, error) / total_weight();
    double squares = 0.0;
    for (std::size_t row = 0; row < error.size(); ++row) {
      const double left = error[row] - intercept;
      squares += weights[row] * left * left;
      error[row] = left;
    }
    for (std::size_t row = 0; row < residual.size(); ++row) {
      residual[row] = weights[row] * error[row];
    }
    return {.value = -0.5 * squares, .intercept = intercept};
  }

  std::vector<double> response_; ///< without the offset
};

} // namespace

std::unique_ptr<const Loss> make_gaussian_loss(const ContinuousOutcome& outcome,
                                               const CaseWeights& weights,
                                               std::span<const double> offset) {
  return std::make_unique<const GaussianLoss>(outcome, weights, offset);
}

} // namespace vigil::penalized
