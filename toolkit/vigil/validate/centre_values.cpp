// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/centre_values.hpp"

#include "vigil/resample/weights_where.hpp"
#include "vigil/validate/intervals.hpp"

#include <cmath>
#include <map>
#include <utility>

namespace vigil {

namespace {

constexpr Index smallest_events = 10;

measure::Estimate estimate_of(const CentreTask& task,
                              const CentreTarget& target,
                              const EvaluationSample& sample,
                              std::span<const double> null_risk) {
  const auto one = [&](Index learner) {
    return evaluate(sample,
                    target.cell,
                    {.prediction = task.predictions[at(learner)],
                     .null_risk = null_risk,
                     .within_centre = task.centre_of});
  };
  measure::Estimate estimate = one(target.learner);
  if (target.reference == no_index || !estimate.undefined_because.empty()) {
    return estimate;
  }
  measure::Estimate other = one(target.reference);
  if (!other.undefined_because.empty()) {
    return other;
  }
  estimate.value -= other.value;
  if (estimate.influence.size() != other.influence.size()) {
    estimate.influence.clear();
  }
  for (Index subject = 0; subject < size_of(estimate.influence); ++subject) {
    estimate.influence[at(subject)] -= other.influence[at(subject)];
  }
  return estimate;
}

/// Null risk of several centres: the mean of theirs by weight of subjects.
std::vector<double> joint_null_risk(const CentreTask& task, const std::set<Index>& levels) {
  std::vector<double> risk(task.centres.front().null_risk.size(), 0.0);
  double total = 0.0;
  for (const CentreSample& centre : task.centres) {
    if (levels.count(centre.level) > 0) {
      const double weight = centre.sample.weights.total();
      total += weight;
      for (Index h = 0; h < size_of(risk); ++h) {
        risk[at(h)] += weight * centre.null_risk[at(h)];
      }
    }
  }
  for (double& value : risk) {
    value /= total;
  }
  return risk;
}

/// Products of the influence values of two estimates, summed as their dependence asks for, and the number of subjects.
struct Products {
  double sum = 0.0, subjects = 0.0;
};

Products clustered_products(const measure::Estimate& first,
                            const measure::Estimate& second,
                            const CaseWeights& weights,
                            std::span<const Index> centre_of) {
  std::map<Index, std::pair<double, double>> total;
  Products plain, clustered;
  for (const Index subject : weights.support()) {
    const auto times = static_cast<double>(weights.times(subject));
    const double one = first.influence[at(subject)], other = second.influence[at(subject)];
    plain.subjects += times;
    plain.sum += times * one * other;
    auto& of_centre = total[centre_of[at(subject)]];
    of_centre.first += times * one;
    of_centre.second += times * other;
  }
  if (total.size() < 2) {
    return plain;
  }
  for (const auto& [centre, sums] : total) {
    clustered.sum += sums.first * sums.second;
  }
  const auto k = static_cast<double>(total.size());
  return {.sum = k / (k - 1.0) * clustered.sum, .subjects = plain.subjects};
}

double clustered_se(const measure::Estimate& estimate,
                    const CaseWeights& weights,
                    std::span<const Index> centre_of) {
  if (estimate.influence.empty()) {
    return not_available;
  }
  const Products products = clustered_products(estimate, estimate, weights, centre_of);
  return std::sqrt(products.sum) / products.subjects;
}

} // namespace

bool poolable(const CentreValue& one, measure::IntervalScale scale) {
  return one.because.empty() && one.counts.events >= smallest_events && one.se > 0.0 &&
         std::isfinite(one.se) && std::isfinite(to_scale(one.value, scale));
}

std::string unusable(const CentreSample& centre, const CentreTarget& target) {
  const std::string& own = centre.unusable_because[at(target.learner)];
  return own.empty() && target.reference != no_index ? centre.unusable_because[at(target.reference)]
                                                     : own;
}

CentreEstimate
centre_estimate(const CentreTask& task, const CentreTarget& target, const CentreSample& centre) {
  CentreEstimate result{.value = {.name = centre.name, .counts = centre.counts}};
  result.value.because = unusable(centre, target);
  if (result.value.because.empty()) {
    result.estimate = estimate_of(task, target, centre.sample, centre.null_risk);
    result.value.because = result.estimate.undefined_because;
    result.value.value = result.estimate.value;
    result.value.se = measure::standard_error(result.estimate, centre.sample.weights);
  }
  return result;
}

CaseWeights weights_of(const CentreTask& task, const std::set<Index>& levels) {
  return weights_where(
      task.weights, [&](Index subject) { return levels.count(task.centre_of[at(subject)]) > 0; });
}

CentreEstimate joint_estimate(const CentreTask& task,
                              const CentreTarget& target,
                              const std::set<Index>& levels,
                              std::string name) {
  CentreEstimate result{.value = {.name = std::move(name)}};
  result.value.centres = size_of(levels);
  if (levels.empty()) {
    result.value.because = "no centre with predictions";
    return result;
  }
  const CaseWeights weights = weights_of(task, levels);
  const EvaluationSample sample =
      own_sample(task.outcome, weights, task.centres.front().sample.cause, task.censoring);
  result.value.counts = counts_of(task.outcome, weights, sample.cause);
  result.estimate = estimate_of(task, target, sample, joint_null_risk(task, levels));
  result.value.because = result.estimate.undefined_because;
  result.value.value = result.estimate.value;
  result.value.se = clustered_se(result.estimate, weights, task.centre_of);
  return result;
}

double clustered_covariance(const measure::Estimate& first,
                            const measure::Estimate& second,
                            const CaseWeights& weights,
                            std::span<const Index> centre_of) {
  VIGIL_EXPECTS(first.influence.size() == second.influence.size() &&
                size_of(first.influence) == weights.subjects());
  const Products products = clustered_products(first, second, weights, centre_of);
  return products.sum / (products.subjects * products.subjects);
}

} // namespace vigil
