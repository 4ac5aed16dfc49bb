// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/select/knockoff_gaps.hpp"
#include "vigil/select/knockoff_statistics.hpp"
#include "vigil/select/representatives.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vigil::select {

/// What is controlled: the false discovery rate by e-values, or the expected number of false selections.
enum class KnockoffControl { false_discovery_rate, false_selections };

/// copies           sets of knockoffs
/// level            of e-BH; a copy's own threshold is at half of it, at all of it for one copy
/// negatives        v: expected number of false selections of a copy (control false_selections)
/// least_share      of the copies that must select a feature (control false_selections)
/// representatives  most features that take part, as farthest_first chooses them; 0: all
/// null_check       the same knockoffs against the outcome permuted within centre and stratum
struct KnockoffOptions {
  KnockoffControl control = KnockoffControl::false_discovery_rate;
  KnockoffGaps gaps = KnockoffGaps::minimum_variance;
  KnockoffStatisticOptions competition = {};
  Index copies = 31;
  double level = 0.1;
  Index negatives = 1;
  double least_share = 0.5;
  Index representatives = 0;
  bool null_check = true;

  /// Level of a copy's own threshold.
  [[nodiscard]] double copy_level() const noexcept { return copies == 1 ? level : level / 2.0; }
};

/// One set of knockoffs.
struct KnockoffCopy {
  double lambda = 0.0;    ///< NaN for the statistic entry
  double threshold = 0.0; ///< infinity: selects nothing
  Index selected = 0;
};

/// What all copies say together; one entry for each feature that takes part.
struct KnockoffVerdict {
  std::vector<double> statistic = {}; ///< mean W
  std::vector<double> frequency = {}; ///< share of the copies with W_j >= T
  std::vector<double> e_value = {};   ///< mean; NaN where false selections are controlled
  std::vector<bool> selected = {};
  std::vector<KnockoffCopy> copies = {};

  [[nodiscard]] Index count_selected() const;
};

struct Knockoffs {
  std::vector<Index> column = {};       ///< that take part, ascending
  std::vector<double> gap = {};         ///< s of each
  std::vector<Index> adjusted = {};     ///< columns that are held fixed and not penalized
  std::vector<Index> candidate = {};    ///< columns that representatives stand for; empty without
  Representatives representatives = {}; ///< places among the candidates
  KnockoffVerdict verdict = {}, null_check = {};
  Index degrees_of_freedom = 0; ///< rows less what is held fixed
  double shrinkage = 0.0;       ///< of the correlations
  std::string undefined_because = {};

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
  /// Places by falling e-value, frequency, mean W, then column.
  [[nodiscard]] std::vector<Index> order() const;
};

/// Most features that take part: a quarter of the degrees of freedom.
[[nodiscard]] constexpr Index most_knockoff_features(Index degrees_of_freedom) noexcept {
  return degrees_of_freedom / 4;
}

/// Features that tell something of the hazard beyond all other features and the clinical columns, by gaussian knockoffs.
///
/// Hypothesis of feature j: given all other features, the clinical columns, centre and stratum, X_j is independent of (time,
/// event). A marker of censoring is a true discovery of it.
///
///   features   penalized columns that vary, missing values filled; residuals of adjusted_projection, of unit variance
///   knockoffs  GaussianKnockoffs of shrunk_correlation with knockoff_gaps, `copies` times
///   W          knockoff_competition
///   rate       e_j = mean over copies of knockoff_e_values at copy_level(); e-BH at `level`
///   number     knockoff_threshold_by_count(negatives) in each copy; selected where frequency >= least_share
///
/// randomness  copy m at key / "knockoffs" / m: "noise" / column, "inner" (folds); permutation at
///             key / "knockoffs" / "null"
/// throws      ConfigError for options out of range, an outcome without times or with causes, groups, and more features than
///             most_knockoff_features; InputError for missing values with impute = "none"
/// undefined   no feature, no events, fewer events than folds
/// weights     sampling weights enter the likelihood alone; a row drawn twice is one row to the knockoffs
/// memory      about 100 bytes for each row, feature and thread
/// source      Candes, Fan, Janson, Lv 2018; Ren, Barber 2024; Ren, Wei, Candes 2023; checked by
///             tests/unit/select/knockoffs_test, tests/property/knockoffs_test, tests/reference/knockoffs_test
[[nodiscard]] Knockoffs knockoffs(const TrainingData& data,
                                  const CaseWeights& within,
                                  const KnockoffOptions& options,
                                  const RandomKey& key,
                                  FitContext& context);

/// The verdict of statistics W, one list for each copy.
[[nodiscard]] KnockoffVerdict knockoff_verdict(std::span<const KnockoffCompetition> copies,
                                               const KnockoffOptions& options);

} // namespace vigil::select
