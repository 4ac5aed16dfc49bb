// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Weighted mean over folds, and its SE: within each repeat sqrt(sum w (x - mean)^2 / sum w / (folds - 1)), root mean
/// square over repeats. Folds with NaN or weight 0 are left out; NaN without two folds.
struct MeanAndSe {
  double mean = 0.0, se = 0.0;
};
[[nodiscard]] MeanAndSe
mean_over_folds(std::span<const double> values, std::span<const double> weights, Index folds);

/// The losses of all folds by point: what cross-validation decides from.
class CvCurve {
public:
  /// weights: repeats x folds
  CvCurve(std::vector<double> weights, Index folds) : weights_(std::move(weights)), folds_(folds) {}

  /// losses: one per fold of the next point. True when the early stop holds there.
  bool add(std::vector<double> losses);
  [[nodiscard]] Index points() const noexcept { return size_of(mean_); }
  [[nodiscard]] std::span<const double> mean() const noexcept { return mean_; }
  [[nodiscard]] std::span<const double> se() const noexcept { return se_; }
  [[nodiscard]] std::span<const double> losses() const noexcept { return losses_; }
  [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }
  /// Point of the smallest mean, the first of equal ones; no_index when all are NaN.
  [[nodiscard]] Index minimum() const noexcept { return best_; }
  /// First point with a mean within one SE of the smallest.
  [[nodiscard]] Index one_se() const noexcept;

private:
  std::vector<double> weights_;
  Index folds_;
  std::vector<double> losses_, mean_, se_;
  Index best_ = no_index;
  Index worse_in_a_row_ = 0;
};

} // namespace vigil::penalized
