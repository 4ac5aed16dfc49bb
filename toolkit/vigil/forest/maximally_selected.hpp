// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace vigil::forest {

/// The logarithm of the p-value of the largest |T| = b of several cuts, T standardized by its permutation variance.
///
/// Cuts with i < j of N subjects on their left have the correlation sqrt[i (N - j) / {(N - i) j}]: that of an
/// Ornstein-Uhlenbeck process at the times log{m / (N - m)} / 2. With d the steps between these times,
///
///   p = 2 {1 - Phi(b)} + sum over steps of min[2 {1 - Phi(b)}, 2 b phi(b) d nu{b (2 d)^(1/2)}],   at most 1
///   nu(x) = (2 / x) {Phi(x / 2) - 1/2} / {(x / 2) Phi(x / 2) + phi(x / 2)}
///
/// Cuts of rows in strata have a time of 0 for the first one, and steps -log of the correlation of neighbours, which is the
/// same with one stratum.
///
/// Where cuts are close this is the tail of the continuous process, lowered by nu for what it does between them; where they
/// are far apart, the sum of their own tails (Bonferroni); so that columns of many and of few values compare.
///
/// times   of the cuts, ascending
/// source  James, James, Siegmund 1987, Biometrika 74:71; nu as in Siegmund, Yakir 2007, The Statistics of Gene Mapping;
///         checked by tests/unit/forest/maximally_selected_test
[[nodiscard]] double log_p_of_selected(double largest, std::span<const double> times);

} // namespace vigil::forest
