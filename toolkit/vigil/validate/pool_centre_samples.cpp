// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/resample/weights_where.hpp"
#include "vigil/validate/centre_pooling.hpp"
#include "vigil/validate/intervals.hpp"
#include "vigil/validate/schemes.hpp"

#include <cmath>
#include <map>
#include <set>

namespace vigil {

namespace {

constexpr Index smallest_events = 10;
constexpr Index smallest_pool = 5;
constexpr const char* small_centres_name = "(small centres)";

/// An estimate that may enter the pooling: a centre, all small centres, or all centres at once.
struct CentreValue {
  std::string name;
  Counts counts = {};
  Index centres = 1;
  double value = not_available, se = not_available;
  std::string because = {}; ///< empty: defined
};

/// What is estimated per centre: one learner's measure, or the difference of two.
struct Target {
  Index learner = 0, reference = no_index;
  MeasureCell cell;
  measure::IntervalScale scale = measure::IntervalScale::identity;
};

bool poolable(const CentreValue& one, measure::IntervalScale scale) {
  return one.because.empty() && one.counts.events >= smallest_events && one.se > 0.0 &&
         std::isfinite(one.se) && std::isfinite(to_scale(one.value, scale));
}

/// sum over centres of the squared sums of influence values, x k / (k - 1): the values of a centre may move
/// together. A single centre has its plain standard error.
double clustered_se(const measure::Estimate& estimate,
                    const CaseWeights& weights,
                    std::span<const Index> centre_of) {
  std::map<Index, double> total;
  double count = 0.0;
  for (const Index subject : weights.support()) {
    const auto times = static_cast<double>(weights.times(subject));
    count += times;
    if (!estimate.influence.empty()) {
      total[centre_of[at(subject)]] += times * estimate.influence[at(subject)];
    }
  }
  if (total.size() < 2) {
    return measure::standard_error(estimate, weights);
  }
  double squares = 0.0;
  for (const auto& [centre, psi] : total) {
    squares += psi * psi;
  }
  const auto k = static_cast<double>(total.size());
  return std::sqrt(k / (k - 1.0) * squares) / count;
}

measure::Estimate estimate_of(const CentreTask& task,
                              const Target& target,
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
  const measure::Estimate other = one(target.reference);
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

std::string unusable(const CentreSample& centre, const Target& target) {
  const std::string& own = centre.unusable_because[at(target.learner)];
  return own.empty() && target.reference != no_index ? centre.unusable_because[at(target.reference)]
                                                     : own;
}

CentreValue centre_value(const CentreTask& task, const Target& target, const CentreSample& centre) {
  CentreValue result{.name = centre.name, .counts = centre.counts};
  result.because = unusable(centre, target);
  if (result.because.empty()) {
    const auto estimate = estimate_of(task, target, centre.sample, centre.null_risk);
    result.because = estimate.undefined_because;
    result.value = estimate.value;
    result.se = measure::standard_error(estimate, centre.sample.weights);
  }
  return result;
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

/// One estimate for several centres: pairs within centres, clustered standard error.
CentreValue joint_value(const CentreTask& task,
                        const Target& target,
                        const std::set<Index>& levels,
                        std::string name) {
  CentreValue result{.name = std::move(name)};
  result.centres = size_of(levels);
  if (levels.empty()) {
    result.because = "no centre with predictions";
    return result;
  }
  const CaseWeights weights = weights_where(
      task.weights, [&](Index subject) { return levels.count(task.centre_of[at(subject)]) > 0; });
  const EvaluationSample sample =
      own_sample(task.outcome, weights, task.centres.front().sample.cause, task.censoring);
  result.counts = counts_of(task.outcome, weights, sample.cause);
  const auto estimate = estimate_of(task, target, sample, joint_null_risk(task, levels));
  result.because = estimate.undefined_because;
  result.value = estimate.value;
  result.se = clustered_se(estimate, weights, task.centre_of);
  return result;
}

/// All that is known of one target: its centres, the small ones together, and the pooled result.
struct Pooled {
  std::vector<CentreValue> centres;
  CentrePooling pooling; ///< on the scale of the target; centres 0: not pooled
  CentreValue joint;     ///< used when not pooled
  bool has_small = false;
  CentreValue small;
};

Pooled pool(const CentreTask& task, const Target& target, double level) {
  Pooled result;
  std::set<Index> small, usable;
  std::vector<CentreValue> entering;
  for (const CentreSample& centre : task.centres) {
    result.centres.push_back(centre_value(task, target, centre));
    if (!unusable(centre, target).empty()) {
      continue;
    }
    usable.insert(centre.level);
    if (poolable(result.centres.back(), target.scale)) {
      entering.push_back(result.centres.back());
    } else {
      small.insert(centre.level);
    }
  }
  result.has_small = !small.empty();
  if (result.has_small) {
    result.small = joint_value(task, target, small, small_centres_name);
    if (poolable(result.small, target.scale)) {
      entering.push_back(result.small);
    }
  }
  if (size_of(entering) >= smallest_pool) {
    std::vector<double> y, v;
    for (const CentreValue& one : entering) {
      const double se = one.se * scale_slope(one.value, target.scale);
      y.push_back(to_scale(one.value, target.scale));
      v.push_back(se * se);
    }
    result.pooling = pool_centres(y, v, level);
  } else {
    result.joint = joint_value(task, target, usable, "");
  }
  return result;
}

std::string counted(Index number, const char* noun) {
  return number_text(number) + " " + noun + (number == 1 ? "" : "s");
}

/// What to know beside an interval from a handful of centres; empty: nothing.
std::string thin_interval_note(const Pooled& pooled) {
  const Index centres = pooled.joint.centres;
  if (pooled.pooling.centres > 0 || !std::isfinite(pooled.joint.se) || centres >= smallest_pool) {
    return {};
  }
  return centres == 1 ? "1 centre: the interval says nothing about other centres"
                      : counted(centres, "centre") + ": the interval rests on " +
                            counted(centres - 1, "degree") + " of freedom";
}

/// Why a centre has no estimate, or that the one it has is unstable.
std::string centre_note(const CentreValue& one) {
  return one.because.empty() && one.counts.events < few_events
             ? "unstable: " + counted(one.counts.events, "event")
             : one.because;
}

double joint_quantile(const CentreValue& joint, double level) {
  return joint.centres > 1
             ? student_t_quantile(0.5 + 0.5 * level, static_cast<double>(joint.centres) - 1.0)
             : normal_quantile(0.5 + 0.5 * level);
}

/// The result on the measure's own scale.
struct Result {
  double value = not_available, se = not_available, lower = not_available, upper = not_available;
  std::string method = "none";
};

Result result_of(const Pooled& pooled, const Target& target, double level) {
  if (pooled.pooling.centres > 0) {
    const double value = from_scale(pooled.pooling.mu, target.scale);
    return {.value = value,
            .se = pooled.pooling.se / scale_slope(value, target.scale),
            .lower = from_scale(pooled.pooling.lower, target.scale),
            .upper = from_scale(pooled.pooling.upper, target.scale),
            .method = "reml_hartung_knapp"};
  }
  if (!pooled.joint.because.empty() || !std::isfinite(pooled.joint.se)) {
    return {.value = pooled.joint.value};
  }
  const auto interval = interval_on_scale(
      pooled.joint.value, pooled.joint.se, joint_quantile(pooled.joint, level), target.scale);
  return {.value = pooled.joint.value,
          .se = pooled.joint.se,
          .lower = interval.lower,
          .upper = interval.upper,
          .method = "one_stage_cluster"};
}

CentreRow centre_row(const CentreTask& task, const Target& target, const SummaryOptions& options) {
  return {.learner = task.learners[at(target.learner)],
          .measure = std::string(target.cell.entry->name),
          .horizon = horizon_of(target.cell),
          .threshold = target.cell.threshold,
          .resampling = options.resampling,
          .centre = {}};
}

void add_centre_rows(const CentreTask& task,
                     const Target& target,
                     const Pooled& pooled,
                     const SummaryOptions& options,
                     std::vector<CentreRow>& rows) {
  std::vector<CentreValue> listed = pooled.centres;
  if (pooled.has_small) {
    listed.push_back(pooled.small);
  }
  for (const CentreValue& one : listed) {
    CentreRow row = centre_row(task, target, options);
    row.centre = one.name;
    row.subjects = one.counts.subjects;
    row.events = one.counts.events;
    row.estimate = one.value;
    row.se = one.se;
    row.undefined_because = centre_note(one);
    rows.push_back(row);
  }
  const Result result = result_of(pooled, target, options.level);
  CentreRow row = centre_row(task, target, options);
  const Counts counts = counts_of(task.outcome, task.weights, task.centres.front().sample.cause);
  row.subjects = counts.subjects;
  row.events = counts.events;
  row.mu = result.value;
  row.se = result.se;
  row.lower = result.lower;
  row.upper = result.upper;
  row.centres = pooled.pooling.centres;
  if (pooled.pooling.centres > 0) {
    row.tau2 = pooled.pooling.tau2;
    row.i2 = pooled.pooling.i2;
    row.prediction_lower = from_scale(pooled.pooling.prediction_lower, target.scale);
    row.prediction_upper = from_scale(pooled.pooling.prediction_upper, target.scale);
    row.undefined_because = pooled.pooling.converged ? "" : "the pooling did not converge";
  } else {
    row.undefined_because = "fewer than " + number_text(smallest_pool) +
                            " estimates to pool: one estimate within centres";
    const std::string note = thin_interval_note(pooled);
    row.undefined_because += note.empty() ? "" : "; " + note;
  }
  rows.push_back(row);
}

PerformanceRow pooled_row(const CentreTask& task,
                          const Target& target,
                          const Pooled& pooled,
                          const SummaryOptions& options) {
  PerformanceRow row = performance_row(task.learners[at(target.learner)], target.cell, options);
  const Result result = result_of(pooled, target, options.level);
  Reasons reasons;
  for (const CentreValue& one : pooled.centres) {
    row.subjects += one.counts.subjects;
    row.events += one.counts.events;
    row.small_folds += one.counts.events < few_events ? 1 : 0;
    if (!one.because.empty()) {
      reasons.add(one.because);
    }
  }
  row.estimate = result.value;
  row.se = result.se;
  row.lower = result.lower;
  row.upper = result.upper;
  row.interval_method = result.method;
  row.resamples = size_of(pooled.centres);
  row.undefined = reasons.count();
  const std::string note = thin_interval_note(pooled);
  row.undefined_because =
      reasons.text() + (reasons.text().empty() || note.empty() ? "" : "; ") + note;
  return row;
}

ComparisonRow comparison_row(const CentreTask& task,
                             const Target& target,
                             const Pooled& pooled,
                             const SummaryOptions& options) {
  const Result result = result_of(pooled, target, options.level);
  const Index centres = pooled.pooling.centres > 0 ? pooled.pooling.centres : pooled.joint.centres;
  ComparisonRow row{.learner = task.learners[at(target.learner)],
                    .reference = task.learners[at(target.reference)],
                    .measure = std::string(target.cell.entry->name),
                    .horizon = horizon_of(target.cell),
                    .threshold = target.cell.threshold,
                    .resampling = options.resampling,
                    .difference = result.value,
                    .se = result.se,
                    .lower = result.lower,
                    .upper = result.upper};
  if (result.se > 0.0) {
    const double statistic = result.value / result.se;
    row.p = centres > 1 ? two_sided_student_t_p(statistic, static_cast<double>(centres) - 1.0)
                        : two_sided_normal_p(statistic);
  }
  return row;
}

} // namespace

Summary
pool_centre_samples(const CentreTask& task, const SummaryOptions& options, Scheduler& scheduler) {
  const std::vector<MeasureCell> cells = measure_cells(options);
  const Index reference = reference_number(task.learners, options);
  std::vector<Target> targets;
  for (Index learner = 0; learner < size_of(task.learners); ++learner) {
    for (const MeasureCell& cell : cells) {
      targets.push_back({.learner = learner, .cell = cell, .scale = cell.entry->scale});
      if (learner != reference) {
        targets.push_back({.learner = learner, .reference = reference, .cell = cell});
      }
    }
  }
  std::vector<Pooled> pooled(targets.size());
  scheduler.for_each(size_of(targets), [&](Index number, Index) {
    pooled[at(number)] = pool(task, targets[at(number)], options.level);
  });
  Summary summary;
  for (Index number = 0; number < size_of(targets); ++number) {
    const Target& target = targets[at(number)];
    if (target.reference != no_index) {
      summary.comparisons.push_back(comparison_row(task, target, pooled[at(number)], options));
    } else {
      summary.performance.push_back(pooled_row(task, target, pooled[at(number)], options));
      add_centre_rows(task, target, pooled[at(number)], options, summary.centres);
    }
  }
  return summary;
}

} // namespace vigil
