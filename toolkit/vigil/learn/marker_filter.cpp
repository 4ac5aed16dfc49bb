// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/marker_filter.hpp"

#include "vigil/learn/preparation.hpp"

#include <algorithm>
#include <utility>

namespace vigil {

std::vector<std::vector<double>> VarianceRanking::values(const TrainingData& data,
                                                         std::span<const CaseWeights> weightings,
                                                         std::span<const Preparation> preparations,
                                                         Scheduler& scheduler) const {
  std::vector<std::vector<double>> result(weightings.size());
  scheduler.for_each(size_of(weightings), [&](Index item, Index) {
    result[at(item)].reserve(at(data.columns()));
    for (Index column = 0; column < data.columns(); ++column) {
      const double spread = preparations[at(item)].column(column).spread;
      result[at(item)].push_back(spread * spread);
    }
  });
  return result;
}

namespace {

/// Markers that a filter may leave out, ascending.
std::vector<Index> penalized_markers(const TrainingData& data) {
  const Covariates covariates = data.covariates();
  std::vector<Index> columns;
  for (Index column = 0; column < data.columns(); ++column) {
    const FeatureInfo& info = covariates.info(column);
    if (info.marker && info.penalized) {
      columns.push_back(column);
    }
  }
  return columns;
}

/// Drops the candidates beyond the first `keep`, those without a value last.
void keep_largest(std::span<const Index> markers,
                  std::span<const double> values,
                  Index keep,
                  Preparation& preparation) {
  std::vector<std::pair<double, Index>> ranked; // by falling value, then column
  for (const Index column : markers) {
    if (!preparation.keeps(column)) {
      continue;
    }
    const double value = values[at(column)];
    if (value == value) {
      ranked.push_back({-value, column});
    } else {
      preparation.drop(column);
    }
  }
  const auto kept = ranked.begin() + std::min(keep, size_of(ranked));
  std::nth_element(ranked.begin(), kept, ranked.end());
  for (auto place = kept; place != ranked.end(); ++place) {
    preparation.drop(place->second);
  }
}

} // namespace

void MarkerFilter::apply(const TrainingData& data,
                         std::span<const CaseWeights> weightings,
                         std::span<Preparation> preparations,
                         Scheduler& scheduler) const {
  VIGIL_EXPECTS(keep > 0 && ranking != nullptr && preparations.size() == weightings.size());
  const std::vector<Index> markers = penalized_markers(data);
  constexpr Index at_once = 64; // weightings whose values are held
  for (Index first = 0; first < size_of(weightings); first += at_once) {
    const std::size_t count = at(std::min(at_once, size_of(weightings) - first));
    const auto some = preparations.subspan(at(first), count);
    const auto values =
        ranking->values(data, weightings.subspan(at(first), count), some, scheduler);
    scheduler.for_each(static_cast<Index>(count), [&](Index item, Index) {
      keep_largest(markers, values[at(item)], keep, some[at(item)]);
    });
  }
}

} // namespace vigil
