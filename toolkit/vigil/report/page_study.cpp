// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"

#include <cmath>

namespace vigil::report {
namespace {

std::string flow_box(const FlowStep& step, const std::string& css_class) {
  std::string html = element("b", escaped(step.step));
  html += element("span",
                  escaped(counted(step.subjects, "subject", "subjects") + ", " +
                          counted(step.events, "event", "events")));
  return element("div", html, css_class);
}

// One column of boxes; what was left out stands beside the arrow.
std::string flow_column(const CohortFlow& flow) {
  std::string html =
      element("h4", escaped(flow.id.empty() ? "Study cohort" : "External cohort " + flow.id));
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const FlowStep& step = flow.steps[i];
    if (i > 0) {
      const Index lost = flow.steps[i - 1].subjects - step.subjects;
      std::string text;
      if (lost > 0) {
        text = count_text(lost) + " left out";
      }
      if (!step.reason.empty()) {
        text += (text.empty() ? "" : ": ") + step.reason;
      }
      html += element("div", escaped(text), "arrow");
    }
    html += flow_box(step, i + 1 == flow.steps.size() ? "box last" : "box");
  }
  return element("div", html, "flow");
}

std::string flow_block(const Report& report) {
  std::string columns;
  for (const CohortFlow& flow : report.flows) {
    columns += flow_column(flow);
  }
  return columns.empty()
             ? columns
             : element("h3", "From the file to the analysis") + element("div", columns, "flows");
}

std::string inputs_table(const Report& report) {
  PageTable table{.header = {"Cohort",
                             "File",
                             "Outcome",
                             "Subjects",
                             "Events",
                             "Markers",
                             "Clinical",
                             "Centres",
                             "Median follow-up",
                             "SHA-256"},
                  .rows = {},
                  .words = 3};
  for (const InputSummary& input : report.inputs) {
    std::string outcome = input.time_column;
    if (!input.event_column.empty()) {
      outcome += ", " + input.event_column;
    }
    table.rows.push_back({input.id.empty() ? "study" : input.id,
                          input.file,
                          outcome,
                          count_text(input.subjects),
                          count_text(input.events),
                          count_text(input.markers),
                          count_text(input.clinical),
                          input.centres == 0 ? std::string("–") : count_text(input.centres),
                          time_words(input.median_follow_up, report.time_unit),
                          input.digest.substr(0, 12)});
  }
  return element("h3", "Data") + table_block(table);
}

std::string plan_block(const Report& report) {
  const PlanSummary& plan = report.plan;
  PageTable table{.header = {"Plan", ""}, .rows = {}, .words = 2};
  table.rows.push_back({"Models", join(plan.learners, ", ")});
  std::string scheme = scheme_words(plan.scheme);
  if (plan.folds > 0) {
    scheme += ", " + counted(plan.folds, "fold", "folds");
  }
  if (plan.repeats > 0) {
    scheme += " × " + counted(plan.repeats, "repeat", "repeats");
  }
  if (plan.inner_folds > 0) {
    scheme += ", " + counted(plan.inner_folds, "inner fold", "inner folds");
  }
  table.rows.push_back({"Resampling", scheme});
  if (plan.resamples > 0) {
    table.rows.push_back({"Resamples", count_text(plan.resamples)});
  }
  if (plan.fits > 0) {
    table.rows.push_back({"Models fitted", count_text(plan.fits)});
  }
  std::string horizons;
  for (const double horizon : plan.horizons) {
    horizons += (horizons.empty() ? "" : ", ") + time_words(horizon, report.time_unit);
  }
  if (!horizons.empty()) {
    table.rows.push_back({"Horizons", horizons});
  }
  if (plan.censoring.starts_with("cox:")) {
    table.rows.push_back(
        {"Censoring weights", "Cox model on " + join(split(plan.censoring.substr(4), ','), ", ")});
  }
  table.rows.push_back({"Seed", std::to_string(plan.seed)});
  return element("h3", "How it was computed") + table_block(table);
}

// A few thousand names would be no page.
std::string some_of(std::vector<std::string> names) {
  constexpr Index most = 40;
  const Index others = size_of(names) - most;
  if (others <= 0) {
    return join(names, ", ");
  }
  names.resize(at(most));
  return join(names, ", ") + " and " + count_text(others) + " more, named in report.json";
}

std::string notes_block(const Report& report) {
  std::string items;
  for (const std::string& warning : report.warnings) {
    items += element("li", escaped(warning));
  }
  if (!report.undeclared_known_at.empty()) {
    items +=
        element("li",
                escaped("The study does not declare when these are known; they are taken to be "
                        "known at biopsy: " +
                        some_of(report.undeclared_known_at) + "."));
  }
  for (const InputSummary& input : report.inputs) {
    for (const std::string& note : input.notes) {
      items += element("li", escaped((input.id.empty() ? "" : input.id + ": ") + note));
    }
  }
  return items.empty() ? items
                       : element("h3", "Warnings and assumptions") + element("ul", items, "notes");
}

} // namespace

std::string study_section(const Report& report) {
  std::string html = "<h2>The study</h2>";
  html += notes_block(report);
  html += flow_block(report);
  html += inputs_table(report);
  html += plan_block(report);
  html +=
      paragraph("Every number of this page is in tables/ and report.json beside it, every figure "
                "with its data in figures/. The same study with the same seed gives the same "
                "numbers, for any number of threads.",
                "note");
  return "<section id=\"study\">" + html + "</section>\n";
}

} // namespace vigil::report
