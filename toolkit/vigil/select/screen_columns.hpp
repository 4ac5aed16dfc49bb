// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/eight_lanes.hpp"

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace vigil::select {

/// Up to eight tested columns side by side, in the order of the rows.
struct ColumnGroup {
  std::array<Index, EightLanes::count> column = {}; ///< of the covariates
  std::array<bool, EightLanes::count> constant = {};
  Index count = 0;
  std::span<const EightLanes>
      values; ///< raw unit, each column about its own mean; 0 beyond `count`
};

/// The columns that a screen tests (those that are penalized elsewhere), filled and centred, a few at a time.
///
/// What a column's values are depends on the column alone, not on its neighbours, the blocks of the source or threads.
/// missing  filled as Preparation says; impute = "none" refuses them with InputError
class ScreenColumns {
public:
  /// rows: the subject of each row.
  ScreenColumns(const TrainingData& data,
                const CaseWeights& weights,
                std::span<const Index> rows,
                const PreparationOptions& options);

  /// Ascending.
  [[nodiscard]] std::span<const Index> tested() const noexcept { return tested_; }

  /// Visits all tested columns once, in any order, on the scheduler's workers, reading the matrix once. close(worker) is
  /// called by a worker after some of its groups, and after its last one.
  void visit(Scheduler& scheduler,
             const std::function<void(const ColumnGroup& group, Index worker)>& take,
             const std::function<void(Index worker)>& close) const;

  using Take = std::function<void(const ColumnGroup& group, Index worker)>;
  /// The tested columns of one block of the matrix; `buffer` is the worker's own.
  void visit_block(const ColumnBlock& block,
                   Index worker,
                   std::vector<EightLanes>& buffer,
                   const Take& take) const;
  /// The tested columns of the clinical block.
  void visit_clinical(Scheduler& scheduler,
                      const Take& take,
                      const std::function<void(Index worker)>& close) const;

private:
  [[nodiscard]] std::span<const Index> among(Index first, Index end) const;
  template <class ColumnOf>
  void visit_listed(std::span<const Index> listed,
                    Index worker,
                    const ColumnOf& column_of,
                    std::vector<EightLanes>& buffer,
                    const Take& take) const;
  template <class Value>
  void load(std::span<const std::span<const Value>> columns,
            ColumnGroup& group,
            std::vector<EightLanes>& values) const;
  template <class Value>
  void fill(std::span<const Value> column,
            Index number,
            Index lane,
            std::vector<EightLanes>& values) const;

  TrainingData data_;
  const CaseWeights& weights_;
  std::span<const Index> rows_;
  PreparationOptions options_;
  std::vector<Index> tested_;
};

} // namespace vigil::select
