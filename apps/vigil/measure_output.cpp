// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/measure_output.hpp"

#include "vigil/base/text.hpp"

#include <cmath>
#include <fmt/format.h>

namespace vigil::app {

namespace {

constexpr Index few_groups = 20;

} // namespace

std::vector<storage::TableColumn> measure_columns(const std::vector<PerformanceRow>& rows,
                                                  const std::string& convention) {
  std::vector<std::string> measures, reasons;
  std::vector<double> horizon, threshold, estimate, se, lower, upper;
  std::vector<Index> cause, subjects, events;
  for (const auto& row : rows) {
    measures.push_back(row.measure);
    horizon.push_back(row.horizon);
    threshold.push_back(row.threshold);
    cause.push_back(row.cause);
    estimate.push_back(row.estimate);
    se.push_back(row.se);
    lower.push_back(row.lower);
    upper.push_back(row.upper);
    subjects.push_back(row.subjects);
    events.push_back(row.events);
    reasons.push_back(row.undefined_because);
  }
  std::vector<storage::TableColumn> columns = {{"measure", measures},
                                               {"horizon", horizon},
                                               {"threshold", threshold},
                                               {"cause", cause},
                                               {"estimate", estimate},
                                               {"se", se},
                                               {"lower", lower},
                                               {"upper", upper},
                                               {"subjects", subjects},
                                               {"events", events},
                                               {"undefined_because", reasons}};
  if (!convention.empty()) {
    columns.push_back({"convention", std::vector<std::string>(rows.size(), convention)});
  }
  return columns;
}

std::vector<storage::TableColumn> comparison_columns(const std::vector<ComparisonRow>& rows) {
  std::vector<std::string> measures, references;
  std::vector<double> horizon, threshold, difference, se, lower, upper, p;
  for (const auto& row : rows) {
    measures.push_back(row.measure);
    references.push_back(row.reference);
    horizon.push_back(row.horizon);
    threshold.push_back(row.threshold);
    difference.push_back(row.difference);
    se.push_back(row.se);
    lower.push_back(row.lower);
    upper.push_back(row.upper);
    p.push_back(row.p);
  }
  return {{"measure", measures},
          {"reference", references},
          {"horizon", horizon},
          {"difference", difference},
          {"se", se},
          {"lower", lower},
          {"upper", upper},
          {"p", p},
          {"threshold", threshold}};
}

void print_rows(Session& session, const std::vector<PerformanceRow>& rows) {
  for (const auto& row : rows) {
    std::string name = row.measure;
    if (row.horizon == row.horizon) {
      name.append(" at ").append(number_text(row.horizon));
    }
    if (row.threshold == row.threshold) {
      name.append(" threshold ").append(number_text(row.threshold));
    }
    if (!row.undefined_because.empty()) {
      session.log().say(fmt::format("{:<24} NA   {}", name, row.undefined_because));
      continue;
    }
    session.log().say(
        fmt::format("{:<24} {}{}",
                    name,
                    fixed_text(row.estimate, 4),
                    row.lower == row.lower
                        ? " (" + fixed_text(row.lower, 4) + " to " + fixed_text(row.upper, 4) + ")"
                        : ""));
  }
}

void say_groups(Session& session, const MeasuredTable& table) {
  const Index groups = measure::groups_in(table.weights, table.group.level);
  session.log().say("groups    " + count_text(groups) + ", of " +
                    count_text(table.weights.subjects()) + " rows");
  if (groups < 2) {
    session.log().say("warning   one group: there are no standard errors");
  } else if (groups < few_groups) {
    session.log().say("warning   fewer than " + count_text(few_groups) +
                      " groups: intervals are too short");
  }
}

void say_censoring(Session& session, const MeasuredTable& table, const MeasureOptions& options) {
  for (const auto& summary : censoring_summaries(table, options)) {
    session.log().say("censoring at " + number_text(summary.horizon) + ": mean weight " +
                      fixed_text(summary.mean_weight, 4) + ", largest " +
                      fixed_text(summary.largest_weight, 2));
    if (std::fabs(summary.mean_weight - 1.0) > survival::mean_weight_strays_by) {
      session.log().say("warning   the mean weight at " + number_text(summary.horizon) +
                        " is not near 1: doubt the model of censoring");
    }
  }
}

} // namespace vigil::app
