// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/feature_info.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// Columns in double precision beside the markers: clinical ones, and the markers of a small table.
class ClinicalBlock {
public:
  ClinicalBlock() = default;
  explicit ClinicalBlock(Index subjects) : subjects_(subjects) {}
  void add(FeatureInfo info, std::vector<double> values);

  [[nodiscard]] Index subjects() const noexcept { return subjects_; }
  [[nodiscard]] Index columns() const noexcept { return size_of(info_); }
  /// NaN = missing.
  [[nodiscard]] std::span<const double> column(Index column) const;
  [[nodiscard]] const FeatureInfo& info(Index column) const;

private:
  Index subjects_ = 0;
  std::vector<FeatureInfo> info_;
  std::vector<std::vector<double>> values_;
};

/// One indicator column for each level but the first (the reference): 1 where the text is that level, NaN where
/// it is empty (missing). Named `column=level`, with `column` as source and all levels. Throws InputError for a text that
/// is no level, naming the nearest one.
void add_indicators(ClinicalBlock& block,
                    const FeatureInfo& column,
                    std::span<const std::string> values,
                    std::span<const std::string> levels);

} // namespace vigil
