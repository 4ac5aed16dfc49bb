// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoff_statistics.hpp"

#include "vigil/penalized/cross_validate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::select {

namespace {

const penalized::LambdaGrid grid{.points = 60, .smallest_fraction = 0.01};

/// Features whose difference in size, or in lambda of entry, is W.
std::vector<double> differences(std::span<const double> of_column, bool larger_of_both) {
  const std::size_t features = of_column.size() / 2;
  std::vector<double> result(features, 0.0);
  for (std::size_t feature = 0; feature < features; ++feature) {
    const double own = of_column[feature], other = of_column[features + feature];
    if (larger_of_both) {
      result[feature] = own > other ? own : own < other ? -other : 0.0;
    } else {
      result[feature] = own - other;
    }
  }
  return result;
}

std::vector<double> by_coefficient(const penalized::PathFit& path,
                                   Index point,
                                   const Preparation& preparation,
                                   Index markers) {
  std::vector<double> size(at(markers), 0.0);
  const auto features = path.coefficients.features_at(point);
  const auto values = path.coefficients.values_at(point);
  for (std::size_t place = 0; place < features.size(); ++place) {
    const Index column = features[place];
    if (column < markers) {
      size[at(column)] = std::fabs(values[place]) * preparation.column(column).spread;
    }
  }
  return differences(size, false);
}

std::vector<double> by_entry(const penalized::PathFit& path, Index markers) {
  std::vector<double> lambda(at(markers), 0.0);
  for (Index point = path.points(); point-- > 0;) {
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    for (std::size_t place = 0; place < features.size(); ++place) {
      if (features[place] < markers && values[place] != 0.0) {
        lambda[at(features[place])] = path.lambda[at(point)];
      }
    }
  }
  return differences(lambda, true);
}

} // namespace

std::string_view name_of(KnockoffStatistic statistic) noexcept {
  return statistic == KnockoffStatistic::coefficient ? "coefficient" : "entry";
}

std::optional<KnockoffStatistic> parse_knockoff_statistic(std::string_view text) noexcept {
  for (const auto statistic : {KnockoffStatistic::coefficient, KnockoffStatistic::entry}) {
    if (text == name_of(statistic)) {
      return statistic;
    }
  }
  return std::nullopt;
}

KnockoffCompetition knockoff_competition(const TrainingData& data,
                                         const CaseWeights& within,
                                         const KnockoffStatisticOptions& options,
                                         const RandomKey& key,
                                         FitContext& context) {
  const Index markers = data.features.features();
  VIGIL_EXPECTS(markers % 2 == 0);
  const PreparationOptions preparation{.impute = options.impute, .standardize = true};
  const auto prepared = fit_preparations(data, {&within, 1}, preparation, context.scheduler);
  const FitItem item{within, prepared.front(), key};
  const penalized::PenaltyOptions penalty{.ties = options.ties};
  KnockoffCompetition result{.statistic = std::vector<double>(at(markers / 2), 0.0),
                             .lambda = std::numeric_limits<double>::quiet_NaN()};
  if (options.statistic == KnockoffStatistic::entry) {
    const auto paths = penalized::fit_paths({data, {&item, 1}}, penalty, grid, context);
    if (paths.front().undefined) {
      result.undefined_because = "no events";
    } else {
      result.statistic = by_entry(paths.front(), markers);
    }
    return result;
  }
  const penalized::PathRequest request{penalty, grid};
  const penalized::CvOptions folds{.folds = options.folds, .preparation = preparation};
  const auto validated =
      penalized::cross_validate({data, {&item, 1}}, {&request, 1}, folds, context);
  const penalized::CrossValidation& chosen = validated.front();
  if (chosen.undefined()) {
    result.undefined_because = chosen.undefined_because;
    return result;
  }
  result.lambda = chosen.path.lambda[at(chosen.minimum)];
  result.statistic = by_coefficient(chosen.path, chosen.minimum, prepared.front(), markers);
  return result;
}

} // namespace vigil::select
