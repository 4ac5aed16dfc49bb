// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/select/null_model.hpp"
#include "vigil/select/varying_features.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// The features of a cohort beside its null model. All that it is made of must outlive it.
class TestedFeatures {
public:
  TestedFeatures(const NullModel& null,
                 const TrainingData& data,
                 const CaseWeights& within,
                 const std::string& impute,
                 Scheduler& scheduler);

  [[nodiscard]] const NullModel& null() const noexcept { return null_; }
  [[nodiscard]] const TrainingData& data() const noexcept { return data_; }
  [[nodiscard]] const CaseWeights& within() const noexcept { return within_; }
  /// Penalized columns that vary, ascending.
  [[nodiscard]] std::span<const Index> columns() const noexcept { return features_.column; }
  /// Standardized values of columns()[first] .. [first + count - 1], by row of the null model, column after column.
  [[nodiscard]] std::vector<double> rows(Index first, Index count) const;

private:
  const NullModel& null_;
  const TrainingData& data_;
  const CaseWeights& within_;
  Scheduler& scheduler_;
  VaryingFeatures features_;
};

} // namespace vigil::select
