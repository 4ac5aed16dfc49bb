// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/measure/convention.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/censoring_columns.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/measure_rows.hpp"
#include "vigil/triage/guards.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/measure_output.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <optional>

namespace vigil::app {

namespace {

PredictionColumns prediction_columns(const Options& options) {
  return {.time = options.text("time").value_or(""),
          .event = options.text("event").value_or(""),
          .cause = options.text("cause").value_or(""),
          .score = options.text("score").value_or(""),
          .centre = options.text("centre").value_or(""),
          .weight = options.text("weight").value_or(""),
          .group = options.text("group").value_or(""),
          .own_risk = options.text("own_risk").value_or(""),
          .risk = options.texts("risk"),
          .horizons = options.numbers("horizons")};
}

/// Rows that are possible: of a package, or of vigil.
void choose_measures(const Options& options, const MeasuredTable& table, MeasureOptions& result) {
  const auto package = options.text("compat");
  for (const auto& name : options.texts("measures")) {
    result.measures.push_back(package ? &measure::find(*package, name) : &measure::find(name));
  }
  if (!result.measures.empty()) {
    return;
  }
  for (const auto& entry : package ? measure::measures_of(*package) : measure::table()) {
    const bool curves = entry.name == "ibs" && !package;
    const bool possible = (!entry.needs_horizon || !result.horizons.empty()) &&
                          (!entry.needs_risk || !table.prediction.risk.horizon.empty()) &&
                          (!entry.needs_threshold || !result.thresholds.empty()) &&
                          (!entry.needs_own_risk || !table.own_risk.empty()) && !curves;
    if (possible) {
      result.measures.push_back(&entry);
    }
  }
}

MeasureOptions measure_options(const Options& options, const MeasuredTable& table) {
  MeasureOptions result;
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
  result.censoring_by_centre = options.text("censoring").value_or("") == "centre";
  if (result.censoring_by_centre && table.centre.empty()) {
    options.refuse(
        "censoring", "a table with a column of centres", "name the column with --centre");
  }
  const Index draws = options.count("bootstrap").value_or(result.bootstrap_draws);
  if (draws < 0) {
    options.refuse("bootstrap", "a number of draws, or 0");
  }
  result.bootstrap_draws = draws;
  result.simultaneous = options.flag("simultaneous").value_or(false);
  result.pairs_within_centre =
      options.choice("pairs", {"all", "within-centre"}, "all") == "within-centre";
  if (result.pairs_within_centre && table.centre.empty()) {
    options.refuse("pairs", "a table with a column of centres", "name the column with --centre");
  }
  choose_measures(options, table, result);
  return result;
}

/// The table. With groups the ids of subjects repeat: rows are then known by their number, unless a column is named.
storage::DataFrame read_rows(const Invocation& invocation) {
  const auto& options = invocation.options;
  const bool repeats = options.has("group") && !options.has("id") && !options.has("cohort");
  return storage::read_table(invocation.argument(),
                             {.column = options.text("id").value_or(""), .by_line = repeats});
}

/// Reads the cohort that the outcome and, where censoring is modelled, its columns come from.
std::optional<Cohort> read_cohort(const Invocation& invocation,
                                  const std::vector<std::string>& censoring) {
  const auto file = invocation.options.text("cohort");
  if (!file) {
    return std::nullopt;
  }
  auto request = cohort_input(invocation, *file, ByDefault::as_told);
  for (const auto& name : censoring) {
    if (std::find(request.clinical.begin(), request.clinical.end(), name) ==
        request.clinical.end()) {
      request.clinical.push_back(name);
    }
  }
  Cohort cohort = open_input(invocation.session, request);
  require_times(cohort, "vigil measure");
  return cohort;
}

void model_censoring(const Invocation& invocation,
                     const std::vector<std::string>& names,
                     const storage::DataFrame& table,
                     const Cohort* cohort,
                     MeasuredTable& predictions) {
  Options described =
      invocation.options; // of the columns: the outcome has defaults that a cohort lacks
  for (const char* const key : {"time", "event", "event_is", "cause", "follow_up_end"}) {
    described.remove(key);
  }
  auto request = cohort_request(described, {});
  request.clinical = names;
  std::vector<std::string> notes;
  predictions.censoring = censoring_columns(predictions, table, cohort, request, notes);
  for (const auto& note : notes) {
    invocation.session.log().say("          " + note);
  }
  if (predictions.censoring.columns == 0) {
    invocation.options.refuse("censoring", "columns with more than one level behind cox:");
  }
}

/// What other packages define: of all subjects, and one at a time.
void refuse_with_compat(const Options& options) {
  const auto package = options.text("compat");
  if (!package) {
    return;
  }
  static_cast<void>(measure::measures_of(*package));
  for (const char* const other :
       {"censoring", "pairs", "compare", "compare_risk", "simultaneous"}) {
    if (options.has(other)) {
      options.refuse(other,
                     "the numbers of " + *package + " alone, with marginal weights and all pairs",
                     "leave --compat out");
    }
  }
}

/// The seed, where something is drawn.
RandomKey drawing_key(Session& session, const MeasureOptions& options) {
  const bool draws =
      options.simultaneous ||
      (options.bootstrap_draws > 0 &&
       std::any_of(options.measures.begin(), options.measures.end(), [](const auto* entry) {
         return entry->by_bootstrap;
       }));
  return RandomKey(draws ? session.seed() : 0).child("measure");
}

/// Differences from another score, or other risks.
std::vector<ComparisonRow> compare(const Options& options,
                                   const storage::DataFrame& table,
                                   const MeasuredTable& predictions,
                                   const MeasureOptions& wanted) {
  std::vector<ComparisonRow> rows;
  if (const auto other = options.text("compare")) {
    rows = compare_scores(predictions, table.numbers(*other), *other, wanted);
  }
  if (const auto others = options.texts("compare_risk"); !others.empty()) {
    if (wanted.thresholds.empty()) {
      options.refuse("compare_risk",
                     "thresholds, at which net benefit is compared too",
                     "add --thresholds: IDI and NRI alone mislead");
    }
    const auto& horizons = predictions.prediction.risk.horizon;
    if (others.size() != horizons.size()) {
      options.refuse("compare_risk",
                     "one column for each of the " + count_text(size_of(horizons)) +
                         " horizons of the risks, in their order");
    }
    const auto moved =
        compare_risks(predictions, read_risks(table, others, horizons), join(others, ","), wanted);
    rows.insert(rows.end(), moved.begin(), moved.end());
  }
  return rows;
}

int run_measure(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto& options = invocation.options;
  refuse_with_compat(options);
  const auto table = read_rows(invocation);
  const auto censoring = censoring_column_names(options, {"centre"});
  const auto cohort = read_cohort(invocation, censoring);
  const Cohort* const joined = cohort ? &*cohort : nullptr;
  auto predictions = read_predictions(table, prediction_columns(options), joined);
  auto wanted = measure_options(options, predictions);
  if (!censoring.empty()) {
    model_censoring(invocation, censoring, table, joined, predictions);
  }
  wanted.key = drawing_key(session, wanted);
  const auto rows = measure_rows(predictions, wanted, session.scheduler());
  const auto comparisons = compare(options, table, predictions, wanted);
  const auto folder = session.output_folder(".");
  storage::write_table(folder / "measures.tsv",
                       measure_columns(rows, options.text("compat").value_or("")));
  if (const auto package = options.text("compat")) {
    session.log().say("compat    these numbers follow the conventions of " + *package +
                      ", not vigil's");
  }
  print_rows(session, rows);
  if (!censoring.empty()) {
    say_censoring(session, predictions, wanted);
  }
  if (!predictions.group.empty()) {
    say_groups(session, predictions);
  }
  const Index events = triage::count_events(predictions.outcome, predictions.weights);
  for (const auto& warning : triage::event_warnings(events, false)) {
    session.log().say("warning   " + warning);
  }
  if (options.has("compare") || options.has("compare_risk")) {
    storage::write_table(folder / "comparisons.tsv", comparison_columns(comparisons));
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
    OptionSpec{"censoring",
               "marginal|centre|cox:COL1,COL2",
               "censoring weights: of all, by centre, or by a Cox model of these columns"},
    OptionSpec{"min-censoring-survival",
               "0.10",
               "smallest censoring survival at a horizon, at least 0.05"},
    OptionSpec{"pairs", "all|within-centre", "which pairs concordance looks at"},
    OptionSpec{"own-risk", "COL", "risk by each row's own time (default: own_risk, where it is)"},
    OptionSpec{"simultaneous", "", "intervals that hold at all thresholds at once"},
    OptionSpec{"bootstrap", "500", "draws for intervals of measures that have no other; 0: none"},
    OptionSpec{"compat",
               "timeroc|survc1|survauc|survivalroc|sksurv|pec",
               "numbers by the conventions of that package, not vigil's"},
    OptionSpec{"compare", "COL", "another score: differences with intervals in comparisons.tsv"},
    OptionSpec{"compare-risk",
               "COL[,COL]",
               "other risks, one column per horizon: differences, IDI and NRI in comparisons.tsv",
               true},
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
        "measures.tsv. Rows of one --group may depend on each other.",
    .options = measure_options_table,
    .reads_cohort = true,
    .run = &run_measure};

} // namespace vigil::app
