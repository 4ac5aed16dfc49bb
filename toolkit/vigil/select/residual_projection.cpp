// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/residual_projection.hpp"

#include "vigil/learn/preparation.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace vigil::select {

namespace {

constexpr double dependent_share = 1e-9;

double length(std::span<const double> column) {
  return std::sqrt(dot(column, column));
}

/// An indicator for each level that occurs in the rows.
void add_levels(ResidualProjection& projection,
                std::span<const Index> level,
                std::span<const Index> rows) {
  std::set<Index> present;
  for (const Index row : rows) {
    if (!level.empty()) {
      present.insert(level[at(row)]);
    }
  }
  std::vector<double> column(rows.size());
  for (const Index each : present) {
    std::transform(rows.begin(), rows.end(), column.begin(), [&](Index row) {
      return level[at(row)] == each ? 1.0 : 0.0;
    });
    projection.add(column);
  }
}

} // namespace

void ResidualProjection::add(std::span<const double> column) {
  VIGIL_EXPECTS(size_of(column) == rows_);
  std::vector<double> rest(column.begin(), column.end());
  const double before = length(rest);
  remove_from(rest);
  if (!(length(rest) > dependent_share * before)) {
    return;
  }
  remove_from(rest);
  const double size = length(rest);
  for (double& value : rest) {
    value /= size;
  }
  basis_.insert(basis_.end(), rest.begin(), rest.end());
  ++rank_;
}

void ResidualProjection::remove_from(std::span<double> column) const {
  VIGIL_EXPECTS(size_of(column) == rows_);
  for (Index number = 0; number < rank_; ++number) {
    const auto direction = std::span(basis_).subspan(at(number * rows_), at(rows_));
    const double part = dot(direction, column);
    for (std::size_t row = 0; row < column.size(); ++row) {
      column[row] -= part * direction[row];
    }
  }
}

std::vector<Index> unpenalized_columns(const Covariates& covariates) {
  std::vector<Index> result;
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (!covariates.info(column).penalized) {
      result.push_back(column);
    }
  }
  return result;
}

ResidualProjection adjusted_projection(const TrainingData& data,
                                       const CaseWeights& within,
                                       const std::string& impute,
                                       Scheduler& scheduler) {
  const auto rows = within.support();
  ResidualProjection projection(size_of(rows));
  projection.add(std::vector<double>(rows.size(), 1.0));
  add_levels(projection, data.centre, rows);
  add_levels(projection, data.stratum, rows);
  const auto gather = [&](std::span<const double> by_subject) {
    std::vector<double> column;
    for (const Index row : rows) {
      column.push_back(by_subject[at(row)]);
    }
    projection.add(column);
  };
  if (!data.offset.empty()) {
    gather(data.offset);
  }
  std::vector<Index> kept;
  const auto prepared =
      fit_preparations(data, {&within, 1}, {.impute = impute, .standardize = true}, scheduler);
  for (const Index column : unpenalized_columns(data.covariates())) {
    if (prepared.front().keeps(column)) {
      kept.push_back(column);
    }
  }
  Preparation chosen = prepared.front().select(kept);
  chosen.fill_from(raw_columns(data.covariates(), kept, scheduler), within);
  const auto values = prepared_columns(data.covariates(), kept, chosen, scheduler);
  for (Index place = 0; place < size_of(kept); ++place) {
    gather(std::span(values).subspan(at(place * data.subjects()), at(data.subjects())));
  }
  return projection;
}

} // namespace vigil::select
