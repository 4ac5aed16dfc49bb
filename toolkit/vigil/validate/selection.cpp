// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/selection.hpp"

#include <algorithm>
#include <map>

namespace vigil {

namespace {

struct Tally {
  Index selected = 0, positive = 0;
  std::map<Index, double> coefficient; ///< by resample, so that the sum has one order
};

struct LearnerTally {
  std::string learner;
  Index resamples = 0;
  std::map<Index, Tally> columns;
};

LearnerTally& tally_of(std::vector<LearnerTally>& tallies, const std::string& learner) {
  const auto known = std::find_if(
      tallies.begin(), tallies.end(), [&](const auto& one) { return one.learner == learner; });
  if (known != tallies.end()) {
    return *known;
  }
  tallies.push_back({.learner = learner, .resamples = 0, .columns = {}});
  return tallies.back();
}

SelectionRow row_of(const LearnerTally& learner,
                    Index column,
                    const Tally& tally,
                    const Covariates& covariates) {
  double total = 0.0;
  for (const auto& [resample, coefficient] : tally.coefficient) {
    total += coefficient;
  }
  const auto selected = static_cast<double>(tally.selected);
  const Index majority = std::max(tally.positive, tally.selected - tally.positive);
  return {.learner = learner.learner,
          .feature = covariates.info(column).name,
          .column = column,
          .selected = tally.selected,
          .resamples = learner.resamples,
          .frequency = selected / static_cast<double>(learner.resamples),
          .mean_coefficient = total / selected,
          .same_sign = static_cast<double>(majority) / selected};
}

} // namespace

std::vector<SelectionRow> selection_frequency(std::span<const ResampleRecord> records,
                                              const Covariates& covariates) {
  std::vector<LearnerTally> tallies;
  for (const ResampleRecord& record : records) {
    LearnerTally& learner = tally_of(tallies, record.learner);
    if (record.status == FitStatus::undefined) {
      continue;
    }
    ++learner.resamples;
    for (const SelectedFeature& feature : record.selected) {
      if (feature.coefficient == 0.0) {
        continue;
      }
      Tally& tally = learner.columns[feature.feature];
      ++tally.selected;
      tally.positive += feature.coefficient > 0.0 ? 1 : 0;
      tally.coefficient[record.resample] = feature.coefficient;
    }
  }
  std::vector<SelectionRow> rows;
  for (const LearnerTally& learner : tallies) {
    const auto first = size_of(rows);
    for (const auto& [column, tally] : learner.columns) {
      rows.push_back(row_of(learner, column, tally, covariates));
    }
    std::stable_sort(
        rows.begin() + first, rows.end(), [](const SelectionRow& left, const SelectionRow& right) {
          return left.selected > right.selected;
        });
  }
  return rows;
}

} // namespace vigil
