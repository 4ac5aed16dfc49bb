// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/loss.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::penalized {

/// What the losses with an intercept share: rows are the subjects of positive weight, ascending.
///
/// A family says what the profile likelihood and its residuals are; both entries of a point go through one function,
/// so that value() is evaluate().value to the last bit.
class InterceptLoss : public Loss {
public:
  [[nodiscard]] Index rows() const noexcept final { return size_of(subject_); }
  [[nodiscard]] std::span<const Index> subjects() const noexcept final { return subject_; }
  [[nodiscard]] std::span<const double> weight() const noexcept final { return weight_; }
  [[nodiscard]] double total_weight() const noexcept final { return total_weight_; }
  [[nodiscard]] bool has_intercept() const noexcept final { return true; }
  [[nodiscard]] Index events() const noexcept override { return rows(); }
  [[nodiscard]] double event_weight() const noexcept final { return total_weight_; }
  [[nodiscard]] std::string_view undefined_because() const noexcept final { return undefined_; }

  [[nodiscard]] LossPoint evaluate(std::span<const double> eta) const final;
  [[nodiscard]] double value(std::span<const double> eta) const final;

protected:
  struct Profile {
    double value = 0.0, intercept = 0.0;
  };

  InterceptLoss(const CaseWeights& weights, std::span<const double> offset);

  /// Value and intercept at `eta`. residual: by row, overwritten; empty when it is not wanted.
  [[nodiscard]] virtual Profile profile(std::span<const double> eta,
                                        std::span<double> residual) const = 0;
  /// The values of the rows' subjects.
  template <class Value>
  [[nodiscard]] std::vector<double> by_row(const std::vector<Value>& by_subject) const {
    std::vector<double> values(subject_.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
      values[row] = static_cast<double>(by_subject[at(subject_[row])]);
    }
    return values;
  }
  /// eta plus the offset, by row.
  [[nodiscard]] std::vector<double> with_offset(std::span<const double> eta) const;
  [[nodiscard]] double row_offset(std::size_t row) const noexcept {
    return offset_.empty() ? 0.0 : offset_[row];
  }
  void set_undefined(std::string_view reason) noexcept { undefined_ = reason; }

private:
  [[nodiscard]] Profile checked_profile(std::span<const double> eta,
                                        std::span<double> residual) const;

  std::vector<Index> subject_;
  std::vector<double> weight_, offset_;
  double total_weight_ = 0.0;
  std::string_view undefined_ = {}; ///< a literal
};

/// Curvature sum_i c_i (x_i - xbar)(x_i - xbar)' with xbar = sum c x / sum c: of a likelihood whose rows are independent
/// given the intercept, which is maximised over. Positive semidefinite; c = 0 everywhere: zero.
[[nodiscard]] std::unique_ptr<const Curvature> centred_curvature(std::vector<double> row_curvature);

} // namespace vigil::penalized
