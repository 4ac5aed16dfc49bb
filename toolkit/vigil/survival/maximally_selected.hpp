// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <limits>
#include <span>
#include <string>

namespace vigil::survival {

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

/// stratum: one level per subject, or empty. least_share: of the subjects, on each side of a cut.
struct SelectedCutOptions {
  std::span<const Index> stratum = {};
  double least_share = 0.1;
};

/// rank: those up to it are on the left.
struct SelectedCut {
  Index rank = no_index;
  double statistic = std::numeric_limits<double>::quiet_NaN(); ///< |T|
  double p = std::numeric_limits<double>::quiet_NaN();         ///< adjusted for the cuts
  Index cuts = 0;                                              ///< compared
  std::string undefined_because = {};                          ///< empty: defined
};

/// The cut of an ordered column with the largest standardized log-rank statistic.
///
///   a_i  = event_i - H(time_i)                        log-rank scores, H the Nelson-Aalen hazard of the stratum
///   U(c) = sum over strata and subjects left of c of (a_i - mean a of the stratum)
///   V(c) = sum over strata of m (N - m) / {N (N - 1)} sum (a_i - mean a)^2,   m of the N subjects on the left
///   |T|  = max |U(c)| / V(c)^(1/2) over cuts with at least ceil(least_share x subjects) on each side
///
/// p is log_p_of_selected() of |T|: of a test that knows of the search. The p-value of a log-rank test at the chosen cut is
/// none.
///
/// rank      one number from 0 per subject, ordered as the column's values; no_index: missing, takes no part
/// weights   times drawn: a subject drawn twice is the subject twice. Undefined with sampling weights other than 1
/// ties      of equal statistics the smaller cut; subjects of equal rank are never parted
/// undefined without events, without an admissible cut, with delayed entry (scores are not exchangeable then)
/// cost      O(n log n + cuts x strata)
/// source    Lausen and Schumacher 1992, Biometrics 48:73; Hothorn and Lausen 2003, Comput. Stat. Data Anal. 43:121;
///           checked by tests/unit/survival/maximally_selected_test, tests/reference/maximally_selected_test
[[nodiscard]] SelectedCut selected_cut(const SurvivalOutcome& outcome,
                                       const CaseWeights& weights,
                                       std::span<const Index> rank,
                                       const SelectedCutOptions& options = {});

} // namespace vigil::survival
