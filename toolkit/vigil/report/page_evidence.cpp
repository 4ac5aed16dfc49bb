// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

namespace vigil::report {
namespace {

std::string horizon_cell(double horizon, TimeUnit unit) {
  return std::isnan(horizon) ? std::string("–") : time_words(horizon, unit);
}

// What is to be known beside defined values: resamples without a value, intervals from two centres.
std::string notes_on_rows(const Report& report) {
  std::vector<std::string> notes;
  for (const PerformanceRow& row : report.performance) {
    if (!std::isnan(row.estimate) && !row.undefined_because.empty()) {
      std::string note = std::string(measure_words(row.measure).title) + ", " +
                         resampling_words(row.resampling) + ": " + row.undefined_because;
      if (std::find(notes.begin(), notes.end(), note) == notes.end()) {
        notes.push_back(std::move(note));
      }
    }
  }
  std::string items;
  for (const std::string& note : notes) {
    items += element("li", escaped(note));
  }
  return items.empty() ? items : element("ul", items, "notes");
}

std::string performance_table(const Report& report) {
  PageTable table{.header = {"Model",
                             "Measure",
                             "Horizon",
                             "Measured on",
                             "Estimate",
                             "Interval",
                             "Subjects",
                             "Events"},
                  .rows = {},
                  .words = 4};
  const PerformanceRow* best = headline(report);
  for (const PerformanceRow& row : report.performance) {
    std::string interval = "–";
    if (!std::isnan(row.lower) && !std::isnan(row.upper)) {
      interval = fixed_text(row.lower, 3) + " to " + fixed_text(row.upper, 3);
    }
    std::string measure(measure_words(row.measure).title);
    if (!std::isnan(row.threshold)) {
      measure += " at threshold " + number_text(row.threshold);
    }
    std::string estimate = value_words(row.estimate, 3);
    if (std::isnan(row.estimate) && !row.undefined_because.empty()) {
      estimate += " (" + row.undefined_because + ")";
    }
    table.rows.push_back({row.learner,
                          measure,
                          horizon_cell(row.horizon, report.time_unit),
                          resampling_words(row.resampling),
                          estimate,
                          interval,
                          count_text(row.subjects),
                          count_text(row.events)});
    table.strong.push_back(&row == best);
  }
  return table_block(table) + notes_on_rows(report);
}

std::string comparison_table(const Report& report) {
  if (report.comparisons.empty()) {
    return {};
  }
  PageTable table{.header = {"Model",
                             "against",
                             "Measure",
                             "Horizon",
                             "Measured on",
                             "Difference",
                             "95 % interval",
                             "p"},
                  .rows = {},
                  .words = 5};
  for (const ComparisonRow& row : report.comparisons) {
    std::string interval = "–";
    if (!std::isnan(row.lower) && !std::isnan(row.upper)) {
      interval = fixed_text(row.lower, 3) + " to " + fixed_text(row.upper, 3);
    }
    table.rows.push_back({row.learner,
                          row.reference,
                          std::string(measure_words(row.measure).title),
                          horizon_cell(row.horizon, report.time_unit),
                          resampling_words(row.resampling),
                          value_words(row.difference, 3),
                          interval,
                          !std::isnan(row.p) && row.p < 0.001 ? "< 0.001" : value_words(row.p, 3)});
  }
  return element("h3", "Models compared on the same subjects") + table_block(table);
}

std::string coefficient_number(double value) {
  return std::isnan(value) ? std::string("–") : fixed_text(value, 4);
}

std::string coefficient_tables(const Report& report) {
  std::string html;
  std::size_t first = 0;
  while (first < report.coefficients.size()) {
    const std::string& learner = report.coefficients[first].learner;
    PageTable table{.header = {"Feature", "Coefficient", "SE", "Hazard ratio"}, .rows = {}};
    std::size_t next = first;
    for (; next < report.coefficients.size() && report.coefficients[next].learner == learner;
         ++next) {
      const CoefficientRow& row = report.coefficients[next];
      table.rows.push_back({row.feature,
                            coefficient_number(row.coefficient),
                            coefficient_number(row.se),
                            value_words(std::exp(row.coefficient), 3)});
    }
    html +=
        "<details><summary>" +
        escaped("Coefficients of " + learner + " fitted to all subjects (" +
                counted(size_of(table.rows), "feature", "features") + ")") +
        "</summary>" + table_block(table) +
        paragraph("Per unit of the feature as recorded. A penalized coefficient is drawn towards "
                  "zero and has no standard error here.",
                  "note") +
        "</details>";
    first = next;
  }
  return html;
}

// Of each Cox model: the global test, and those of the features folded away.
std::string hazard_tables(const Report& report) {
  std::string html;
  std::size_t first = 0;
  while (first < report.proportional_hazards.size()) {
    const std::string& learner = report.proportional_hazards[first].learner;
    PageTable table{.header = {"Feature", "Chi-square", "Degrees of freedom", "p"}, .rows = {}};
    std::string global;
    std::size_t next = first;
    for (; next < report.proportional_hazards.size() &&
           report.proportional_hazards[next].learner == learner;
         ++next) {
      const HazardTestRow& row = report.proportional_hazards[next];
      global = hazard_words(row);
      table.rows.push_back(
          {row.feature,
           value_words(row.chi_square, 2),
           count_text(row.degrees_of_freedom),
           !std::isnan(row.p) && row.p < 0.001 ? "< 0.001" : value_words(row.p, 3)});
    }
    html += "<details class=\"says\"><summary>" +
            escaped(fmt::format("Hazards of {}: {}", learner, global)) + "</summary>" +
            table_block(table) +
            paragraph("Score tests that a coefficient of the model fitted to all subjects does not "
                      "change with time. A small p says that it does, not how; with many events "
                      "also where it does not matter. A large one is no proof.",
                      "note") +
            "</details>";
    first = next;
  }
  return html;
}

/// "1.23 (0.98 to 1.54)" of a log hazard ratio and its limits.
std::string ratio_words(const PassportRow& row) {
  if (std::isnan(row.mu)) {
    return "–";
  }
  return fixed_text(std::exp(row.mu), 2) + " (" + fixed_text(std::exp(row.lower), 2) + " to " +
         fixed_text(std::exp(row.upper), 2) + ")";
}

/// "gbsg: yes (p 0.012)", one for each external cohort.
std::string replication_words(const Report& report, const std::string& feature) {
  std::string words;
  for (const ReplicationRow& row : report.replication) {
    if (row.feature == feature) {
      words += (words.empty() ? "" : "; ") + row.cohort + ": " +
               (row.same_sign.empty() ? "–" : row.same_sign) +
               (std::isnan(row.p) ? "" : " (p " + fixed_text(row.p, 3) + ")");
    }
  }
  return words.empty() ? "–" : words;
}

std::string passport_table(const Report& report) {
  if (report.passport.empty()) {
    return {};
  }
  PageTable table{.header = {"Model",
                             "Marker",
                             "Selected in",
                             "z beyond clinical",
                             "Hazard ratio per SD over centres",
                             "I²",
                             "Variance between centres",
                             "Same sign elsewhere"},
                  .rows = {}};
  for (const PassportRow& row : report.passport) {
    table.rows.push_back({row.learner,
                          row.feature,
                          percent_words(row.frequency),
                          value_words(row.z, 2),
                          ratio_words(row),
                          percent_words(row.i2),
                          percent_words(row.centre_share),
                          replication_words(report, row.feature)});
  }
  return "<details><summary>Passports of the markers that were selected</summary>" +
         table_block(table) +
         paragraph("Tests on the data that selected the markers are too favourable; those of other "
                   "cohorts are not. All numbers are in tables/passport.tsv and replication.tsv.",
                   "note") +
         "</details>";
}

} // namespace

std::string performance_section(const Report& report, const PageFigures& figures) {
  if (report.performance.empty() && report.calibration.empty()) {
    return {};
  }
  std::string html = "<h2>How well the models predict</h2>";
  html +=
      paragraph("Points with intervals; the dashed line is the value of a model that knows nothing "
                "(ranking) or is exactly right (calibration). Circles: resampling within the "
                "study. Squares: an external cohort. A point without an interval is apparent (the "
                "subjects that were fitted: optimistic) or has none that could be computed.",
                "lead");
  html += figure_grid(figures, "performance_");
  html += figure_grid(figures, "calibration");
  html += "<details class=\"wide\"><summary>All numbers</summary>" + performance_table(report) +
          comparison_table(report) + "</details>";
  html += figure_grid(figures, "centres_");
  return "<section id=\"performance\">" + html + "</section>\n";
}

std::string features_section(const Report& report, const PageFigures& figures) {
  if (report.selected_features.empty() && report.coefficients.empty() &&
      report.proportional_hazards.empty()) {
    return {};
  }
  std::string html = "<h2>What the models use</h2>";
  html += figure_grid(figures, "selected_features");
  html += passport_table(report);
  html += coefficient_tables(report);
  html += hazard_tables(report);
  return "<section id=\"features\">" + html + "</section>\n";
}

} // namespace vigil::report
