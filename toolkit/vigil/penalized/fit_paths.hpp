// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/path_fitter.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// One path of a batch: its own penalty and grid. The penalty must outlive the batch.
struct PathRequest {
  const PenaltyOptions& penalty;
  LambdaGrid grid = {};
};

/// Many paths side by side. In each round every unfinished fit goes on until it needs columns or products; then
/// one pass over the matrix serves all of them. Bytes of a path depend on the data and its own item alone.
class PathBatch {
public:
  /// One request per item. Throws ConfigError for a penalty, grid or outcome that cannot be used.
  PathBatch(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context);

  /// Goes on with each path until it has `until` points (one entry per path) or has ended; 0 fits the null model,
  /// so that the lambdas are known.
  void run(std::span<const Index> until);
  [[nodiscard]] PathFitter& fitter(Index number) { return *fitters_[at(number)]; }
  [[nodiscard]] const PathFitter& fitter(Index number) const { return *fitters_[at(number)]; }
  /// Stored values of every marker that has been in a working set.
  [[nodiscard]] const MarkerColumns& columns() const noexcept { return columns_; }
  [[nodiscard]] const PathFit& path(Index number) const { return fitters_[at(number)]->path(); }
  [[nodiscard]] Index size() const noexcept { return size_of(fitters_); }

private:
  void read_columns();
  void sweep();

  const TrainingData& data_;
  FitContext& context_;
  std::vector<std::unique_ptr<PathFitter>> fitters_;
  MarkerColumns columns_;
};

/// Regularisation paths of the Cox model, one per item: exact to a KKT violation that is checked over all columns
/// and reported at every point.
///
/// ends early  a point that explains more than 99 % of the deviance, or (pure l1) has as many coefficients as there
///             are events, is the last one, status saturated
/// memory      items are taken in waves by FitContext::memory_bytes
/// cost        about 1.3 passes over the matrix per lambda for the whole batch, plus rows m^2 per Newton step of a
///             fit with m columns in its working set
/// checked by  tests/property/penalized_test, tests/reference/penalized_test
[[nodiscard]] std::vector<PathFit> fit_paths(const FitBatch& batch,
                                             const PenaltyOptions& penalty,
                                             const LambdaGrid& grid,
                                             FitContext& context);
/// The same, each item with its own penalty and grid.
[[nodiscard]] std::vector<PathFit>
fit_paths(const FitBatch& batch, std::span<const PathRequest> requests, FitContext& context);

/// Paths that may be under way at once; at least one.
[[nodiscard]] Index wave_size(const TrainingData& data, const FitContext& context);

} // namespace vigil::penalized
