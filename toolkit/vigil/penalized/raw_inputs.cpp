// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/raw_inputs.hpp"

#include <algorithm>

namespace vigil::penalized {

std::vector<Index> kept_columns(const Preparation& preparation) {
  std::vector<Index> kept;
  for (Index column = 0; column < preparation.columns(); ++column) {
    if (preparation.keeps(column)) {
      kept.push_back(column);
    }
  }
  return kept;
}

void RawInputs::want(std::span<const Index> columns) {
  listed_.insert(listed_.end(), columns.begin(), columns.end());
}

void RawInputs::read(const Covariates& covariates, Scheduler& scheduler) {
  std::sort(listed_.begin(), listed_.end());
  listed_.erase(std::unique(listed_.begin(), listed_.end()), listed_.end());
  values_ = raw_columns(covariates, listed_, scheduler);
}

std::vector<double> RawInputs::select(std::span<const Index> columns, Index subjects) const {
  std::vector<double> result;
  result.reserve(at(size_of(columns) * subjects));
  for (const Index column : columns) {
    const Index place = std::lower_bound(listed_.begin(), listed_.end(), column) - listed_.begin();
    const auto from = values_.begin() + place * subjects;
    result.insert(result.end(), from, from + subjects);
  }
  return result;
}

} // namespace vigil::penalized
