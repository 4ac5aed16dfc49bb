// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// The threshold of the knockoff filter for statistics W, large and positive where a feature beats its knockoff:
///
///   T = min{ t in |W|, t > 0: (offset + #{W <= -t}) / max(1, #{W >= t}) <= level },   infinity where there is none
///
/// offset 1 controls the false discovery rate of {W >= T}; 0 a rate with 1 / level more in its denominator. With offset 1
/// nothing is selected where fewer than 1 / level features can be.
/// cost    p log p
/// source  Barber, Candes 2015, Ann. Statist. 43:2055; checked by tests/unit/select/knockoff_filter_test,
///         tests/reference/knockoffs_test
[[nodiscard]] double
knockoff_threshold(std::span<const double> statistics, double level, Index offset);

/// The smallest t in |W|, t > 0, with #{W <= -t} < negatives, so that {W >= t} holds, in expectation, at most `negatives`
/// features that are null; infinity where there is none.
/// source  Janson, Su 2016, Electron. J. Statist. 10:960; checked by tests/unit/select/knockoff_filter_test
[[nodiscard]] double knockoff_threshold_by_count(std::span<const double> statistics,
                                                 Index negatives);

/// e_j = p [W_j >= T] / (1 + #{W <= -T}): an e-value of one set of knockoffs; all 0 where T is infinite. The sum over
/// the null features has an expectation of at most p.
/// source  Ren, Barber 2024, J. R. Statist. Soc. B 86:122; checked by tests/unit/select/knockoff_filter_test
[[nodiscard]] std::vector<double> knockoff_e_values(std::span<const double> statistics,
                                                    double threshold);

/// Benjamini-Hochberg for e-values: those with e_j >= p / (level k), for the largest k with at least k of these.
/// returns 1 where selected
/// source  Wang, Ramdas 2022, J. R. Statist. Soc. B 84:822; checked by tests/unit/select/knockoff_filter_test
[[nodiscard]] std::vector<bool> e_benjamini_hochberg(std::span<const double> e_values,
                                                     double level);

/// The largest P(share >= least / copies) / E(share) of a share of `copies` whose probabilities do not rise from 0 on:
///
///   max over k = least .. copies of  2 copies (k - least + 1) / (k (k + 1))
///
/// (such distributions are mixtures of uniform ones on 0 .. k). 1 for 16 of 31. Without that assumption it is copies / least
/// (Markov).
/// source  Ren, Wei, Candes 2023, JASA 118:948 (the assumption); checked by tests/unit/select/knockoff_filter_test
[[nodiscard]] double monotone_tail_factor(Index copies, Index least);

} // namespace vigil::select
