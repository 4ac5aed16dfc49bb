// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cv_curve.hpp"

#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr Index fewest_points = 20;   // before the early stop may hold
constexpr Index worse_needed = 10;    // points in a row
constexpr double clearly_worse = 2.0; // SE of the paired difference

} // namespace

MeanAndSe
mean_over_folds(std::span<const double> values, std::span<const double> weights, Index folds) {
  const auto used = [&](Index place) {
    return weights[at(place)] > 0.0 && std::isfinite(values[at(place)]);
  };
  double sum = 0.0, weight = 0.0;
  for (Index place = 0; place < size_of(values); ++place) {
    sum += used(place) ? weights[at(place)] * values[at(place)] : 0.0;
    weight += used(place) ? weights[at(place)] : 0.0;
  }
  MeanAndSe result{sum / weight, 0.0};
  double squares = 0.0;
  Index repeats = 0;
  for (Index first = 0; first < size_of(values); first += folds) {
    double mean = 0.0, total = 0.0, spread = 0.0;
    Index count = 0;
    for (Index place = first; place < first + folds; ++place) {
      mean += used(place) ? weights[at(place)] * values[at(place)] : 0.0;
      total += used(place) ? weights[at(place)] : 0.0;
      count += used(place) ? 1 : 0;
    }
    mean /= total;
    for (Index place = first; place < first + folds; ++place) {
      const double distance = values[at(place)] - mean;
      spread += used(place) ? weights[at(place)] * distance * distance : 0.0;
    }
    if (count > 1) {
      squares += spread / total / static_cast<double>(count - 1);
      ++repeats;
    }
  }
  result.se = repeats > 0 ? std::sqrt(squares / static_cast<double>(repeats))
                          : std::numeric_limits<double>::quiet_NaN();
  return result;
}

bool CvCurve::add(std::vector<double> losses) {
  VIGIL_EXPECTS(losses.size() == weights_.size());
  const MeanAndSe here = mean_over_folds(losses, weights_, folds_);
  bool stop = false;
  if (best_ != no_index) {
    std::vector<double> difference;
    for (Index fold = 0; fold < size_of(losses); ++fold) {
      difference.push_back(losses[at(fold)] - losses_[at(best_ * size_of(losses) + fold)]);
    }
    const MeanAndSe paired = mean_over_folds(difference, weights_, folds_);
    worse_in_a_row_ = paired.mean > clearly_worse * paired.se ? worse_in_a_row_ + 1 : 0;
    stop = points() + 1 >= fewest_points && worse_in_a_row_ >= worse_needed;
  }
  if (std::isfinite(here.mean) && (best_ == no_index || here.mean < mean_[at(best_)])) {
    best_ = points();
  }
  mean_.push_back(here.mean);
  se_.push_back(here.se);
  losses_.insert(losses_.end(), losses.begin(), losses.end());
  return stop;
}

Index CvCurve::one_se() const noexcept {
  for (Index point = 0; best_ != no_index && point < best_; ++point) {
    if (mean_[at(point)] <= mean_[at(best_)] + se_[at(best_)]) {
      return point;
    }
  }
  return best_;
}

} // namespace vigil::penalized
