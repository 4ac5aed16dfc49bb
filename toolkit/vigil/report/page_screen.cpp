// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/screen_report.hpp"
#include "vigil/report/words.hpp"
#include "vigil/report/write_file.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::report {
namespace {

constexpr Index most_rows = 20;
constexpr double said_level = 0.05;

Index found_at(const std::vector<double>& adjusted, double level) {
  return std::count_if(
      adjusted.begin(), adjusted.end(), [level](double each) { return each <= level; });
}

std::string adjusted_words(const ScreenReport& report) {
  constexpr Index most_named = 12;
  const std::string corrected = report.corrected_for.empty()
                                    ? ""
                                    : ", of markers corrected for " + report.corrected_for +
                                          " in all subjects, whose values the tests take as given";
  if (report.adjusted_for.empty()) {
    return "adjusted for nothing" + corrected;
  }
  std::vector<std::string> names = report.adjusted_for;
  if (size_of(names) > most_named) {
    return "adjusted for " + count_text(size_of(names)) + " columns" + corrected;
  }
  return "adjusted for " + join(names, ", ") + corrected;
}

std::string verdict(const ScreenReport& report) {
  const select::Screen& screen = report.screen;
  if (screen.tests() == 0) {
    return paragraph("No feature has a test" + (screen.undefined_because.empty()
                                                    ? std::string(".")
                                                    : ": " + screen.undefined_because + "."),
                     "verdict");
  }
  std::string text = count_text(screen.tests()) + " of " + count_text(size_of(screen.column)) +
                     " features were tested in " + counted(report.subjects, "subject", "subjects") +
                     " with " + counted(report.events, "event", "events") + ", each by itself, " +
                     adjusted_words(report) +
                     ". Found at a false discovery rate of 0.05 (Benjamini and Hochberg): " +
                     counted(found_at(screen.bh, said_level), "feature", "features");
  text += report.draws == 0 ? ". Without draws there is no maxT."
                            : "; with a probability of any false discovery of 0.05 (maxT, " +
                                  counted(report.draws, "draw", "draws") +
                                  (report.permuted ? " by permutation" : "") +
                                  "): " + count_text(found_at(screen.max_t, said_level)) + ".";
  return paragraph(text, "verdict");
}

std::string first_features(const ScreenReport& report) {
  const select::Screen& screen = report.screen;
  PageTable table{.header = {"Feature", "Log hazard ratio", "SE", "z", "p", "BH", "maxT"},
                  .rows = {}};
  for (const Index place : screen.order()) {
    if (size_of(table.rows) == std::min(most_rows, screen.tests())) {
      break;
    }
    const auto text = [&](const std::vector<double>& values) {
      return std::isnan(values[at(place)]) ? std::string("–")
                                           : number_text(four_digits(values[at(place)]));
    };
    table.rows.push_back({report.feature[at(place)],
                          text(screen.estimate),
                          text(screen.se),
                          text(screen.z),
                          text(screen.p),
                          text(screen.bh),
                          text(screen.max_t)});
  }
  return element("h3", "The first features") + table_block(table) +
         paragraph("By falling |z|; all are in screen.tsv.", "note");
}

std::string limits(const ScreenReport& report) {
  std::string items;
  for (
      const char* text :
      {"A discovery is a feature that tells something about the hazard given the adjusted columns. "
       "A neighbour of a feature that acts does so too, and nothing here says which one acts.",
       "The adjusted p-values count the features that were passed. A list that was shortened by a "
       "look at the outcome voids them.",
       "Estimates are one step of Newton's method from 0 and those of the first features are too "
       "large: they were chosen for being large. What the features predict is another question, "
       "which needs subjects that took no part here.",
       "With few events, or few subjects that differ in a feature, z is not normal and its p-value "
       "is not exact."}) {
    items += element("li", escaped(text));
  }
  const std::string file =
      report.file.empty() ? std::string() : paragraph("Cohort: " + report.file, "note");
  return element("h3", "What this does not say") + element("ul", items, "notes") + file;
}

} // namespace

std::string screen_html(const ScreenReport& report, const Assets& assets) {
  PageFigures figures{.figures = {}, .drawable = !assets.templates.empty()};
  std::string body = verdict(report);
  if (report.screen.tests() > 0) {
    figures.figures.push_back(volcano_figure(report));
    body += figures_note(assets) + figure_block(figures, "volcano") + first_features(report);
  }
  body += limits(report);
  return page_text(
      {.title = "Screen of " + counted(size_of(report.screen.column), "feature", "features"),
       .kind = "screen",
       .body = body,
       .figures = figures.figures},
      assets);
}

void write_screen(const ScreenReport& report, const std::filesystem::path& directory) {
  if (report.screen.tests() > 0) {
    write_figures({volcano_figure(report)}, directory / "figures");
  }
  write_file(directory / "report.html", screen_html(report));
}

} // namespace vigil::report
