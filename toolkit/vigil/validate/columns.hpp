// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/training_data.hpp"

#include <string>
#include <vector>

namespace vigil {

/// Which columns of a cohort a learner may see. A marker is a feature, or a penalized column of the clinical
/// block (the markers of a small table); `names` are columns, or the columns that indicators were made from.
struct ColumnSelection {
  enum class Kind { all, clinical, markers, named };
  Kind kind = Kind::all;
  std::vector<std::string> names = {};
};

/// Column numbers (markers first, then clinical) that a selection picks, ascending.
/// Throws ConfigError for an unknown name, with the nearest one, and for a selection without a column.
[[nodiscard]] std::vector<Index> selected_columns(const Covariates& covariates,
                                                  const ColumnSelection& selection);

/// A cohort with some of its columns; outcome, strata, offsets and groups stay those of the whole.
class ColumnView {
public:
  /// Throws ConfigError for a selection without a column.
  ColumnView(const TrainingData& full, const ColumnSelection& selection);
  /// The listed columns, ascending; none is a view too.
  ColumnView(const TrainingData& full, std::vector<Index> columns);

  /// Refers to this view, which must outlive it.
  [[nodiscard]] TrainingData data() const noexcept;
  /// The whole cohort.
  [[nodiscard]] const TrainingData& full() const noexcept { return full_; }
  /// The number in the whole cohort of a column of the view.
  [[nodiscard]] Index full_column(Index column) const noexcept { return columns_[at(column)]; }

private:
  TrainingData full_;
  std::vector<Index> columns_;
  FeatureMatrix features_;
  ClinicalBlock clinical_;
};

} // namespace vigil
