// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <optional>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Anderson mixing of Newton steps that all have the same, slowly outdated curvature: instead of the last step's end, the
/// affine combination of the last ends whose steps, combined alike, are shortest in the linear predictor.
///
/// Only ends with the same signs are combined, and a mix has these signs too: on one orthant the penalty is smooth.
/// cost    rows x depth^2 for a mix
/// source  Anderson 1965, J. ACM 12:547; Walker and Ni 2011, SIAM J. Numer. Anal. 49:1715;
///         checked by tests/unit/penalized/anderson_mixing_test
class AndersonMixing {
public:
  struct Mix {
    std::vector<double> coefficient, eta;
    std::vector<double> product; ///< empty unless every end has one
  };

  void clear() noexcept { ends_.clear(); }
  /// A step's end: coefficients and linear predictor there, and the step in the linear predictor. product: some linear
  /// map of the coefficients, which a mix then has too.
  void add(std::span<const double> coefficient,
           std::span<const double> eta,
           std::span<const double> step,
           std::span<const double> product = {});
  /// Nothing with less than two ends, when their steps are dependent, or when a sign would turn.
  [[nodiscard]] std::optional<Mix> mix() const;

private:
  struct End {
    std::vector<double> coefficient, eta, step, product;
  };
  std::vector<End> ends_; ///< the last one last
};

} // namespace vigil::penalized
