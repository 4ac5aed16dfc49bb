// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/penalized/lambda_grid.hpp"
#include "vigil/penalized/penalty.hpp"
#include "vigil/select/clusters.hpp"
#include "vigil/select/selection_agreement.hpp"
#include "vigil/select/stability_bounds.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// per_half   q; 0: default_per_half
/// threshold  share of the half samples, in (0, 1]
/// weakness   1: the plain penalty; below: penalty factors v / u, u uniform on [weakness, 1] for each half and feature
/// grid       its most_nonzero is set to q
/// clusters   empty: none
/// columns    null, or how each half sample makes the columns of its own (batches that are corrected)
struct StabilityOptions {
  Index pairs = 50, per_half = 0;
  double threshold = 0.75, weakness = 1.0, level = 0.95;
  PreparationOptions preparation = {};
  penalized::PenaltyOptions penalty = {};
  penalized::LambdaGrid grid = {};
  Clusters clusters = {};
  const TrainingColumns* columns = nullptr;
};

/// One half sample: who is in it, and the features that it selected, in order of entry.
struct HalfSelection {
  Index pair = 0, half = 0; ///< from 1
  std::vector<Index> subjects = {}, features = {};
  bool undefined = false; ///< no events: selects nothing
};

/// How many half samples selected each item (a candidate feature, or a cluster), and the error bounds.
struct Frequencies {
  std::vector<Index> item = {}; ///< column or cluster, ascending
  std::vector<Index> times = {};
  SelectionDesign design = {};
  ErrorBounds bound = {};

  [[nodiscard]] double frequency(Index place) const {
    return static_cast<double>(times[at(place)]) / static_cast<double>(2 * design.pairs);
  }
  [[nodiscard]] bool selected(Index place) const { return times[at(place)] >= design.least; }
  [[nodiscard]] Index count_selected() const;
  /// Places by falling frequency, then ascending.
  [[nodiscard]] std::vector<Index> order() const;
};

struct Stability {
  Frequencies features, clusters; ///< clusters: no items where none were given
  std::vector<HalfSelection> halves = {};
  NogueiraAgreement nogueira = {};
  Agreement kuncheva = {}, jaccard = {}, phi = {}, lustgarten = {}, somol = {};
  std::string undefined_because = {}; ///< not empty: no halves, all times 0, bounds NaN

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
};

/// q where none is asked for: floor(sqrt(p)), where the unimodal bound is about 1 at the threshold 3/4 (exactly
/// 1 / (1 - 1/B) at p a square; the bound without assumptions is 2 there), but no more than half of the events of a
/// half sample (binary outcomes: of the rarer class; others: of its subjects), at least 1.
[[nodiscard]] Index
default_per_half(Index candidates, const TrainingData& data, const CaseWeights& within);

/// Stability selection with complementary pairs of half samples.
///
/// Each half sample selects the first q features of its own regularisation path (entry_orders); Pi_j is the share of
/// the 2 B half samples that select j, and j is selected where Pi_j >= threshold. A cluster is selected in a half
/// sample where one of its members is.
///
/// candidates  penalized columns that are not constant over the subjects of `within`, before any filter: p of the
///             bounds. A filter of the preparation is made anew in each half sample, a part of how that selects
/// randomness  halves at key / "stability" / pair; u at that / "half" / half / "randomize" / column
/// throws      ConfigError for options out of range and an l1_ratio of 0, InputError for fewer than 2 units
/// undefined   no candidate; fewer than 2 subjects (or groups) with an event
/// memory      half samples are fitted in waves by FitContext::memory_bytes; the result does not depend on it
/// source      Meinshausen and Buehlmann 2010, J. R. Statist. Soc. B 72:417; Shah and Samworth 2013, J. R. Statist.
///             Soc. B 75:55; checked by tests/unit/select/stability, tests/property/stability_test
[[nodiscard]] Stability stability_selection(const TrainingData& data,
                                            const CaseWeights& within,
                                            const StabilityOptions& options,
                                            const RandomKey& key,
                                            FitContext& context);

} // namespace vigil::select
