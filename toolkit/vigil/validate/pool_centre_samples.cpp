// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/adequate_with_slope.hpp"
#include "vigil/validate/centre_values.hpp"
#include "vigil/validate/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace vigil {

namespace {

/// All that is known of one target: its centres, the small ones together, and the pooled result.
struct Pooled {
  std::vector<CentreValue> centres;
  CentrePooling pooling; ///< on the scale of the target; centres 0: not pooled
  CentreValue joint;     ///< used when not pooled
  bool has_small = false;
  CentreValue small;
  double adequate = not_available; ///< probability that a new centre's value is
  JointAdequacy with_slope;        ///< and its calibration slope too
};

/// The cell of the calibration slope, where it was asked for.
const MeasureCell* slope_cell(std::span<const MeasureCell> cells) {
  const auto found = std::find_if(cells.begin(), cells.end(), [](const MeasureCell& cell) {
    return cell.entry->name == "calibration_slope";
  });
  return found == cells.end() ? nullptr : &*found;
}

/// What a new centre may expect of a pooled target.
void add_new_centre(const CentreTask& task,
                    const CentreTarget& target,
                    const MeasureCell* slope,
                    const AdequatePerformance& adequate,
                    Pooled& pooled) {
  const measure::Entry& entry = *target.cell.entry;
  const auto range = adequate.range_of(entry);
  if (target.reference != no_index || !range || pooled.pooling.centres == 0) {
    return;
  }
  pooled.adequate = adequate_probability(pooled.pooling, to_scale(*range, target.scale));
  if (judges_order(entry) && slope != nullptr) {
    const CentreTarget other{
        .learner = target.learner, .cell = *slope, .scale = slope->entry->scale};
    pooled.with_slope = adequate_with_slope(task, target, other, adequate);
  }
}

/// Both adequate is never more probable than each by itself: the pairs are pooled by a model of their own, whose margins differ a
/// little from those of the two rows.
void keep_coherent(std::span<const CentreTarget> targets, std::span<Pooled> pooled) {
  for (std::size_t number = 0; number < targets.size(); ++number) {
    double& both = pooled[number].with_slope.probability;
    both = std::isnan(both) ? both : std::min(both, pooled[number].adequate);
    for (std::size_t other = 0; other < targets.size(); ++other) {
      const CentreTarget& slope = targets[other];
      if (slope.cell.entry->name == "calibration_slope" && slope.reference == no_index &&
          slope.learner == targets[number].learner && pooled[other].adequate < both) {
        both = pooled[other].adequate;
      }
    }
  }
}

Pooled pool(const CentreTask& task, const CentreTarget& target, double level) {
  Pooled result;
  std::set<Index> small, usable;
  std::vector<CentreValue> entering;
  for (const CentreSample& centre : task.centres) {
    result.centres.push_back(centre_estimate(task, target, centre).value);
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
    result.small = joint_estimate(task, target, small, small_centres_name).value;
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
    result.joint = joint_estimate(task, target, usable, "").value;
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

Result result_of(const Pooled& pooled, const CentreTarget& target, double level) {
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

CentreRow
centre_row(const CentreTask& task, const CentreTarget& target, const SummaryOptions& options) {
  return {.learner = task.learners[at(target.learner)],
          .measure = std::string(target.cell.entry->name),
          .horizon = horizon_of(target.cell),
          .threshold = target.cell.threshold,
          .resampling = options.resampling,
          .centre = {}};
}

/// The limits within which a value is adequate, and how probable a new centre's is.
void add_adequacy(const CentreTarget& target,
                  const Pooled& pooled,
                  const AdequatePerformance& adequate,
                  CentreRow& row) {
  if (const auto range = adequate.range_of(*target.cell.entry)) {
    row.adequate_from = std::isfinite(range->from) ? range->from : not_available;
    row.adequate_to = std::isfinite(range->to) ? range->to : not_available;
    row.adequate_probability = pooled.adequate;
    row.adequate_with_slope = pooled.with_slope.probability;
    const std::string& because = pooled.with_slope.because;
    row.undefined_because +=
        (row.undefined_because.empty() || because.empty() ? "" : "; ") + because;
  }
}

void add_centre_rows(const CentreTask& task,
                     const CentreTarget& target,
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
    add_adequacy(target, pooled, options.adequate, row);
  } else {
    row.undefined_because = "fewer than " + number_text(smallest_pool) +
                            " estimates to pool: one estimate within centres";
    const std::string note = thin_interval_note(pooled);
    row.undefined_because += note.empty() ? "" : "; " + note;
  }
  rows.push_back(row);
}

PerformanceRow pooled_row(const CentreTask& task,
                          const CentreTarget& target,
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
                             const CentreTarget& target,
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
  std::vector<CentreTarget> targets;
  for (Index learner = 0; learner < size_of(task.learners); ++learner) {
    for (const MeasureCell& cell : cells) {
      targets.push_back({.learner = learner, .cell = cell, .scale = cell.entry->scale});
      if (learner != reference) {
        targets.push_back({.learner = learner, .reference = reference, .cell = cell});
      }
    }
  }
  std::vector<Pooled> pooled(targets.size());
  const MeasureCell* slope = slope_cell(cells);
  scheduler.for_each(size_of(targets), [&](Index number, Index) {
    pooled[at(number)] = pool(task, targets[at(number)], options.level);
    add_new_centre(task, targets[at(number)], slope, options.adequate, pooled[at(number)]);
  });
  keep_coherent(targets, pooled);
  Summary summary;
  for (Index number = 0; number < size_of(targets); ++number) {
    const CentreTarget& target = targets[at(number)];
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
