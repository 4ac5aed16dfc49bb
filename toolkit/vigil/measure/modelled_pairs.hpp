// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/evaluation_rows.hpp"

#include <span>
#include <vector>

namespace vigil::measure {

/// Sums over the pairs of Uno's C under a model of censoring, times two numbers for each pair: its concordance k and 1.
///
///   i leads with an event by tau, j in R_i             g = 1 / (G(T_i- | x_i) G(T_i- | x_j))
///   i leads, j failed from another cause by T_i        g = 1 / (G(T_i- | x_i) G(T_j- | x_j))
///
/// own      by row: sum of w_other g over the pairs of the row, in either role
/// carried  by factor f of CensoringWeights::carried_factor, then row: what the estimate of G adds to a pair, w_i w_j g (f_i + f_j), is put
///          at the time of the row up to which G is used: both at T_i, of the second kind f_j at T_j
struct ModelledPairs {
  struct Sums {
    double total = 0.0; ///< each pair once, with both weights
    std::vector<double> own = {}, carried = {};
  };
  Sums concordant, comparable;
  double tied_score = 0.0; ///< of comparable.total: pairs with equal scores
};

/// Pairs within each of the strata (rows). O(leads x rows x factors).
/// checked by tests/unit/measure/modelled_censoring_test, tests/reference/discrimination_test
[[nodiscard]] ModelledPairs modelled_pairs(const Evaluation& evaluation,
                                           const EvaluationRows& rows,
                                           std::span<const double> score,
                                           std::span<const std::vector<Index>> strata);

} // namespace vigil::measure
