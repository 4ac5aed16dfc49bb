// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"
#include "vigil/triage/reasons.hpp"

#include <cmath>

namespace vigil::report {
namespace {

std::string zone_limits(triage::Action action, const triage::Thresholds& limits) {
  const std::string low = percent_words(limits.observe_below, 1);
  const std::string high = percent_words(limits.resect_above, 1);
  switch (action) {
  case triage::Action::observe:
    return "below " + low;
  case triage::Action::resect:
    return limits.resect_above > 1.0 ? "nobody" : "above " + high;
  case triage::Action::board:
    break;
  }
  return !limits.board_zone_exists   ? "only by a guard"
         : limits.resect_above > 1.0 ? "above " + low
                                     : low + " to " + high;
}

std::string zone_table(const Report& report, const TriageSummary& triage) {
  const bool on_risk = triage.harms.ratio_is_assumed();
  std::string html =
      "<div class=\"table first-whole\"><table><thead><tr><th scope=\"col\">Proposed</th>"
      "<th scope=\"col\" class=\"n\">Risk reduction</th>";
  if (on_risk) {
    html += "<th scope=\"col\" class=\"n\">Predicted risk</th>";
  }
  html += "<th scope=\"col\" class=\"n\">Subjects</th><th scope=\"col\" class=\"n\">Share</th>"
          "<th scope=\"col\" class=\"n\">Events by " +
          escaped(time_words(triage.horizon, report.time_unit)) +
          "</th><th scope=\"col\" class=\"n\">Observed risk (95 %)</th></tr></thead><tbody>";
  const auto number = [](const std::string& text) { return element("td", escaped(text), "n"); };
  for (const triage::ActionAudit& zone : triage.zones) {
    html += "<tr><td>" + action_mark(zone.action) + escaped(action_label(triage, zone.action)) +
            "</td>" + number(zone_limits(zone.action, triage.on_reduction));
    if (on_risk) {
      html += number(zone_limits(zone.action, triage.on_risk));
    }
    std::string observed = percent_words(zone.risk);
    if (!std::isnan(zone.lower) && !std::isnan(zone.upper)) {
      observed +=
          " (" + fixed_text(100 * zone.lower, 0) + "–" + fixed_text(100 * zone.upper, 0) + ")";
    }
    html += number(count_text(zone.subjects)) + number(percent_words(zone.share)) +
            number(count_text(zone.events)) + number(observed) + "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string harms_block(const TriageSummary& triage) {
  const triage::Harms& harms = triage.harms;
  PageTable table{.header = {"Declared by the study", "Value"}, .rows = {}};
  const auto add = [&table](const std::string& name, double value) {
    if (!std::isnan(value)) {
      table.rows.push_back({name, number_text(value)});
    }
  };
  add("Harm of a missed event", harms.missed_event);
  add("Harm of “" + action_label(triage, triage::Action::resect) + "”", harms.resection);
  add("Harm of referral to the board", harms.board);
  add("Share of perfect foresight that the board’s work-up captures (board skill)",
      harms.board_skill);
  add("Share of the risk that “" + action_label(triage, triage::Action::resect) +
          "” leaves (assumed, not estimated)",
      harms.residual_risk_ratio);
  std::string html = element("h3", "What the thresholds rest on") + table_block(table);
  std::string text = "The thresholds follow from these numbers alone: no outcome enters them.";
  if (!triage.decide_at.empty()) {
    text += " Only what is known at “" + triage.decide_at + "” was used to predict.";
  }
  if (!triage.learner.empty()) {
    text += " The risk comes from the model “" + triage.learner + "”.";
  }
  if (harms.ratio_is_assumed()) {
    text += " “" + action_label(triage, triage::Action::resect) + "” is assumed to leave " +
            percent_words(harms.residual_risk_ratio) + " of the risk, for every subject.";
  }
  return html + paragraph(text);
}

std::string risk_control_block(const Report& report, const TriageSummary& triage) {
  if (triage.risk_control.tests.empty()) {
    return {};
  }
  const triage::RiskControl& control = triage.risk_control;
  const auto p_words = [](double p) {
    return std::isnan(p) ? std::string("not defined")
           : p < 0.0001  ? "below 0.0001"
                         : fixed_text(p, 4);
  };
  PageTable table{.header = {"Test", "Risk it sees", "p", "At level " + number_text(control.delta)},
                  .rows = {}};
  for (const triage::RiskTest& test : control.tests) {
    table.rows.push_back({test.test + (test.test == control.decided_by ? " (decides)" : ""),
                          percent_words(test.risk),
                          p_words(test.p),
                          test.passes ? "passes" : "does not pass"});
  }
  std::string text = "Tested: the risk of the “" + action_label(triage, triage::Action::observe) +
                     "” group by " + time_words(control.horizon, report.time_unit) +
                     " lies above " + percent_words(control.alpha) + ". " +
                     count_text(control.events) + " of " +
                     counted(control.subjects, "subject", "subjects") + " had the event, " +
                     count_text(control.left_before) + " left before the horizon.";
  if (std::isfinite(control.tipping_point)) {
    text += " The beta-product test holds until those who left have " +
            fixed_text(control.tipping_point, 1) + " times the hazard of those who stayed.";
  }
  return element("h3", "Is the risk of the observed group controlled?") + table_block(table) +
         paragraph(text + " " + triage.guarantee, "note");
}

std::string reasons_block(const TriageSummary& triage) {
  PageTable table{.header = {"Code", "Why", "Subjects"}, .rows = {}, .words = 2};
  for (const triage::Reason& reason : triage::reasons) {
    const Index subjects = triage::subjects_with_reason(triage.rows, reason.code);
    if (reason.effect == triage::Effect::refers && subjects > 0) {
      table.rows.push_back(
          {std::string(reason.code), std::string(reason.meaning), count_text(subjects)});
    }
  }
  if (table.rows.empty()) {
    return {};
  }
  return element("h3",
                 "Why subjects go to “" + escaped(action_label(triage, triage::Action::board)) +
                     "”") +
         table_block(table) +
         paragraph(
             "Being sent to the board is no middle risk class: it says that data and model do "
             "not support preferring one action for this subject. One subject can have "
             "several reasons.",
             "note");
}

} // namespace

std::string triage_section(const Report& report, const PageFigures& figures) {
  if (!report.triage) {
    return {};
  }
  const TriageSummary& triage = *report.triage;
  std::string html = "<h2>The proposed actions</h2>";
  html += paragraph("Each subject’s risk of " + endpoint_words(report) + " within " +
                        time_words(triage.horizon, report.time_unit) +
                        " is turned into an absolute risk reduction and compared with thresholds "
                        "that follow from the declared harms.",
                    "lead");
  html += zone_table(report, triage);
  html += figure_block(figures, "kaplan_meier");
  html += figure_block(figures, "triage_waterfall");
  html += element("div",
                  element("div", harms_block(triage)) + element("div", reasons_block(triage)),
                  "columns");
  html += risk_control_block(report, triage);
  html += figure_block(figures, "zone_shares");
  return "<section id=\"actions\">" + html + "</section>\n";
}

} // namespace vigil::report
