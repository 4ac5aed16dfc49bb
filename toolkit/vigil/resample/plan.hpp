// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <functional>
#include <memory>
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

/// Repeated K folds, stratified by centre x event, whole groups together, drawn over within.support().
[[nodiscard]] ResamplePlan stratified_folds(const TrainingData& data,
                                            const CaseWeights& within,
                                            const FoldOptions& options,
                                            const RandomKey& key);
/// Draws with replacement within centre x event (whole groups); tests on the subjects not drawn.
[[nodiscard]] ResamplePlan bootstrap(const TrainingData& data,
                                     const CaseWeights& within,
                                     Index replicates,
                                     const RandomKey& key);
/// Each centre once as the test set. Throws InputError with fewer than two centres.
[[nodiscard]] ResamplePlan
leave_one_centre_out(const TrainingData& data, const CaseWeights& within, const RandomKey& key);
/// One resample: `train` trains, `test` tests.
[[nodiscard]] ResamplePlan
split(const CaseWeights& train, const CaseWeights& test, const RandomKey& key);
/// Folds named by the user: fold_of[repeat][subject], from 1; 0 = in no fold of that repeat.
[[nodiscard]] ResamplePlan imported_folds(const CaseWeights& within,
                                          std::vector<std::vector<Index>> fold_of,
                                          const RandomKey& key);

/// Fold (1 .. folds) of each subject of `within`, 0 for the others: the one drawing behind stratified_folds and
/// every inner cross-validation.
[[nodiscard]] std::vector<Index>
draw_folds(const TrainingData& data, const CaseWeights& within, Index folds, const RandomKey& key);

} // namespace vigil
