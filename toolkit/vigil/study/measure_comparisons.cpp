// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/reclassification.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/study/measure_rows.hpp"
#include "vigil/study/measure_setting.hpp"

#include <cmath>

namespace vigil {

namespace {

/// Estimate of the first minus that of the second; without influence values where one has none.
measure::Estimate difference_of(measure::Estimate first, const measure::Estimate& second) {
  if (!first.undefined_because.empty() || !second.undefined_because.empty()) {
    return measure::undefined(first.undefined_because.empty() ? second.undefined_because
                                                              : first.undefined_because);
  }
  first.value -= second.value;
  if (first.influence.size() != second.influence.size()) {
    first.influence.clear();
  }
  for (std::size_t subject = 0; subject < first.influence.size(); ++subject) {
    first.influence[subject] -= second.influence[subject];
  }
  return first;
}

/// A difference as a row of comparisons; p only where it is asked for.
ComparisonRow comparison_row(const MeasuredTable& table,
                             const measure::Estimate& difference,
                             double level,
                             bool with_p) {
  ComparisonRow row{.resampling = "predictions", .difference = difference.value};
  if (!difference.influence.empty()) {
    row.se = standard_error_of(difference, table);
    const auto interval =
        measure::normal_interval(row.difference, row.se, level, measure::IntervalScale::identity);
    row.lower = interval.lower;
    row.upper = interval.upper;
    row.p = with_p && row.se > 0.0 ? two_sided_normal_p(row.difference / row.se) : not_available;
  }
  return row;
}

/// Takes the risk at a horizon; AUC does where there is one.
bool judges_a_risk(const measure::Entry& entry) {
  return entry.needs_risk || entry.name == "auc" || entry.name == "auc_event_free_controls";
}

double horizon_or_none(double horizon) {
  return std::isfinite(horizon) ? horizon : not_available;
}

} // namespace

std::vector<ComparisonRow> compare_scores(const MeasuredTable& table,
                                          std::span<const double> other,
                                          const std::string& other_name,
                                          const MeasureOptions& options) {
  const survival::CensoringWeights censoring = censoring_of(table, options);
  Prediction first, second; // of scores alone: a risk would stand in for both
  first.score = table.prediction.score;
  second.score.assign(other.begin(), other.end());
  std::vector<ComparisonRow> rows;
  for (const auto* entry : options.measures) {
    if (entry->needs_risk || entry->needs_threshold || entry->needs_own_risk) {
      continue;
    }
    for (const double horizon : horizons_of(*entry, options)) {
      const auto of = [&](const Prediction& prediction) {
        return entry->evaluate(evaluation_of(table, prediction, censoring, options, horizon));
      };
      const bool refused =
          entry->needs_horizon && !unsupported_because(table, options, horizon).empty();
      const auto difference = refused ? measure::undefined("horizon not supported")
                                      : difference_of(of(first), of(second));
      ComparisonRow row = comparison_row(table, difference, options.level, true);
      row.learner = "score";
      row.reference = other_name;
      row.measure = entry->name;
      row.horizon = horizon_or_none(horizon);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<ComparisonRow> compare_risks(const MeasuredTable& table,
                                         const RiskTable& other,
                                         const std::string& other_name,
                                         const MeasureOptions& options) {
  const survival::CensoringWeights censoring = censoring_of(table, options);
  Prediction second;
  second.risk = other;
  std::vector<ComparisonRow> rows;
  const auto add = [&](std::string_view name,
                       double horizon,
                       double threshold,
                       const measure::Estimate& difference,
                       bool with_p) {
    ComparisonRow row = comparison_row(table, difference, options.level, with_p);
    row.learner = "risk";
    row.reference = other_name;
    row.measure = name;
    row.horizon = horizon;
    row.threshold = threshold;
    rows.push_back(std::move(row));
  };
  std::vector<const measure::Entry*> measures;
  for (const auto* entry : options.measures) {
    if (judges_a_risk(*entry) && entry->name != "net_benefit") {
      measures.push_back(entry);
    }
  }
  measures.push_back(
      &measure::find("net_benefit")); // what the parts of IDI and NRI are read beside
  for (const double horizon : other.horizon) {
    const std::string refused = unsupported_because(table, options, horizon);
    auto evaluation = evaluation_of(table, table.prediction, censoring, options, horizon);
    auto reference = evaluation_of(table, second, censoring, options, horizon);
    for (const auto* entry : measures) {
      for (const double threshold : thresholds_of(*entry, options)) {
        evaluation.threshold = reference.threshold = threshold;
        add(entry->name,
            horizon,
            threshold,
            refused.empty() ? difference_of(entry->evaluate(evaluation), entry->evaluate(reference))
                            : measure::undefined(refused),
            true);
      }
    }
    if (refused.empty()) {
      const auto moved = measure::reclassification(evaluation, reference);
      add("idi_events", horizon, not_available, moved.idi_events, false);
      add("idi_nonevents", horizon, not_available, moved.idi_nonevents, false);
      add("nri_events", horizon, not_available, moved.nri_events, false);
      add("nri_nonevents", horizon, not_available, moved.nri_nonevents, false);
    }
  }
  return rows;
}

} // namespace vigil
