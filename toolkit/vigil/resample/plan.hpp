// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace vigil {

/// One resample: who trains and who tests (as weights), and the address of its randomness.
/// `repeat` and `fold` count from 1; 0 where a scheme has none.
struct Resample {
  std::string label;
  CaseWeights train, test;
  RandomKey key;
  Index repeat = 0, fold = 0;
};

/// Numbered resamples; any of them can be made in any order, in any process, with the same answer.
class ResamplePlan {
public:
  using Maker = std::function<Resample(Index number)>;
  /// `fingerprint` says all that the plan depends on; its digest names the plan.
  ResamplePlan(
      std::string scheme, Index size, Index block_size, std::string fingerprint, Maker maker);

  [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
  [[nodiscard]] Index size() const noexcept { return size_; }
  /// Resamples per work unit: in the plan, so that units are the same for every number of shards.
  [[nodiscard]] Index block_size() const noexcept { return block_size_; }
  [[nodiscard]] Resample at_number(Index number) const;
  /// SHA-256; merging refuses the results of another plan.
  [[nodiscard]] std::string digest() const;

private:
  std::string scheme_;
  Index size_, block_size_;
  std::string fingerprint_;
  Maker maker_;
};

struct FoldOptions {
  Index folds = 5, repeats = 10;
};

/// Repeated K folds: resample r is fold r % K + 1 of repeat r / K + 1. The fold tests, the others train.
///
/// within    who takes part, and with which weight; others neither train nor test
/// strata    centre x event (cause, label); units (groups, else subjects) are shuffled within a stratum and
///           dealt in turn, events first: units per fold differ by at most 1 in each stratum, in the events,
///           and in total
/// throws    ConfigError for fewer than 2 folds or 1 repeat, more folds than units, more folds than units with
///           an event; InputError for fewer than 2 events (time-to-event outcomes)
/// cost      O(n log n) per resample made
/// checked by tests/unit/resample/folds
[[nodiscard]] ResamplePlan stratified_folds(const TrainingData& data,
                                            const CaseWeights& within,
                                            const FoldOptions& options,
                                            const RandomKey& key);

/// Draws with replacement within centre x event, as many units as there are; tests on the subjects not drawn.
///
/// train     times = number of draws x the times of `within`; a subject is one row however often it is drawn,
///           so that no copy of it can sit in an inner test fold
/// throws    ConfigError for no replicate, InputError for fewer than 2 units
/// source    Efron 1979, Ann. Statist. 7:1; checked by tests/unit/resample/bootstrap
[[nodiscard]] ResamplePlan bootstrap(const TrainingData& data,
                                     const CaseWeights& within,
                                     Index replicates,
                                     const RandomKey& key);

/// Draws whole centres with replacement, as many as there are; tests on the subjects of the centres not drawn.
///
/// train     times = number of draws of the subject's centre x the times of `within`; a subject is one row however often its centre is
///           drawn, so that no copy of it can sit in an inner test fold
/// test      empty where every centre is drawn
/// why       subjects of a centre are alike: what a new centre may bring shows in which centres are drawn, not in which subjects
/// throws    ConfigError for no replicate; InputError for fewer than `fewest_drawn_centres` centres, for subjects without a centre,
///           who could be in no sample, and for groups with members in two centres
/// source    Field and Welsh 2007, J. R. Statist. Soc. B 69:369 (cluster bootstrap); Bouwmeester et al. 2013, BMC Med. Res. Methodol. 13:19;
///           checked by tests/unit/resample/centre_bootstrap_test
[[nodiscard]] ResamplePlan centre_bootstrap(const TrainingData& data,
                                            const CaseWeights& within,
                                            Index replicates,
                                            const RandomKey& key);
inline constexpr Index fewest_drawn_centres = 5;

/// Whether the resamples of a scheme are samples with replacement, of subjects or of centres: an optimism is theirs alone.
[[nodiscard]] bool draws_with_replacement(const ResamplePlan& plan);

/// Draws 0.632 of the units without replacement: of all units the nearest whole number, of each stratum (centre x event) within
/// one unit of its share; tests on the subjects not drawn.
///
/// why       where a model is selected, the copies in a bootstrap sample make it more complex than the sample would
/// throws    ConfigError for no replicate, InputError for fewer than 2 units
/// source    Binder and Schumacher 2008, Stat. Appl. Genet. Mol. Biol. 7:12; checked by tests/unit/resample/subsampling_test
[[nodiscard]] ResamplePlan subsampling(const TrainingData& data,
                                       const CaseWeights& within,
                                       Index replicates,
                                       const RandomKey& key);

/// Each centre once as the test set, in the order of the centre levels; `fold` is the centre level + 1.
///
/// Subjects without a centre always train. Nobody trains whose group has a member in the test centre.
/// throws    InputError with fewer than two centres
/// checked by tests/unit/resample/other_plans
[[nodiscard]] ResamplePlan
leave_one_centre_out(const TrainingData& data, const CaseWeights& within, const RandomKey& key);

/// One resample: `train` trains, `test` tests.
/// throws    ConfigError when a subject is on both sides or a side is empty
[[nodiscard]] ResamplePlan
split(const CaseWeights& train, const CaseWeights& test, const RandomKey& key);

/// Complementary pairs of half samples: resamples 2 b and 2 b + 1 are the two halves of pair b, drawn at the address
/// key / "stability" / b; `repeat` is the pair, `fold` the half, both from 1. A half trains, the other one tests.
///
/// strata    centre x event; units (groups, else subjects) are shuffled within a stratum and dealt to the halves in
///           turn, events first, the first one to a random half: the halves differ by at most one unit in each
///           stratum, in the events, and in total. Nobody is left out where the number of units is odd.
/// throws    ConfigError for no pair, InputError for fewer than 2 units
/// cost      O(n log n) per resample made
/// source    Shah and Samworth 2013, J. R. Statist. Soc. B 75:55; checked by tests/unit/resample/halves
[[nodiscard]] ResamplePlan complementary_halves(const TrainingData& data,
                                                const CaseWeights& within,
                                                Index pairs,
                                                const RandomKey& key);

/// Folds named by the user: fold_of[repeat][subject], from 1; 0 = not in that repeat: neither trains nor tests.
/// throws    InputError for a wrong number of subjects, a negative number, one fold, or an empty fold
[[nodiscard]] ResamplePlan imported_folds(const CaseWeights& within,
                                          std::vector<std::vector<Index>> fold_of,
                                          const RandomKey& key);

/// Fold (1 .. folds) of each subject of `within`, 0 for the others: the one drawing behind stratified_folds and
/// every inner cross-validation. Few events are no error here: a fold without one adds nothing to a loss.
/// throws    ConfigError for fewer than 2 folds or more folds than units
[[nodiscard]] std::vector<Index>
draw_folds(const TrainingData& data, const CaseWeights& within, Index folds, const RandomKey& key);

} // namespace vigil
