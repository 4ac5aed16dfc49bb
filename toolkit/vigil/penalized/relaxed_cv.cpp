// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/relaxed_cv.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr std::array mixing_shares{0.0, 0.25, 0.5, 0.75}; // and 1, the path itself

/// Losses of one fold by share and point; the points of its relaxed path.
std::vector<double> fold_losses(const RelaxedFold& fold,
                                const RelaxedPath& relaxed,
                                Index points,
                                const HeldOutLoss& loss) {
  const PathFit& path = fold.fitter->path();
  std::vector<double> losses;
  for (const double share : mixing_shares) {
    const auto mix = [&](double penalized, double free) {
      return share * penalized + (1.0 - share) * free;
    };
    for (Index point = 0; point < points; ++point) {
      const auto penalized = path.coefficients.values_at(point);
      std::vector<double> values(penalized.begin(), penalized.end());
      const auto free = relaxed.coefficients.values_at(point);
      std::transform(values.begin(), values.end(), free.begin(), values.begin(), mix);
      const double intercept = path.intercept.empty()
                                   ? 0.0
                                   : mix(path.intercept[at(point)], relaxed.intercept[at(point)]);
      losses.push_back(loss(fold.rows,
                            {.features = path.coefficients.features_at(point),
                             .values = values,
                             .intercept = intercept}));
    }
  }
  return losses;
}

void choose(RelaxedValidation& result) {
  double smallest = std::numeric_limits<double>::infinity();
  for (Index number = size_of(result.curves) - 1; number >= 0; --number) {
    const auto& loss = result.curves[at(number)].loss;
    for (Index point = 0; point < size_of(loss); ++point) {
      if (loss[at(point)] < smallest) {
        smallest = loss[at(point)];
        result.best = number;
        result.minimum = point;
      }
    }
  }
}

} // namespace

RelaxedValidation cross_validate_relaxed(const TrainingData& data,
                                         const PathFitter& full,
                                         std::span<const RelaxedFold> folds,
                                         const HeldOutLoss& loss,
                                         const CvCurve& penalized,
                                         Index per_repeat,
                                         const MarkerColumns& markers,
                                         Scheduler& scheduler) {
  const Index count = size_of(folds);
  std::vector<RelaxedPath> relaxed(at(count + 1)); // the last one: of all rows
  scheduler.for_each(count + 1, [&](Index number, Index) {
    if (number == count) {
      relaxed.back() = relaxed_path(data, full, markers, penalized.points());
    } else if (folds[at(number)].fitter != nullptr) {
      const RelaxedFold& fold = folds[at(number)];
      relaxed[at(number)] =
          relaxed_path(fold.rows.data, *fold.fitter, fold.rows.markers, penalized.points());
    }
  });
  Index points = relaxed.back().fitted();
  for (Index number = 0; number < count; ++number) {
    points = folds[at(number)].fitter == nullptr ? points
                                                 : std::min(points, relaxed[at(number)].fitted());
  }
  std::vector<std::vector<double>> losses(at(count));
  scheduler.for_each(count, [&](Index number, Index) {
    losses[at(number)] = folds[at(number)].fitter == nullptr
                             ? std::vector<double>(mixing_shares.size() * at(points),
                                                   std::numeric_limits<double>::quiet_NaN())
                             : fold_losses(folds[at(number)], relaxed[at(number)], points, loss);
  });
  RelaxedValidation result;
  for (std::size_t share = 0; share < mixing_shares.size(); ++share) {
    RelaxedValidation::Curve curve{.gamma = mixing_shares[share], .loss = {}, .loss_se = {}};
    for (Index point = 0; point < points; ++point) {
      std::vector<double> at_point;
      at_point.reserve(losses.size());
      for (const auto& fold : losses) {
        at_point.push_back(fold[share * at(points) + at(point)]);
      }
      const MeanAndSe here = mean_over_folds(at_point, penalized.weights(), per_repeat);
      curve.loss.push_back(here.mean);
      curve.loss_se.push_back(here.se);
    }
    result.curves.push_back(std::move(curve));
  }
  result.curves.push_back({.gamma = 1.0,
                           .loss = {penalized.mean().begin(), penalized.mean().end()},
                           .loss_se = {penalized.se().begin(), penalized.se().end()}});
  result.path = std::move(relaxed.back());
  choose(result);
  return result;
}

} // namespace vigil::penalized
