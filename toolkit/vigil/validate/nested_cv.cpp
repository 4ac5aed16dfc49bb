// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/nested_cv.hpp"

#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

/// Mean and variance (divisor count - 1) of many losses, in their order.
struct Moments {
  double count = 0.0, mean = 0.0, variance = 0.0;
};

Moments moments_of(std::span<const double> losses) {
  Moments result{.count = static_cast<double>(losses.size())};
  for (const double loss : losses) {
    result.mean += loss / result.count;
  }
  for (const double loss : losses) {
    result.variance += (loss - result.mean) * (loss - result.mean) / (result.count - 1.0);
  }
  return result;
}

} // namespace

bool has_subject_losses(const measure::Entry& entry) {
  return entry.name == "brier" || entry.name == "net_benefit";
}

std::vector<double> subject_losses(const EvaluationSample& sample,
                                   const MeasureCell& cell,
                                   const Prediction& prediction) {
  VIGIL_EXPECTS(has_subject_losses(*cell.entry) && sample.censoring->supports(cell.horizon));
  const std::vector<double> inverse = sample.censoring->weights_at(cell.horizon);
  const Index place = find_horizon(prediction.risk, cell.horizon);
  VIGIL_EXPECTS(place != no_index);
  const auto risk = prediction.risk.at_horizon(place);
  const double odds = cell.threshold / (1.0 - cell.threshold);
  std::vector<double> losses(at(sample.weights.subjects()), 0.0);
  for (const Index subject : sample.weights.support()) {
    const double happened = event_by(sample, subject, cell.horizon) ? 1.0 : 0.0;
    const double gap = happened - risk[at(subject)];
    const double benefit =
        risk[at(subject)] >= cell.threshold ? happened - (1.0 - happened) * odds : 0.0;
    losses[at(subject)] =
        inverse[at(subject)] * (cell.entry->needs_threshold ? benefit : gap * gap);
  }
  return losses;
}

NestedInterval nested_cv_interval(std::span<const NestedFold> folds,
                                  Index folds_of_repeat,
                                  Index subjects,
                                  double level) {
  VIGIL_EXPECTS(folds_of_repeat >= 3 && !folds.empty() && size_of(folds) % folds_of_repeat == 0);
  const auto k = static_cast<double>(folds_of_repeat);
  const auto n = static_cast<double>(subjects);
  std::vector<double> inner, outer;
  double squared = 0.0;
  for (const NestedFold& fold : folds) {
    VIGIL_EXPECTS(fold.outer.size() >= 2 && !fold.inner.empty());
    const Moments own = moments_of(fold.outer);
    const double gap = moments_of(fold.inner).mean - own.mean;
    squared += (gap * gap - own.variance / own.count) / static_cast<double>(folds.size());
    inner.insert(inner.end(), fold.inner.begin(), fold.inner.end());
    outer.insert(outer.end(), fold.outer.begin(), fold.outer.end());
  }
  const Moments all = moments_of(inner);
  NestedInterval result{
      .cross_validated = moments_of(outer).mean, .nested = all.mean, .mean_squared_error = squared};
  const double naive = std::sqrt(all.variance / (n * (k - 1.0) / k));
  result.inflation =
      naive > 0.0 ? std::clamp(std::sqrt(std::max(0.0, squared)) / naive, 1.0, std::sqrt(k)) : 1.0;
  const double bias =
      (1.0 + std::pow((k - 2.0) / k, 1.5)) * (result.nested - result.cross_validated);
  result.estimate = result.nested - bias;
  result.se = result.inflation * std::sqrt(all.variance / n);
  const double reach = normal_quantile(0.5 + 0.5 * level) * result.se;
  result.lower = result.estimate - reach;
  result.upper = result.estimate + reach;
  return result;
}

} // namespace vigil
