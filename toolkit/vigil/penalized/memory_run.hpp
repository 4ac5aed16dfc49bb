// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/aligned.hpp"
#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/parallel/scheduler.hpp"
#include "vigil/penalized/marker_columns.hpp"
#include "vigil/penalized/path_fitter.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil::penalized {

/// The sweeps that some fits have asked for, for one pass over the matrix.
/// memory  subjects x sweeps floats, and for each thread 128 x sweeps doubles
class SweepRound {
public:
  SweepRound() = default;
  explicit SweepRound(std::vector<PathFitter*> sweeping);

  [[nodiscard]] bool empty() const noexcept { return sweeping_.empty(); }
  /// Gives each of these fits the products of the block's markers with its sweep. Any thread.
  void answer(const ColumnBlock& block) const;

private:
  std::vector<PathFitter*> sweeping_;
  AlignedVector<float> directions_; ///< of the fits, each from the beginning of a line
  Index stride_ = 0;
};

/// What PathBatch::run does, without rounds, for a matrix in memory: there columns and products of single markers are at
/// hand, and a fit stops for sweeps alone. Workers take fits that can go on; one that finds none sweeps for all that
/// wait, block by block, and others help. Which fits share a sweep depends on the moment; their bytes do not.
///
/// failures  as in Scheduler::for_each, by number of the fit
/// returns   sweeps over the matrix
/// checked by tests/property/penalized_test (batches), tests/unit/penalized/memory_run_test
Index advance_in_memory(std::span<const std::unique_ptr<PathFitter>> fitters,
                        std::span<const Index> until,
                        const MarkerColumns& columns,
                        const FeatureSource& source,
                        Scheduler& scheduler);

} // namespace vigil::penalized
