// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoff_features.hpp"

#include "vigil/numeric/sums.hpp"

#include <cmath>

namespace vigil::select {

namespace {

constexpr double least_left = 1e-9;

/// Rows of the support, in ascending order, of values by subject.
void gather(std::span<const double> by_subject,
            std::span<const Index> rows,
            std::vector<double>& out) {
  for (const Index row : rows) {
    out.push_back(by_subject[at(row)]);
  }
}

} // namespace

KnockoffFeatures knockoff_features(const TrainingData& data,
                                   const CaseWeights& within,
                                   const ResidualProjection& projection,
                                   VaryingFeatures& candidates,
                                   Scheduler& scheduler) {
  const auto& listed = candidates.column;
  candidates.preparation.fill_from(raw_columns(data.covariates(), listed, scheduler), within);
  const auto prepared =
      prepared_columns(data.covariates(), listed, candidates.preparation, scheduler);
  const auto freedom = static_cast<double>(projection.degrees_of_freedom());
  KnockoffFeatures features;
  for (Index place = 0; place < size_of(listed); ++place) {
    std::vector<double> values;
    gather(std::span(prepared).subspan(at(place * data.subjects()), at(data.subjects())),
           within.support(),
           values);
    std::vector<double> rest = values;
    projection.remove_from(rest);
    const double square = dot(rest, rest);
    if (!(square > least_left * dot(values, values))) {
      continue; // a function of what is held fixed: nothing beyond it can be told
    }
    const double scale = std::sqrt(freedom / square);
    for (std::size_t row = 0; row < rest.size(); ++row) {
      rest[row] *= scale;
      values[row] *= scale;
    }
    features.column.push_back(listed[at(place)]);
    features.values.insert(features.values.end(), values.begin(), values.end());
    features.residuals.insert(features.residuals.end(), rest.begin(), rest.end());
  }
  return features;
}

KnockoffFeatures
chosen_features(const KnockoffFeatures& features, std::span<const Index> places, Index rows) {
  KnockoffFeatures chosen;
  const auto append = [&](std::vector<double>& to, const std::vector<double>& from, Index place) {
    const auto first = from.begin() + place * rows;
    to.insert(to.end(), first, first + rows);
  };
  for (const Index place : places) {
    chosen.column.push_back(features.column[at(place)]);
    append(chosen.values, features.values, place);
    append(chosen.residuals, features.residuals, place);
  }
  return chosen;
}

} // namespace vigil::select
