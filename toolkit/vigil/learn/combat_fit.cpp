// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/combat_parameters.hpp"
#include "vigil/learn/combat_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct MeanVariance {
  double mean = 0.0, variance = 0.0; ///< divisor: values - 1
  Index values = 0;
};

/// Of every step-th value from the first on, those that are NaN left out.
MeanVariance mean_variance(std::span<const double> values, Index first, Index step) {
  MeanVariance result;
  double sum = 0.0;
  for (Index place = first; place < size_of(values); place += step) {
    const double value = values[at(place)];
    result.values += value == value ? 1 : 0;
    sum += value == value ? value : 0.0;
  }
  result.mean = sum / static_cast<double>(result.values);
  double squares = 0.0;
  for (Index place = first; place < size_of(values); place += step) {
    const double rest = values[at(place)] - result.mean;
    squares += rest == rest ? rest * rest : 0.0;
  }
  result.variance = squares / static_cast<double>(result.values - 1);
  return result;
}

/// What the markers of a batch have in common: g ~ N(mean, variance), d ~ inverse gamma(lambda, theta).
struct Prior {
  MeanVariance location = {}, scale = {};

  /// g* and d* of a marker with `count` subjects in the batch.
  [[nodiscard]] std::pair<double, double> shrink(double mean, double variance, double count) const {
    const double u = scale.mean, v = scale.variance;
    const double lambda = (2.0 * v + u * u) / v, theta = (u * v + u * u * u) / v;
    double location_now = mean, scale_now = variance;
    constexpr int most_steps = 10'000;
    for (int step = 0; step < most_steps; ++step) {
      const double precision = count * location.variance;
      const double next = (precision * mean + scale_now * location.mean) / (precision + scale_now);
      const double squares = (count - 1.0) * variance + count * (mean - next) * (mean - next);
      const double next_scale =
          v > 0.0 ? (theta + 0.5 * squares) / (0.5 * count + lambda - 1.0) : u;
      const double moved = std::max(std::fabs(next - location_now) / std::sqrt(next_scale),
                                    std::fabs(next_scale - scale_now) / next_scale);
      location_now = next;
      scale_now = next_scale;
      if (!(moved > 1e-13)) {
        break;
      }
    }
    return {location_now, scale_now};
  }
};

/// Estimates of all markers, before shrinking.
struct Estimates {
  Index batches;
  std::vector<double> centre, scale, effect;     ///< as Combat::Parameters
  std::vector<double> location, variance, count; ///< markers x batches; NaN: none

  Estimates(Index markers, Index batches_, Index covariates)
      : batches(batches_), centre(at(markers), 0.0), scale(at(markers), not_a_number),
        effect(at(markers * covariates), 0.0), location(at(markers * batches_), not_a_number),
        variance(location), count(location) {}

  void set(Index marker, const CombatRows::Estimate& one) {
    centre[at(marker)] = one.centre;
    scale[at(marker)] = one.scale;
    std::ranges::copy(one.effect, effect.begin() + marker * size_of(one.effect));
    std::ranges::copy(one.location, location.begin() + marker * batches);
    std::ranges::copy(one.variance, variance.begin() + marker * batches);
    std::ranges::copy(one.count, count.begin() + marker * batches);
  }
};

Estimates estimate_markers(const TrainingData& data,
                           std::span<const Index> markers,
                           const CombatRows& rows,
                           Scheduler& scheduler) {
  Estimates all(size_of(markers), rows.batches(), rows.covariates());
  const auto take = [&](Index marker, std::span<const double> values) {
    if (const auto one = rows.estimate(values)) {
      all.set(marker, *one);
    }
  };
  const Index features = data.features.features();
  const Index stored = std::ranges::lower_bound(markers, features) - markers.begin();
  if (stored > 0) {
    data.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
      std::vector<double> values(at(data.subjects()));
      for (Index place = 0; place < block.features(); ++place) {
        const Index feature = block.first_feature() + place;
        const auto found = std::ranges::lower_bound(markers, feature);
        if (found == markers.end() || *found != feature) {
          continue;
        }
        const double offset = data.features.offset(feature);
        std::ranges::transform(block.column(place), values.begin(), [offset](float value) {
          return static_cast<double>(value) + offset;
        });
        take(found - markers.begin(), values);
      }
    });
  }
  scheduler.for_each(size_of(markers) - stored, [&](Index place, Index) {
    const Index marker = stored + place;
    take(marker, data.clinical.column(markers[at(marker)] - features));
  });
  return all;
}

/// g* and the root of d*; where the markers are too few nothing is corrected.
void shrink(const Estimates& all, Combat::Parameters& known) {
  const Index batches = known.batches(), markers = known.markers();
  known.shift.assign(at(markers * batches), 0.0);
  known.spread.assign(at(markers * batches), 1.0);
  if (batches == 1) {
    return; // nothing to be put beside
  }
  for (Index batch = 0; batch < batches; ++batch) {
    const Prior prior{.location = mean_variance(all.location, batch, batches),
                      .scale = mean_variance(all.variance, batch, batches)};
    if (prior.location.values < 2) {
      known.scale.assign(known.scale.size(), not_a_number);
      return;
    }
    for (Index marker = 0; marker < markers; ++marker) {
      const std::size_t place = at(marker * batches + batch);
      if (known.scale[at(marker)] > 0.0) {
        const auto [location, scale] =
            prior.shrink(all.location[place], all.variance[place], all.count[place]);
        known.shift[place] = location;
        known.spread[place] = std::sqrt(scale);
      }
    }
  }
}

} // namespace

Combat Combat::fit(const TrainingData& data,
                   const CaseWeights& weights,
                   const CombatOptions& options,
                   Scheduler& scheduler) {
  const CombatRows rows(data, weights, options, scheduler);
  const Covariates covariates = data.covariates();
  const std::vector<Index> markers = marker_columns_of(covariates);
  auto known = std::make_shared<Parameters>();
  known->options = options;
  known->batch = rows.batch_names();
  known->covariate = rows.covariate_names();
  known->covariate_rule = rows.covariate_rule();
  for (const Index column : markers) {
    known->marker.push_back(covariates.info(column).name);
  }
  Estimates all = estimate_markers(data, markers, rows, scheduler);
  known->centre = std::move(all.centre);
  known->scale = std::move(all.scale);
  known->effect = std::move(all.effect);
  shrink(all, *known);
  return Combat(std::move(known));
}

} // namespace vigil
