// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>

namespace vigil::forest {

/// The cuts that a maximally selected statistic is the largest of.
struct SelectedCuts {
  Index subjects = 0;                ///< N
  Index least = 0;                   ///< on each side, fewer than half of them
  std::span<const Index> sizes = {}; ///< m_i, subjects on the left of each cut, ascending
};

/// The logarithm of a p-value of the largest |T| = b of all cuts, T standardized by its permutation variance: the smaller of
///
///   phi(b) {4 / b + (b - 1 / b) log[(1 - e)^2 / e^2]},   e = least / N      (Lausen, Schumacher 1992)
///   2 (1 - Phi(b)) + sum_i D(m_i, m_{i+1})                                   (Lausen, Sauerbrei, Schumacher 1994)
///   D(i, j) = exp(-b^2 / 2) {t - (b^2 / 4 - 1) t^3 / 6} / pi,   t^2 = 1 - i (N - j) / {(N - i) j}
///
/// and 0 where b < 1. D is a series for the probability that cut j exceeds b and cut i does not: where that of one cut is
/// less, or the series has begun to fall as t grows, it is that of one cut, 2 (1 - Phi(b)) (Bonferroni).
///
/// source  Wright, Dankowski, Ziegler 2017, Stat. Med. 36:1272 (both, and the smaller one); checked by
///         tests/unit/forest/maximally_selected_test
[[nodiscard]] double log_p_of_selected(double largest, const SelectedCuts& cuts);

} // namespace vigil::forest
