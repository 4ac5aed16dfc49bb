// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/fit_paths.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Weights of a fold's training and test rows.
struct Fold {
  CaseWeights train, test;
};

/// The folds 1 .. folds of the rows within, by the fold of each subject.
[[nodiscard]] std::vector<Fold>
folds_of(const CaseWeights& within, std::span<const Index> fold_of, Index folds);

/// The fits of a cross-validation: side by side in one batch where all see the same columns, else in a batch for each of
/// the column sets. A fit's bytes are the same in any batch.
///
/// checked by tests/property/inner_combat_test
class FoldBatches {
public:
  /// data: of all fits; or of the full fits and then of each fold, which take turns in `items`. All must outlive this object.
  FoldBatches(std::span<const TrainingData> data,
              std::span<const FitItem> items,
              std::span<const PathRequest> requests,
              FitContext& context);

  /// As PathBatch::run, one entry for each fit. Batches of matrices in memory go on at the same time.
  void run(std::span<const Index> until);
  /// Which of the data a fit sees.
  [[nodiscard]] Index data_number(Index fit) const noexcept { return fit % size_of(batches_); }
  [[nodiscard]] PathFitter& fitter(Index fit) { return fits_of(fit).fitter(place(fit)); }
  [[nodiscard]] const PathFitter& fitter(Index fit) const {
    return fits_of(fit).fitter(place(fit));
  }
  [[nodiscard]] const PathFit& path(Index fit) const { return fits_of(fit).path(place(fit)); }
  /// Markers of the data that a fit sees, as PathBatch::columns.
  [[nodiscard]] const MarkerColumns& columns(Index fit) const { return fits_of(fit).columns(); }

private:
  struct Batch {
    std::vector<FitItem> items = {};
    std::vector<PathRequest> requests = {};
    std::vector<Index> until = {};
    std::unique_ptr<PathBatch> fits = {};
  };
  [[nodiscard]] PathBatch& fits_of(Index fit) const { return *batches_[at(data_number(fit))].fits; }
  [[nodiscard]] Index place(Index fit) const noexcept { return fit / size_of(batches_); }

  FitContext& context_;
  bool at_the_same_time_ = true;
  std::vector<Batch> batches_;
};

} // namespace vigil::penalized
