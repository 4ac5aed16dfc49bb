// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/frozen_cuts.hpp"
#include "vigil/validate/columns.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil {

/// The columns that a learner sees, with every candidate cut of the columns to be cut in their place: an indicator for each
/// value of the column but the largest, 1 above it. A training set keeps one of them (CutRule), so that inner folds, draws
/// and final fits choose anew without another copy. A value that occurs outside a training set alone is a candidate that
/// it cannot choose.
///
/// memory   8 bytes x subjects x candidates. Throws ResourceError where that is more than half of memory_bytes
class CutView {
public:
  CutView(const TrainingData& data, const CutRule& rule, const FitContext& context);

  /// Refers to this view.
  [[nodiscard]] TrainingData data() const noexcept;
  /// Whether the learner sees none of the columns.
  [[nodiscard]] bool empty() const noexcept { return columns_.empty(); }
  /// The cuts of a training set.
  [[nodiscard]] FrozenCuts frozen(const CaseWeights& weights, const CutRule& rule) const;

private:
  void add_candidates(Index column, const FitContext& context);

  ColumnView rest_;
  ClinicalBlock clinical_;
  std::vector<Index> columns_;         ///< that are cut, by number in `data`
  std::vector<Index> training_column_; ///< of each column here, its number in `data`
};

} // namespace vigil
