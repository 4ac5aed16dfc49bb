// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Weight of the pairs that subject i leads.
enum class PairWeight {
  equal,             ///< 1 (Harrell)
  inverse_censoring, ///< G(T_i-)^-2 (Uno)
};

struct ConcordanceOptions {
  PairWeight pair_weight = PairWeight::equal;
  bool within_centre = true; ///< where the evaluation names centres: pairs within a centre only
  bool censoring_is_known = false; ///< leave the estimation of G out of the influence values
};

/// Weighted numbers of pairs, in the scheme's pair weight; the last two count pairs of events at one time.
struct PairCounts {
  double concordant = 0.0, discordant = 0.0, tied_score = 0.0;
  double tied_time = 0.0, tied_both = 0.0;

  [[nodiscard]] double comparable() const noexcept { return concordant + discordant + tied_score; }
};

struct Concordance {
  Estimate estimate;
  PairCounts pairs;
};

/// Concordance of the score with the order of the events of interest up to tau = the evaluation's horizon.
///
///   C = sum_{i: event, T_i <= tau} w_i sum_{j in R_i} k_ij / sum_i w_i |R_i|
///   R_i  = {j: T_j > T_i, or T_j = T_i and j censored}
///   k_ij = 1(score_i > score_j) + 1(score_i = score_j) / 2
///   w_i  = 1 (Harrell) or G(T_i-)^-2 (Uno)
///   under a model of censoring a pair weighs 1 / (G(T_i- | x_i) G(T_i- | x_j)) in the place of w_i
///   with competing causes also the pairs {i event, j failed from another cause at or before T_i}, weight 1
///   (Harrell) or 1 / (G(T_i-) G(T_j-)) (Uno), each G that of its subject
///
/// influence  psi_i = n (A_i - C B_i) / Btot, A_i and B_i the concordant and comparable pairs with i in either
///            role; Uno: plus the term of the estimated G, unless censoring_is_known
/// weights    a pair has the product of its subjects' weights; times 2 is the row twice
/// undefined  no comparable pair; a subject without score; delayed entry
/// cost       O(n log n): a Fenwick tree over score ranks, swept down and up in time; under a model O(n x events x columns)
/// source     Harrell et al. 1982, JAMA 247:2543; Uno et al. 2011, Stat. Med. 30:1105; Gerds et al. 2013, Stat. Med. 32:2173; Wolbers et al. 2014,
///            Biostatistics 15:526; checked by tests/unit/measure/concordance_test, tests/reference/discrimination_test
[[nodiscard]] Concordance concordance(const Evaluation& evaluation,
                                      const ConcordanceOptions& options = {});

/// Harrell's C: concordance with equal pair weights.
[[nodiscard]] Estimate harrell_c(const Evaluation& evaluation);
/// Uno's C: concordance with inverse-censoring pair weights, G estimated.
[[nodiscard]] Estimate uno_c(const Evaluation& evaluation);

} // namespace vigil::measure
