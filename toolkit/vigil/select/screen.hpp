// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::select {

/// draws      of maxT; 0: no maxT
/// permute    permutations within centre and stratum; else score multipliers, one for each group (or subject)
/// covariate  one value for each column, NaN: none; empty: no hypothesis weights
/// level      false discovery rate at which the hypothesis weights are to find most
/// Standardizing does not change the tests; the option of the preparation is not looked at.
struct ScreenOptions {
  survival::Ties ties = survival::Ties::breslow;
  PreparationOptions preparation = {};
  Index draws = 1000;
  bool permute = false;
  std::vector<double> covariate = {};
  double level = 0.1;
};

/// Why a feature has no test.
enum class ScreenReason : std::uint8_t {
  none,
  constant,
  no_variation, ///< among those at risk together
  collinear,    ///< with the adjusted columns
  too_large,    ///< sums are not finite
  no_model      ///< Screen::undefined_because
};

/// One entry for each tested column, in column order; NaN where it has no test.
struct Screen {
  std::vector<Index> column = {};
  std::vector<double> estimate = {}; ///< one-step log hazard ratio per raw unit
  std::vector<double> se = {}, z = {}, p = {};
  std::vector<double> bh = {}, by = {}, storey = {}, holm = {}, hommel = {};
  std::vector<double> max_t = {};                 ///< NaN without draws
  std::vector<double> weighted = {}, weight = {}; ///< NaN without a covariate
  std::vector<ScreenReason> reason = {};
  std::vector<Index> adjusted = {};   ///< columns that are adjusted for
  double null_share = 0.0;            ///< pi0 of Storey; NaN without tests
  Index reads = 0;                    ///< passes over the matrix
  std::string undefined_because = {}; ///< not empty: the null model is not defined, and no test is

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
  [[nodiscard]] Index tests() const;
  /// What is written for a reason; empty for none.
  [[nodiscard]] std::string why_undefined(Index place) const;
  /// Places by falling |z|, then column; those without a test last.
  [[nodiscard]] std::vector<Index> order() const;
};

/// Efficient score test of each penalized column, adjusted for the unpenalized ones, with error control over all.
///
///   null model  Cox model of the unpenalized columns (strata, delayed entry, weights, offset)
///   z           EfficientScore at the null model;  p = P(|N(0, 1)| > |z|)
///   estimate    score / information: one Newton step from 0, the null model's coefficients moving along
///   bh, by, storey, holm, hommel   of multiple_testing.hpp;  weighted: of hypothesis_weights.hpp, folds drawn by feature name
///   max_t       step-down maxT over all tests (max_test)
///
/// randomness  draws at key / "screen" / "draw" / b; folds at key / "screen" / "fold" / name
/// throws      ConfigError for an outcome without times or with causes, options out of range, --permute with groups;
///             InputError for missing values with impute = "none"
/// undefined   no events; no more events than adjusted columns; adjusted columns that separate the events
/// memory      about 130 bytes per feature; of the draws see max_test. The result does not depend on it
/// cost        one read of the matrix for the tests, mostly one more for the draws
/// source      EfficientScore, max_test; checked by tests/unit/select/screen_test, tests/property/screen_test,
///             tests/reference/screen_test
[[nodiscard]] Screen screen(const TrainingData& data,
                            const CaseWeights& within,
                            const ScreenOptions& options,
                            const RandomKey& key,
                            FitContext& context);

} // namespace vigil::select
