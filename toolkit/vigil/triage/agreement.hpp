// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// Categories that raters gave to cases.
struct Ratings {
  Index cases = 0, raters = 0, categories = 0;
  std::vector<Index>
      category; ///< rater after rater: cases of the first rater first; no_index: missing
  [[nodiscard]] Index of(Index one, Index rater) const { return category[at(rater * cases + one)]; }
};

/// How nearly two categories agree: identity 1(k = l), linear 1 - |k - l| / (q - 1), quadratic 1 - (k - l)^2 / (q - 1)^2.
enum class AgreementWeights { identity, linear, quadratic };

/// A coefficient with its standard error over cases.
struct AgreementEstimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  Index cases = 0;                    ///< that enter
  std::string undefined_because = {}; ///< empty: defined
};

/// Agreement of raters beyond chance, missing ratings allowed: weights w_kl, r_ik ratings of case i in category k, r_i of all.
///
///   agreement  p_a = mean over cases with r_i >= 2 of sum_k r_ik (sum_l w_kl r_il - 1) / (r_i (r_i - 1))
///   fleiss     (p_a - p_e) / (1 - p_e),  p_e = sum_kl w_kl pi_k pi_l,  pi_k = mean over rated cases of r_ik / r_i
///   gwet       the same, p_e = sum_kl w_kl / (q (q - 1)) sum_k pi_k (1 - pi_k): AC1 with identity weights, AC2 with others
///   alpha      1 - D_o / D_e over the pairable ratings of cases with r_i >= 2: o_kl = sum_i pairs (k, l) / (r_i - 1),
///              n_k = sum_l o_kl, n = sum_k n_k,
///              D_o = sum o_kl (1 - w_kl) / n,  D_e = sum n_k n_l (1 - w_kl) / (n (n - 1))          (Krippendorff; k = l: no part)
///
/// returns    undefined with no case that two raters rated, and where chance alone agrees in full (one category)
/// se         jackknife over cases: sqrt((m - 1) / m sum_i (theta_(i) - mean)^2), raters fixed
/// cost       O(cases^2 categories^2)
/// source     Fleiss 1971, Psychol. Bull. 76:378; Gwet 2008, Br. J. Math. Stat. Psychol. 61:29; Krippendorff 2004, Content
///            Analysis; checked by tests/reference/agreement_test
[[nodiscard]] AgreementEstimate raw_agreement(const Ratings& ratings, AgreementWeights weights);
[[nodiscard]] AgreementEstimate fleiss_kappa(const Ratings& ratings, AgreementWeights weights);
[[nodiscard]] AgreementEstimate gwet_coefficient(const Ratings& ratings, AgreementWeights weights);
[[nodiscard]] AgreementEstimate krippendorff_alpha(const Ratings& ratings,
                                                   AgreementWeights weights);

/// Agreement of two raters beyond chance, on the cases that both rated.
///
///   kappa = (p_o - p_e) / (1 - p_e),   p_o = sum w_kl p_kl,   p_e = sum w_kl p_k. p_.l
///   se^2  = {sum p_kl [w_kl (1 - p_e) - (w_k. + w_.l) (1 - p_o)]^2 - (p_o p_e - 2 p_e + p_o)^2} / {n (1 - p_e)^4},
///   w_k. = sum_l w_kl p_.l,   w_.l = sum_k w_kl p_k.
///
/// source     Cohen 1960, Educ. Psychol. Meas. 20:37, and 1968, Psychol. Bull. 70:213; Fleiss, Cohen, Everitt 1969, Psychol.
///            Bull. 72:323; checked by tests/reference/agreement_test
[[nodiscard]] AgreementEstimate
cohen_kappa(const Ratings& ratings, Index first, Index second, AgreementWeights weights);

/// Ratings in each category: of one rater, or of all (rater no_index).
[[nodiscard]] std::vector<Index> category_counts(const Ratings& ratings, Index rater);

} // namespace vigil::triage
