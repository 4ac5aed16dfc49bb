// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/measure_rows.hpp"

#include "vigil/measure/bootstrap_interval.hpp"
#include "vigil/measure/simultaneous.hpp"
#include "vigil/study/measure_setting.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

Index count_events(const Outcome& outcome) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return std::count(survival->event.begin(), survival->event.end(), 1);
  }
  const auto& competing = std::get<CompetingRisksOutcome>(outcome);
  return std::count(competing.cause.begin(), competing.cause.end(), 1);
}

/// One measure at one horizon, at each of its thresholds.
class RowsOfMeasure {
public:
  RowsOfMeasure(const MeasuredTable& table,
                const MeasureOptions& options,
                const survival::CensoringWeights& censoring,
                Scheduler& scheduler)
      : table_(table), options_(options), censoring_(censoring), scheduler_(scheduler) {}

  void add(const measure::Entry& entry, double horizon, std::vector<PerformanceRow>& rows) const {
    const auto refused = entry.needs_horizon ? unsupported_because(table_, options_, horizon) : "";
    std::vector<measure::Evaluation> evaluations;
    std::vector<measure::Estimate> estimates;
    for (const double threshold : thresholds_of(entry, options_)) {
      auto evaluation = evaluation_of(table_, table_.prediction, censoring_, options_, horizon);
      evaluation.threshold = threshold;
      evaluations.push_back(evaluation);
      estimates.push_back(refused.empty() ? entry.evaluate(evaluation)
                                          : measure::undefined(refused));
    }
    const bool at_once = options_.simultaneous && entry.needs_threshold && estimates.size() > 1;
    const double level =
        at_once ? measure::simultaneous_level(estimates,
                                              table_.weights,
                                              {.level = options_.level,
                                               .key = options_.key.child("simultaneous"),
                                               .group = table_.group.level},
                                              scheduler_)
                : options_.level;
    for (std::size_t number = 0; number < estimates.size(); ++number) {
      PerformanceRow row = plain_row(entry, evaluations[number], estimates[number]);
      add_interval(entry, estimates[number], level, row);
      if (row.interval_method == "influence" && at_once) {
        row.interval_method = "simultaneous";
      }
      if (entry.by_bootstrap && row.undefined_because.empty() && options_.bootstrap_draws > 0) {
        add_bootstrap(entry, evaluations[number], row);
      }
      rows.push_back(std::move(row));
    }
  }

private:
  [[nodiscard]] PerformanceRow plain_row(const measure::Entry& entry,
                                         const measure::Evaluation& evaluation,
                                         const measure::Estimate& estimate) const {
    return {.measure = std::string(entry.name),
            .horizon = std::isfinite(evaluation.horizon) ? evaluation.horizon : not_available,
            .threshold = evaluation.threshold,
            .estimate = estimate.value,
            .level = options_.level,
            .subjects = size_of(table_.weights.support()),
            .events = count_events(table_.outcome),
            .undefined_because = estimate.undefined_because};
  }
  void add_interval(const measure::Entry& entry,
                    const measure::Estimate& estimate,
                    double level,
                    PerformanceRow& row) const {
    row.se = standard_error_of(estimate, table_);
    if (row.se == row.se && estimate.undefined_because.empty()) {
      const auto interval = measure::normal_interval(row.estimate, row.se, level, entry.scale);
      row.lower = interval.lower;
      row.upper = interval.upper;
      row.interval_method = "influence";
    }
  }
  void add_bootstrap(const measure::Entry& entry,
                     const measure::Evaluation& evaluation,
                     PerformanceRow& row) const {
    const auto interval = measure::bootstrap_interval(entry,
                                                      evaluation,
                                                      {.draws = options_.bootstrap_draws,
                                                       .level = options_.level,
                                                       .key = options_.key,
                                                       .group = table_.group.level},
                                                      scheduler_);
    row.se = interval.se;
    row.lower = interval.lower;
    row.upper = interval.upper;
    row.resamples = options_.bootstrap_draws;
    row.undefined = interval.undefined;
    row.interval_method = row.lower == row.lower ? "bootstrap" : "none";
  }

  const MeasuredTable& table_;
  const MeasureOptions& options_;
  const survival::CensoringWeights& censoring_;
  Scheduler& scheduler_;
};

} // namespace

std::vector<CensoringSummary> censoring_summaries(const MeasuredTable& table,
                                                  const MeasureOptions& options) {
  const survival::CensoringWeights censoring = censoring_of(table, options);
  std::vector<CensoringSummary> summaries;
  for (const double horizon : options.horizons) {
    if (unsupported_because(table, options, horizon).empty() && censoring.supports(horizon)) {
      const auto weights = censoring.weights_at(horizon);
      summaries.push_back({.horizon = horizon,
                           .mean_weight = censoring.mean_weight(horizon),
                           .largest_weight = *std::max_element(weights.begin(), weights.end())});
    }
  }
  return summaries;
}

std::vector<PerformanceRow>
measure_rows(const MeasuredTable& table, const MeasureOptions& options, Scheduler& scheduler) {
  const survival::CensoringWeights censoring = censoring_of(table, options);
  const RowsOfMeasure of(table, options, censoring, scheduler);
  std::vector<PerformanceRow> rows;
  for (const auto* entry : options.measures) {
    for (const double horizon : horizons_of(*entry, options)) {
      of.add(*entry, horizon, rows);
    }
  }
  return rows;
}

} // namespace vigil
