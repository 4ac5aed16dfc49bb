// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/intercept_loss.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

InterceptLoss::InterceptLoss(const CaseWeights& weights, std::span<const double> offset)
    : subject_(weights.support().begin(), weights.support().end()) {
  VIGIL_EXPECTS(offset.empty() || size_of(offset) == weights.subjects());
  for (const Index subject : subject_) {
    weight_.push_back(weights[subject]);
    if (!offset.empty()) {
      offset_.push_back(offset[at(subject)]);
    }
  }
  total_weight_ = sum(weight_);
}

LossPoint InterceptLoss::evaluate(std::span<const double> eta) const {
  LossPoint point;
  point.residual.assign(at(rows()), 0.0);
  const Profile found = checked_profile(eta, point.residual);
  point.value = found.value;
  point.intercept = found.intercept;
  return point;
}

double InterceptLoss::value(std::span<const double> eta) const {
  return checked_profile(eta, {}).value;
}

std::vector<double> InterceptLoss::with_offset(std::span<const double> eta) const {
  std::vector<double> linear(eta.begin(), eta.end());
  for (std::size_t row = 0; row < offset_.size(); ++row) {
    linear[row] += offset_[row];
  }
  return linear;
}

InterceptLoss::Profile InterceptLoss::checked_profile(std::span<const double> eta,
                                                      std::span<double> residual) const {
  VIGIL_EXPECTS(size_of(eta) == rows());
  Profile found = profile(eta, residual);
  if (!std::isfinite(found.value)) {
    found.value = -std::numeric_limits<double>::infinity();
  }
  return found;
}

namespace {

class CentredCurvature final : public Curvature {
public:
  explicit CentredCurvature(std::vector<double> row_curvature)
      : share_(std::move(row_curvature)), root_(share_.size()) {
    const double total = sum(share_);
    for (std::size_t row = 0; row < share_.size(); ++row) {
      root_[row] = std::sqrt(share_[row]);
      share_[row] = total > 0.0 ? share_[row] / total : 0.0;
    }
  }
  [[nodiscard]] Index positive_rows() const noexcept override { return size_of(root_); }
  [[nodiscard]] Index negative_rows() const noexcept override { return 0; }
  void transform(std::span<const double> column,
                 std::span<double> positive,
                 std::span<double> negative) const override {
    VIGIL_EXPECTS(column.size() == root_.size() && positive.size() == root_.size() &&
                  negative.empty());
    const double mean = dot(share_, column);
    for (std::size_t row = 0; row < root_.size(); ++row) {
      positive[row] = root_[row] * (column[row] - mean);
    }
  }
  void transform_back(std::span<const double> positive, std::span<double> column) const override {
    VIGIL_EXPECTS(column.size() == root_.size() && positive.size() == root_.size());
    const double taken = dot(root_, positive);
    for (std::size_t row = 0; row < root_.size(); ++row) {
      column[row] = root_[row] * positive[row] - share_[row] * taken;
    }
  }

private:
  std::vector<double> share_, root_;
};

} // namespace

std::unique_ptr<const Curvature> centred_curvature(std::vector<double> row_curvature) {
  return std::make_unique<const CentredCurvature>(std::move(row_curvature));
}

} // namespace vigil::penalized
