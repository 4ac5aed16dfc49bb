// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/adequate_with_slope.hpp"

#include "vigil/base/text.hpp"
#include "vigil/validate/intervals.hpp"

#include <optional>
#include <set>
#include <vector>

namespace vigil {

namespace {

/// The pair of a centre or of several, on the scales of pooling; nothing where it cannot be pooled.
std::optional<EstimatePair> pair_of(const CentreEstimate& order,
                                    const CentreEstimate& slope,
                                    const CentreTarget& target,
                                    const CaseWeights& weights,
                                    std::span<const Index> centre_of) {
  if (!poolable(order.value, target.scale) ||
      !poolable(slope.value, measure::IntervalScale::identity)) {
    return std::nullopt;
  }
  const double stretch = scale_slope(order.value.value, target.scale);
  const double se = order.value.se * stretch;
  const EstimatePair pair{
      .first = to_scale(order.value.value, target.scale),
      .second = slope.value.value,
      .variance = {.first = se * se,
                   .cross = stretch * clustered_covariance(
                                          order.estimate, slope.estimate, weights, centre_of),
                   .second = slope.value.se * slope.value.se}};
  // Errors that move as one leave nothing to weigh the pair by.
  constexpr double most_dependent = 1.0 - 1e-10;
  const bool singular = pair.variance.cross * pair.variance.cross >=
                        most_dependent * pair.variance.first * pair.variance.second;
  return singular ? std::nullopt : std::optional(pair);
}

std::vector<EstimatePair>
pairs_of(const CentreTask& task, const CentreTarget& order, const CentreTarget& slope) {
  std::vector<EstimatePair> pairs;
  std::set<Index> small;
  for (const CentreSample& centre : task.centres) {
    if (!unusable(centre, order).empty()) {
      continue;
    }
    const auto pair = pair_of(centre_estimate(task, order, centre),
                              centre_estimate(task, slope, centre),
                              order,
                              centre.sample.weights,
                              task.centre_of);
    if (pair) {
      pairs.push_back(*pair);
    } else {
      small.insert(centre.level);
    }
  }
  if (!small.empty()) {
    const auto pair = pair_of(joint_estimate(task, order, small, small_centres_name),
                              joint_estimate(task, slope, small, small_centres_name),
                              order,
                              weights_of(task, small),
                              task.centre_of);
    if (pair) {
      pairs.push_back(*pair);
    }
  }
  return pairs;
}

} // namespace

JointAdequacy adequate_with_slope(const CentreTask& task,
                                  const CentreTarget& order,
                                  const CentreTarget& slope,
                                  const AdequatePerformance& adequate) {
  const std::vector<EstimatePair> pairs = pairs_of(task, order, slope);
  if (size_of(pairs) < smallest_pool) {
    return {.because = "fewer than " + number_text(smallest_pool) +
                       " centres with a calibration slope too"};
  }
  const BivariatePooling pooled = pool_centres(pairs);
  const ValueRange first = to_scale(*adequate.range_of(*order.cell.entry), order.scale);
  return {.probability = adequate_probability(pooled, first, adequate.slope),
          .because =
              pooled.converged ? "" : "the pooling with the calibration slope did not converge"};
}

} // namespace vigil
