// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// fold    of each test, 0 .. folds - 1, drawn without a look at p or the covariate
/// level   false discovery rate at which the weights are to find most, in (0, 1)
/// bins    0: one for every 1500 tests with a covariate, at most 40, at least 1
struct WeightOptions {
  std::span<const Index> fold = {};
  Index folds = 5;
  double level = 0.1;
  Index bins = 0;
};

/// Weights of independent hypothesis weighting: p / weight takes the place of p in Benjamini-Hochberg.
///
/// Tests fall into bins of about equal size by rising covariate; equal values share a bin. The weights of a fold come
/// from the p-values of the other folds alone: in each bin g their distribution is F_g, the least concave majorant of
/// the empirical one. Thresholds t_g at one common slope of all F_g are lowered from the steepest segment on while
///
///   sum_g m_g t_g / sum_g m_g F_g(t_g) <= level,   m_g the tests of the other folds in the bin
///
/// With w_g proportional to t_g, of mean 1 over the tests of the fold that have a covariate, and D the tests of the other
/// folds at or below the thresholds,
///
///   weight_g = (D w_g + 5 bins) / (D + 5 bins):   few discoveries move few weights, and none to 0
///
/// returns   one weight per test; NaN where p is NaN; 1 where the covariate is NaN, where there is one bin, and where
///           no threshold meets the level
/// holds     the false discovery rate where p-values of null tests do not depend on the covariate, and those of
///           different folds are independent; in large samples where the dependence is weak
/// cost      O(m log m) for each fold
/// source    Ignatiadis, Klaus, Zaugg, Huber 2016, Nature Methods 13:577; Ignatiadis, Huber 2021, J. R. Statist. Soc.
///           B 83:720 (cross-weighting); Grenander 1956, Skand. Aktuarietidskr. 39:125 (majorant). The original
///           smooths weights of neighbouring bins, where this draws them towards 1. checked by tests/unit/select/hypothesis_weights_test
[[nodiscard]] std::vector<double> hypothesis_weights(std::span<const double> p,
                                                     std::span<const double> covariate,
                                                     const WeightOptions& options);

/// Benjamini-Hochberg adjusted p / weight; infinite (weight 0, p above 0) counts as 1.
[[nodiscard]] std::vector<double> weighted_benjamini_hochberg(std::span<const double> p,
                                                              std::span<const double> weight);

} // namespace vigil::select
