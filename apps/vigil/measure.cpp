// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/measure_table.hpp"
#include "vigil/triage/guards.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <fmt/format.h>
#include <optional>

namespace vigil::app {

namespace {

constexpr Index few_groups = 20;

PredictionColumns prediction_columns(const Options& options) {
  return {.time = options.text("time").value_or(""),
          .event = options.text("event").value_or(""),
          .cause = options.text("cause").value_or(""),
          .score = options.text("score").value_or(""),
          .centre = options.text("centre").value_or(""),
          .weight = options.text("weight").value_or(""),
          .group = options.text("group").value_or(""),
          .risk = options.texts("risk"),
          .horizons = options.numbers("horizons")};
}

MeasureOptions measure_options(const Options& options, const MeasuredTable& table) {
  MeasureOptions result;
  for (const auto& name : options.texts("measures")) {
    result.measures.push_back(&measure::find(name));
  }
  result.horizons = options.numbers("horizons");
  if (result.horizons.empty()) {
    result.horizons = table.prediction.risk.horizon;
  }
  result.thresholds = options.numbers("thresholds");
  result.tau = options.number("tau").value_or(result.tau);
  result.level = options.number("level").value_or(0.95);
  if (!(result.level > 0.0 && result.level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  result.min_censoring_survival = options.number("min_censoring_survival").value_or(0.10);
  result.censoring_by_centre =
      options.choice("censoring", {"marginal", "centre"}, "marginal") == "centre";
  if (result.censoring_by_centre && table.centre.empty()) {
    options.refuse(
        "censoring", "a table with a column of centres", "name the column with --centre");
  }
  if (result.measures.empty()) {
    for (const auto& entry : measure::table()) {
      const bool possible = (!entry.needs_horizon || !result.horizons.empty()) &&
                            (!entry.needs_risk || !table.prediction.risk.horizon.empty()) &&
                            (!entry.needs_threshold || !result.thresholds.empty()) &&
                            entry.name != "ibs";
      if (possible) {
        result.measures.push_back(&entry);
      }
    }
  }
  return result;
}

/// Text of each row, or NA.
std::vector<storage::TableColumn> measure_columns(const std::vector<PerformanceRow>& rows) {
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
  return {{"measure", measures},
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
}

std::vector<storage::TableColumn> comparison_columns(const std::vector<ComparisonRow>& rows) {
  std::vector<std::string> measures, references;
  std::vector<double> horizon, difference, se, lower, upper, p;
  for (const auto& row : rows) {
    measures.push_back(row.measure);
    references.push_back(row.reference);
    horizon.push_back(row.horizon);
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
          {"p", p}};
}

void print_rows(Session& session, const std::vector<PerformanceRow>& rows) {
  for (const auto& row : rows) {
    const std::string when = row.horizon == row.horizon ? " at " + number_text(row.horizon) : "";
    const std::string where =
        row.threshold == row.threshold ? " threshold " + number_text(row.threshold) : "";
    if (!row.undefined_because.empty()) {
      session.log().say(
          fmt::format("{:<24} NA   {}", row.measure + when + where, row.undefined_because));
      continue;
    }
    session.log().say(
        fmt::format("{:<24} {}{}",
                    row.measure + when + where,
                    fixed_text(row.estimate, 4),
                    row.lower == row.lower
                        ? " (" + fixed_text(row.lower, 4) + " to " + fixed_text(row.upper, 4) + ")"
                        : ""));
  }
}

/// The table. With groups the ids of subjects repeat: rows are then known by their number, unless a column is named.
storage::DataFrame read_rows(const Invocation& invocation) {
  const auto& options = invocation.options;
  const bool repeats = options.has("group") && !options.has("id") && !options.has("cohort");
  return storage::read_table(invocation.argument(),
                             {.column = options.text("id").value_or(""), .by_line = repeats});
}

/// How many groups the standard errors rest on; few of them make intervals that are too short.
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

int run_measure(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto& options = invocation.options;
  const auto table = read_rows(invocation);
  std::optional<Cohort> cohort;
  if (const auto file = options.text("cohort")) {
    cohort = open_input(invocation, *file, ByDefault::as_told);
    require_times(*cohort, "vigil measure");
  }
  const auto predictions =
      read_predictions(table, prediction_columns(options), cohort ? &*cohort : nullptr);
  const auto wanted = measure_options(options, predictions);
  const auto rows = measure_rows(predictions, wanted);
  const auto folder = session.output_folder(".");
  storage::write_table(folder / "measures.tsv", measure_columns(rows));
  print_rows(session, rows);
  if (!predictions.group.empty()) {
    say_groups(session, predictions);
  }
  const Index events = triage::count_events(predictions.outcome, predictions.weights);
  for (const auto& warning : triage::event_warnings(events, false)) {
    session.log().say("warning   " + warning);
  }
  if (const auto other = options.text("compare")) {
    storage::write_table(
        folder / "comparisons.tsv",
        comparison_columns(compare_scores(predictions, table.numbers(*other), *other, wanted)));
    session.log().say("written   " + (folder / "comparisons.tsv").string());
  }
  session.log().say("written   " + (folder / "measures.tsv").string());
  return 0;
}

constexpr std::array measure_options_table{
    OptionSpec{"measures",
               "M1,M2",
               "which measures (default: all that the columns allow; vigil list measures)",
               true},
    OptionSpec{"score", "COL", "column of the score: higher = worse (default: score)"},
    OptionSpec{
        "risk", "COL[,COL]", "columns of the risk, one per horizon (default: every risk@t)", true},
    OptionSpec{"horizons", "H1,H2", "times of the risks, or of measures of the score", true},
    OptionSpec{"cohort", "COHORT", "join the outcome from this cohort by subject id"},
    OptionSpec{"tau", "T", "end of follow-up for concordance and other measures without a horizon"},
    OptionSpec{"thresholds", "P1,P2", "risk thresholds for net benefit", true},
    OptionSpec{"level", "0.95", "coverage of the intervals"},
    OptionSpec{
        "censoring", "marginal|centre", "censoring weights; a Cox model of censoring comes later"},
    OptionSpec{"min-censoring-survival",
               "0.10",
               "smallest censoring survival at a horizon, at least 0.05"},
    OptionSpec{"compare", "COL", "another score: differences with intervals in comparisons.tsv"},
};

} // namespace

const Verb measure_verb{
    .name = "measure",
    .arguments = "PREDICTIONS.tsv",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "performance of anybody's predictions, with intervals",
    .details =
        "Reads a table with subject, time, event, score and risk@t (or named columns); writes "
        "measures.tsv. Rows of one --group may depend on each other. --compat and "
        "--censoring cox:cols come with a later version.",
    .options = measure_options_table,
    .reads_cohort = true,
    .run = &run_measure};

} // namespace vigil::app
