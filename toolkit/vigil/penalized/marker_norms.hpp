// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// What bounds the product of a marker with a residual (see ResidualSubspace), one entry per marker:
///   norm     root of the weighted sum of squares of the prepared column, centred: sqrt(W) SD
///   uncentred  the same of the stored column, on the prepared scale
/// and what makes a product of the stored column one of the prepared column, each rounded once:
///   centre   of the stored column
///   inverse_scale  0 where a marker is not kept, or one of the two is no normal float: the norms are then infinite
struct MarkerNorms {
  std::vector<float> norm = {}, uncentred = {}, centre = {}, inverse_scale = {};
  bool same =
      false; ///< all norms are equal, and all factors: standardised columns that are all kept
};

/// Norms of one fit, not below what they stand for.
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
