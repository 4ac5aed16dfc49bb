// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/clinical_block.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace vigil {

void ClinicalBlock::add(FeatureInfo info, std::vector<double> values) {
  VIGIL_EXPECTS(size_of(values) == subjects_);
  info_.push_back(std::move(info));
  values_.push_back(std::move(values));
}

std::span<const double> ClinicalBlock::column(Index column) const {
  VIGIL_EXPECTS(column >= 0 && column < columns());
  return values_[at(column)];
}

const FeatureInfo& ClinicalBlock::info(Index column) const {
  VIGIL_EXPECTS(column >= 0 && column < columns());
  return info_[at(column)];
}

void add_indicators(ClinicalBlock& block,
                    const FeatureInfo& column,
                    std::span<const std::string> values,
                    std::span<const std::string> levels) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  VIGIL_EXPECTS(size_of(values) == block.subjects());
  std::vector<Index> level_of(values.size(), no_index);
  FaultList faults;
  std::string nearest;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = std::find(levels.begin(), levels.end(), values[i]);
    if (found != levels.end()) {
      level_of[i] = found - levels.begin();
    } else if (!values[i].empty()) {
      faults.add("column " + quoted(column.name) + ", row " + number_text(static_cast<Index>(i)),
                 quoted(values[i]));
      nearest = nearest.empty() ? suggestion(values[i], levels) : nearest;
    }
  }
  faults.raise_if_any("cannot use column " + quoted(column.name),
                      "one of the levels " + join(levels, ", "),
                      nearest + " or name all levels with --levels " + column.name + "=...");
  const auto shared =
      std::make_shared<const std::vector<std::string>>(levels.begin(), levels.end());
  for (Index level = 1; level < size_of(levels); ++level) {
    std::vector<double> indicator(values.size(), missing);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (level_of[i] != no_index) {
        indicator[i] = level_of[i] == level ? 1.0 : 0.0;
      }
    }
    FeatureInfo info = column;
    info.source = column.source_column();
    info.name = column.name + "=" + levels[at(level)];
    info.unit = "1";
    info.levels = shared;
    info.level = level;
    block.add(std::move(info), std::move(indicator));
  }
}

} // namespace vigil
