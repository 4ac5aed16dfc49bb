// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/schemes.hpp"

#include <set>
#include <span>
#include <string>

/// What single centres, and several together, say of one measure: what pooling over centres starts from.
namespace vigil {

/// An estimate that may enter the pooling: a centre, all small centres, or all centres at once.
struct CentreValue {
  std::string name = {};
  Counts counts = {};
  Index centres = 1;
  double value = not_available, se = not_available;
  std::string because = {}; ///< empty: defined
};

/// What is estimated per centre: one learner's measure, or the difference of two.
struct CentreTarget {
  Index learner = 0, reference = no_index;
  MeasureCell cell = {};
  measure::IntervalScale scale = measure::IntervalScale::identity;
};

/// A value with the influence of the subjects on it.
struct CentreEstimate {
  CentreValue value = {};
  measure::Estimate estimate = {};
};

/// Fewer estimates than this are not pooled.
inline constexpr Index smallest_pool = 5;

/// The row of all centres that are too small to be pooled on their own.
inline constexpr const char* small_centres_name = "(small centres)";

/// Whether the estimate enters a pooling by itself: 10 events, a value inside the scale, a positive standard error.
[[nodiscard]] bool poolable(const CentreValue& one, measure::IntervalScale scale);

/// Why the target has no predictions in the centre; empty: it has.
[[nodiscard]] std::string unusable(const CentreSample& centre, const CentreTarget& target);

[[nodiscard]] CentreEstimate
centre_estimate(const CentreTask& task, const CentreTarget& target, const CentreSample& centre);

/// One estimate for several centres (their levels): pairs within centres, clustered standard error.
[[nodiscard]] CentreEstimate joint_estimate(const CentreTask& task,
                                            const CentreTarget& target,
                                            const std::set<Index>& levels,
                                            std::string name);

/// The subjects of some centres.
[[nodiscard]] CaseWeights weights_of(const CentreTask& task, const std::set<Index>& levels);

/// Covariance of two estimates on the same subjects, where those of a centre may move together:
///   sum over centres of the products of their sums of influence values, x k / (k - 1), / n^2
/// and for a single centre the plain one, sum of products / n^2. That of an estimate with itself is its squared standard error.
[[nodiscard]] double clustered_covariance(const measure::Estimate& first,
                                          const measure::Estimate& second,
                                          const CaseWeights& weights,
                                          std::span<const Index> centre_of);

} // namespace vigil
