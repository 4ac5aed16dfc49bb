// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <string>

namespace vigil::select {

/// One stability selection as its error bounds see it.
struct SelectionDesign {
  Index candidates = 0; ///< p: features before any filter that looks at the outcome
  Index per_half = 0;   ///< q: most features that one half sample selects
  Index pairs = 50;     ///< B: complementary pairs, 2 B half samples
  Index least = 75;     ///< selected: chosen by at least this many of the 2 B half samples
};

/// Smallest number of half samples whose share of 2 `pairs` is at least `threshold` (to 1e-9, so that 0.7 of 100 is
/// 70).
[[nodiscard]] Index least_selections(double threshold, Index pairs);

/// An upper bound, or NaN and the reason why there is none.
struct ErrorBound {
  double value = 0.0;
  std::string undefined_because = {};
};

/// Upper bounds of E|selected and of low selection probability|: the expected number of selected features whose
/// probability to be chosen by one half sample is at most theta = q / p. These are not "false discoveries" unless
/// the features without effect are exchangeable.
///
///   pi = least / (2 B),   theta = q / p
///
/// No assumption on the frequencies:
///
///   q^2 / ((2 pi - 1) p),   pi > 1/2
///
/// source  Meinshausen and Buehlmann 2010, J. R. Statist. Soc. B 72:417; for these features and pairs Shah and Samworth
///         2013; checked by tests/reference/stability_test
[[nodiscard]] ErrorBound meinshausen_buehlmann_bound(const SelectionDesign& design);

/// The share of pairs that choose a feature twice has a unimodal distribution:
///
///   p theta^2 C,   C = 1 / {2 (2 pi - 1 - 1/(2B))}        pi <= 3/4
///                  C = 4 (1 - pi + 1/(2B)) / (1 + 1/B)    pi > 3/4
///
/// defined  theta <= 1/sqrt(3), pi >= 1/2 + 1/B and pi > 1/2 + min(theta^2, 1/(2B) + 3 theta^2 / 4)
/// source   Shah and Samworth 2013, J. R. Statist. Soc. B 75:55; checked by tests/reference/stability_test
[[nodiscard]] ErrorBound unimodal_bound(const SelectionDesign& design);

/// The frequency has a -1/4-concave distribution, the share of pairs that choose a feature twice a -1/2-concave one:
///
///   p min{ D(theta^2, 2 pi - 1, B, -1/2), D(theta, pi, 2B, -1/4) }
///
/// D: see r_concave_tail; one that is not defined is left out.
/// cost     O(B^2) times the steps of a bisection
/// source   Shah and Samworth 2013; checked by tests/reference/stability_test
[[nodiscard]] ErrorBound r_concave_bound(const SelectionDesign& design);

/// D(eta, t, N, r): largest P(X >= t) of an r-concave distribution on {0, 1/N, .., 1} with mean eta, by its extremal
/// ones
///
///   f(i / N) proportional to (a + i)^(1/r) for i = 0 .. k, else 0,   a > 0 by the mean, k = t N .. N
///
/// mean   eta, above 0
/// least  t N
/// power  -1/r, a positive integer
/// returns  NaN where least <= 0 or eta N >= least / 2: no such distribution has this mean
[[nodiscard]] double r_concave_tail(double mean, Index least, Index steps, int power);

/// The three of one design.
struct ErrorBounds {
  ErrorBound mb, unimodal, r_concave;
};
[[nodiscard]] ErrorBounds error_bounds(const SelectionDesign& design);

} // namespace vigil::select
