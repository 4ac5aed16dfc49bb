// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/path_fitter.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// One path of a batch: its own penalty and grid. The penalty must outlive the batch.
/// predict: subjects whose linear predictors are all that is wanted (PathFitter::predict_for); empty: the path.
/// prepared_on: the weights that the item's preparation was fitted on; null: its own.
struct PathRequest {
  const PenaltyOptions& penalty;
  LambdaGrid grid = {};
  std::span<const Index> predict = {};
  const CaseWeights* prepared_on = nullptr;
};

/// Many paths side by side. In each round every unfinished fit goes on until it needs columns or products; then
/// one pass over the matrix serves all of them. In memory there are no rounds (advance_in_memory). Bytes of a path depend on the data and its own item alone.
class PathBatch {
public:
  /// One request per item. Throws ConfigError for a penalty, grid or outcome that cannot be used.
  PathBatch(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context);

  /// Goes on with each path until it has `until` points (one entry per path) or has ended; 0 fits the null model,
  /// so that the lambdas are known.
  void run(std::span<const Index> until);
  [[nodiscard]] PathFitter& fitter(Index number) { return *fitters_[at(number)]; }
  [[nodiscard]] const PathFitter& fitter(Index number) const { return *fitters_[at(number)]; }
  /// Stored values of every marker that has been in a working set, at least.
  [[nodiscard]] const MarkerColumns& columns() const noexcept { return columns_; }
  [[nodiscard]] const PathFit& path(Index number) const { return fitters_[at(number)]->path(); }
  [[nodiscard]] Index size() const noexcept { return size_of(fitters_); }
  /// Passes so far over the whole matrix, and over some of its blocks (none of a matrix in memory).
  [[nodiscard]] Index whole_passes() const noexcept { return whole_passes_; }
  [[nodiscard]] Index partial_passes() const noexcept { return partial_passes_; }

private:
  void answer();

  const TrainingData& data_;
  FitContext& context_;
  std::vector<std::unique_ptr<PathFitter>> fitters_;
  MarkerColumns columns_;
  Index whole_passes_ = 0, partial_passes_ = 0;
};

/// Regularisation paths, one per item: every point comes with its KKT violation over all columns.
///
/// ends early  a point that explains more than 99.9 % of the deviance is the last one, status saturated
/// memory      items are taken in waves by FitContext::memory_bytes
/// cost        a pass over the matrix for the whole batch about every fifth lambda, plus rows m^2 for each new curvature
///             and m^2 for each step of a fit with m columns in its working set (docs/methods/penalized_path.md)
/// checked by  tests/property/penalized_test, tests/reference/penalized_test
[[nodiscard]] std::vector<PathFit> fit_paths(const FitBatch& batch,
                                             const PenaltyOptions& penalty,
                                             const LambdaGrid& grid,
                                             FitContext& context);
/// The same, each item with its own penalty and grid.
[[nodiscard]] std::vector<PathFit>
fit_paths(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context);

/// Paths that may be under way at once; at least one. requests: of those that may go by the rows (RidgeDual).
[[nodiscard]] Index wave_size(const TrainingData& data,
                              const FitContext& context,
                              std::span<const PathRequest> requests = {});
/// Directions that the residual subspace of one path may hold: it must not depend on memory or on other fits, as the
/// bytes of a path depend on it.
[[nodiscard]] Index most_directions(const TrainingData& data);

} // namespace vigil::penalized
