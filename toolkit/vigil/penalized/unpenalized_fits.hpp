// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/model_inputs.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vigil::penalized {

[[nodiscard]] FitStatus status_of(survival::CoxFitStatus status) noexcept;

/// The fits of a batch without a penalty, each on the columns that its preparation keeps, whose values are read once for all.
/// A fit with no more events than columns is not made: it does not exist or says nothing.
class UnpenalizedFits {
public:
  /// events: of each item. of: as the reason names them, " of the cause".
  UnpenalizedFits(const FitBatch& batch, std::span<const Index> events, const std::string& of = "");

  /// Why the item is not fitted; else empty.
  [[nodiscard]] const std::string& reason(Index item) const { return reason_[at(item)]; }
  /// Calls fit(item, its inputs, their raw values: inputs x subjects) for every item that is fitted, on any worker.
  using Fit = std::function<void(Index item, ModelInputs inputs, std::vector<double> values)>;
  void for_each(FitContext& context, const Fit& fit);

private:
  const FitBatch& batch_;
  std::vector<std::string> reason_;
};

} // namespace vigil::penalized
