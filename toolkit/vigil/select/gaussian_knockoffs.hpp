// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/numeric/dense.hpp"
#include "vigil/select/residual_projection.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// Knockoffs of gaussian features: columns that have the correlations of the features, with them and among each other,
/// but for s_j less with their own feature, and that know nothing of the outcome.
///
/// With rows e of E, what the columns that are held fixed leave of the features (ResidualProjection),
///
///   knockoff of E = E (I - R^-1 S) + P(U) F',   F F' = 2 S - S R^-1 S,   S = diag(s),
///
/// U independent standard normal and P(U) its residual of the same columns. A knockoff of a feature is the part of the feature
/// that these explain plus the knockoff of its residual. Given what they explain, the pair of residuals can be swapped
/// without a change of the joint distribution, whatever the features' regression on them: it need not be known.
///
/// source  Candes, Fan, Janson, Lv 2018, J. R. Statist. Soc. B 80:551 (gaussian knockoffs); Huang, Janson 2020, Ann. Statist.
///         48:3021 (knockoffs given sufficient statistics); checked by tests/unit/select/gaussian_knockoffs_test
class GaussianKnockoffs {
public:
  /// correlation: order x order, positive definite, ones on the diagonal; gap: s, 2 R - S positive definite.
  GaussianKnockoffs(std::span<const double> correlation, std::span<const double> gap);

  [[nodiscard]] Index order() const noexcept { return kept_.rows(); }
  /// residuals: E, rows x order, column after column, of unit variance. U_k at key / k.
  /// cost: 4 rows order^2 flops.
  [[nodiscard]] std::vector<double> draw(std::span<const double> residuals,
                                         const ResidualProjection& projection,
                                         const RandomKey& key) const;

private:
  GrowingMatrix kept_;  ///< (I - R^-1 S)'
  GrowingMatrix noise_; ///< F
};

} // namespace vigil::select
