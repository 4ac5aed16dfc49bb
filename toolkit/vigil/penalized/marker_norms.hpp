// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

constexpr Index marker_strip =
    512; ///< markers looked at together: their sums stay in the first cache
[[nodiscard]] constexpr Index strips_of(Index markers) noexcept {
  return (markers + marker_strip - 1) / marker_strip;
}

/// What bounds the product of a marker with a residual (see ResidualSubspace), one entry per marker:
///   norm     root of the weighted sum of squares of the prepared column, centred: sqrt(W) SD
///   uncentred  the same of the stored column, on the prepared scale
/// and, for each strip of markers, the largest of both and the smallest factor.
struct MarkerNorms {
  std::vector<float> norm, uncentred;
  struct Strip {
    float norm = 0.0F, uncentred = 0.0F, factor = 0.0F;
  };
  std::vector<Strip> strips = {};
  /// factor: one per marker.
  void summarise(std::span<const float> factor);
};

/// Norms of one fit, not below what they stand for, and with their strips.
///
/// A preparation knows SDs under the weights w0 that it was fitted on, which need not be the fit's own w:
/// sum w z^2 is at most max(w / w0) sum w0 z^2 = max(w / w0) W0 SD^2; infinite where a row counts now and did not then.
/// prepared_on  w0
/// factor       as marker_factors gives it
/// checked by tests/unit/penalized/marker_norms_test
[[nodiscard]] MarkerNorms marker_norms(const TrainingData& data,
                                       const FitItem& item,
                                       const CaseWeights& prepared_on,
                                       std::span<const float> factor);
/// The factors of the markers; huge where a marker is not kept (negative), so that it is never listed.
[[nodiscard]] std::vector<float> marker_factors(std::span<const double> factor, Index markers);

} // namespace vigil::penalized
