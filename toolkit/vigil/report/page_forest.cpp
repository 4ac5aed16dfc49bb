// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"

#include <cmath>

namespace vigil::report {
namespace {

std::string trees_words(const ForestSummary& forest) {
  std::string text = count_text(forest.trees);
  if (std::isnan(forest.target_error) || forest.error.empty()) {
    return text;
  }
  const ForestErrorRow& last = forest.error.back();
  const bool ranks = !std::isnan(forest.target_ranking);
  const bool met = std::hypot(last.se, last.bias) <= forest.target_error &&
                   (!ranks || last.ranking <= forest.target_ranking);
  return text +
         (met ? ", until their Monte-Carlo error was at most "
              : ", the most allowed; their Monte-Carlo error is not down to ") +
         number_text(forest.target_error) +
         (ranks ? ", and that of the ranking " + number_text(forest.target_ranking) : "");
}

std::string sample_words(const ForestSummary& forest) {
  return std::isnan(forest.sample_fraction)
             ? "as many subjects as there are, drawn with replacement"
             : percent_words(forest.sample_fraction, 1) + " of the subjects, without replacement";
}

std::string leaf_words(const ForestSummary& forest) {
  return counted(forest.min_leaf, "subject", "subjects") + ", " +
         count_text(forest.min_leaf_events) + " of them with an event";
}

std::string error_words(const ForestSummary& forest) {
  if (forest.error.empty()) {
    return "–";
  }
  const ForestErrorRow& last = forest.error.back();
  if (std::isnan(last.concordance)) {
    return "undefined: " + last.undefined_because;
  }
  std::string text = fixed_text(last.concordance, 3);
  if (!std::isnan(last.se)) {
    text +=
        " (Monte-Carlo SE " + fixed_text(last.se, 4) + ", bias " + fixed_text(last.bias, 4) + ")";
  }
  return text;
}

std::string grown_on_words(const ForestSummary& forest) {
  std::string text = counted(forest.subjects, "subject", "subjects") + ", " +
                     counted(forest.events, "event", "events") + ", " +
                     counted(forest.columns, "column", "columns");
  return forest.strata > 1 ? text + ", " + count_text(forest.strata) + " strata" : text;
}

std::string settings_table(const Report& report) {
  PageTable table{.header = {"Forest"},
                  .rows = {{"Grown on"},
                           {"Trees"},
                           {"Drawn for each tree"},
                           {"Columns drawn at a node"},
                           {"Split rule"},
                           {"Nodes that are not split"},
                           {"Least on each side of a cut"},
                           {"Out-of-bag concordance"}},
                  .words = 1 + report.forests.size()};
  for (const ForestSummary& forest : report.forests) {
    table.header.push_back(forest.learner);
    const std::vector<std::string> cells{
        grown_on_words(forest),
        forest.undefined_because.empty() ? trees_words(forest)
                                         : "no forest: " + forest.undefined_because,
        sample_words(forest),
        count_text(forest.features_per_split),
        forest.split_rule,
        "of " + counted(forest.min_node, "subject", "subjects") + " or fewer",
        leaf_words(forest),
        error_words(forest)};
    for (std::size_t row = 0; row < cells.size(); ++row) {
      table.rows[row].push_back(cells[row]);
    }
  }
  return element("h3", "How it was grown") + table_block(table);
}

// Kinds that were asked for and could not be had.
std::string undefined_kinds(const Report& report) {
  std::string items;
  for (const ForestSummary& forest : report.forests) {
    for (const ImportanceSummary& importance : forest.importance) {
      if (importance.features > 0 && importance.undefined == importance.features) {
        items += element("li",
                         escaped(std::string(importance_words(importance.kind).title) + " of " +
                                 forest.learner +
                                 " is undefined: no tree could be judged by the subjects that it "
                                 "did not see."));
      }
    }
  }
  return items;
}

std::string notes(const Report& report) {
  std::string items = undefined_kinds(report);
  const auto note = [&items](std::string_view text) { items += element("li", escaped(text)); };
  note("Importance says what these trees use, not what causes the event. Correlated features share "
       "it; around 0 or below, a shuffled feature did as well.");
  note("Whiskers and Monte-Carlo errors are those of a finite number of trees. They say nothing of "
       "other subjects.");
  note("The out-of-bag concordance is pessimistic, more so with few subjects and few cuts: a "
       "subject "
       "is ordered by trees that lack its own outcome, so that without any signal it lies below "
       "0.5. To compare models take the values on subjects that took no part in fitting, above.");
  return element("h3", "What this does not say") + element("ul", items, "notes");
}

} // namespace

std::string forest_section(const Report& report, const PageFigures& figures) {
  if (report.forests.empty()) {
    return {};
  }
  std::string html = element("h2", report.forests.size() == 1 ? "The forest" : "The forests");
  html +=
      paragraph("The survival forest of all subjects: what its trees use, and whether there are "
                "enough of them. Each tree leaves a part of the subjects out and is judged by "
                "these (out of the bag).",
                "lead");
  html += figure_grid(figures, "importance_") + notes(report);
  html += element("div",
                  element("div", figure_grid(figures, "forest_error_")) +
                      element("div", settings_table(report)),
                  "columns");
  return "<section id=\"forest\">" + html + "</section>\n";
}

} // namespace vigil::report
