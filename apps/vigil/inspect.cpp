// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/study/cohort_summary.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

nlohmann::ordered_json number(double value) {
  return value == value ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// Whether a subject has an event or not, or one of two classes.
bool counts_events(const Cohort& cohort) {
  return cohort.has_outcome() && (has_times(*cohort.parts().outcome) ||
                                  std::holds_alternative<BinaryOutcome>(*cohort.parts().outcome));
}

nlohmann::ordered_json outcome_json(const Cohort& cohort, const CohortSummary& summary) {
  if (!cohort.has_outcome()) {
    return nullptr;
  }
  nlohmann::ordered_json out;
  out["family"] = name_of(*cohort.parts().outcome);
  out["column"] = cohort.parts().event_name;
  if (summary.outcome) {
    if (std::holds_alternative<BinaryOutcome>(*cohort.parts().outcome)) {
      out["zeros"] = summary.outcome->zeros;
      out["ones"] = summary.outcome->ones;
    }
    out["mean"] = summary.outcome->mean;
    out["sd"] = number(summary.outcome->sd);
    out["smallest"] = summary.outcome->smallest;
    out["largest"] = summary.outcome->largest;
  }
  return out;
}

void print_json(const Cohort& cohort, const CohortSummary& summary) {
  nlohmann::ordered_json out;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = summary.subjects;
  out["markers"] = summary.markers;
  out["clinical_columns"] = summary.clinical;
  out["events"] = counts_events(cohort) ? nlohmann::ordered_json(summary.events)
                                        : nlohmann::ordered_json(nullptr);
  out["outcome"] = outcome_json(cohort, summary);
  out["time_unit"] = name_of(cohort.time_unit());
  out["median_follow_up"] = number(summary.median_follow_up);
  out["largest_time"] = number(summary.largest_time);
  out["largest_supported_horizon"] = number(summary.largest_supported_horizon);
  out["missing_marker_share"] = summary.missing_marker_share;
  out["constant_markers"] = summary.constant_markers;
  out["empty_markers"] = summary.empty_markers;
  out["missing"] = nlohmann::ordered_json::array();
  for (const auto& column : summary.missing) {
    out["missing"].push_back({{"column", column.column}, {"missing", column.missing}});
  }
  out["constant_columns"] = summary.constant_columns;
  out["centres"] = nlohmann::ordered_json::array();
  for (const auto& centre : summary.centres) {
    out["centres"].push_back(
        {{"name", centre.name}, {"subjects", centre.subjects}, {"events", centre.events}});
  }
  out["notes"] = cohort.parts().notes;
  fmt::print("{}\n", out.dump(2));
}

void print_centres(const CohortSummary& summary) {
  if (summary.centres.empty()) {
    return;
  }
  fmt::print("\ncentre                        subjects   events\n");
  for (const auto& centre : summary.centres) {
    fmt::print("  {:<27} {:>8} {:>8}{}\n",
               centre.name,
               count_text(centre.subjects),
               count_text(centre.events),
               centre.events == 0 ? "   (no events: nothing can be measured here alone)" : "");
  }
  if (summary.without_centre > 0) {
    fmt::print("  {:<27} {:>8}\n", "(no centre recorded)", count_text(summary.without_centre));
  }
}

std::string percent(Index part, Index whole) {
  return fixed_text(100.0 * static_cast<double>(part) / static_cast<double>(whole), 1) + " %";
}

std::string events_text(const CohortSummary& summary) {
  return count_text(summary.events) + " (" + percent(summary.events, summary.subjects) +
         " of subjects)";
}

/// An outcome without times: its classes, or where its values lie.
std::string values_text(const Cohort& cohort, const OutcomeValues& values) {
  const Outcome& outcome = *cohort.parts().outcome;
  const std::string name =
      vigil::quoted(cohort.parts().event_name) + " (" + std::string(name_of(outcome)) + "): ";
  if (std::holds_alternative<BinaryOutcome>(outcome)) {
    return name + count_text(values.ones) + " of class 1 (" +
           percent(values.ones, cohort.subjects()) + "), " + count_text(values.zeros) +
           " of class 0";
  }
  const auto* continuous = std::get_if<ContinuousOutcome>(&outcome);
  const std::string unit =
      continuous != nullptr && continuous->unit != "1" ? " " + continuous->unit : "";
  return name + "mean " + fixed_text(values.mean, 3) + ", SD " + fixed_text(values.sd, 3) +
         ", from " + number_text(values.smallest) + " to " + number_text(values.largest) + unit;
}

void print_text(const Cohort& cohort, const CohortSummary& summary) {
  const std::string unit = cohort.time_unit() == TimeUnit::unstated
                               ? "(time unit unstated)"
                               : std::string(name_of(cohort.time_unit()));
  const auto line = [](const char* label, const std::string& text) {
    fmt::print("{:<18} {}\n", label, text);
  };
  line("cohort",
       cohort.parts().file_name + "   sha256 " + cohort.provenance().file_digest.substr(0, 12));
  line("subjects", count_text(summary.subjects));
  line("markers",
       count_text(summary.markers) +
           (summary.markers > 0
                ? "   missing cells " + fixed_text(100.0 * summary.missing_marker_share, 2) +
                      " %, constant " + count_text(summary.constant_markers) + ", all missing " +
                      count_text(summary.empty_markers)
                : ""));
  line("clinical columns", count_text(summary.clinical));
  if (!cohort.has_outcome()) {
    line("outcome", "none named (--time COL --event COL, or --outcome COL --family F)");
  } else if (summary.outcome) {
    line("outcome", values_text(cohort, *summary.outcome));
  } else {
    line("events", events_text(summary));
    if (summary.largest_time == summary.largest_time) {
      line("follow-up",
           "median " + fixed_text(summary.median_follow_up, 1) + " " + unit + ", longest " +
               fixed_text(summary.largest_time, 1));
      line("horizons",
           "supported up to " + number_text(summary.largest_supported_horizon) + " " + unit +
               " (20 at risk beyond, censoring survival >= 0.10)");
    }
  }
  for (const auto& column : summary.missing) {
    line("missing", column.column + ": " + count_text(column.missing));
  }
  for (const auto& column : summary.constant_columns) {
    line("constant", column);
  }
  for (const auto& note : cohort.parts().notes) {
    line("note", note);
  }
  print_centres(summary);
}

int run_inspect(const Invocation& invocation) {
  auto& session = invocation.session;
  const Cohort cohort = storage::open_cohort(
      cohort_input(invocation, invocation.argument(), ByDefault::as_told), session.scheduler());
  const auto summary = summarise_cohort(cohort, session.scheduler());
  if (session.json()) {
    print_json(cohort, summary);
  } else {
    print_text(cohort, summary);
  }
  return 0;
}

} // namespace

const Verb inspect_verb{
    .name = "inspect",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "what a cohort holds: counts, events, follow-up, missing values, centres",
    .details = "",
    .options = {},
    .reads_cohort = true,
    .run = &run_inspect};

} // namespace vigil::app
