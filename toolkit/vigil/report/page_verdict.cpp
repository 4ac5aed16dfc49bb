// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"
#include "vigil/triage/guards.hpp"

#include <array>
#include <cmath>

namespace vigil::report {
namespace {

const triage::ActionAudit* find_zone(const TriageSummary& triage, triage::Action action) {
  for (const triage::ActionAudit& zone : triage.zones) {
    if (zone.action == action) {
      return &zone;
    }
  }
  return nullptr;
}

const InputSummary* triaged_input(const Report& report) {
  const InputSummary* input =
      report.triage ? find_input(report, report.triage->cohort) : find_input(report, "");
  return input != nullptr || report.inputs.empty() ? input : &report.inputs.front();
}

std::string people(const Report& report) {
  return report.subjects_are.empty() ? "subjects" : report.subjects_are;
}

std::string studied_card(const Report& report) {
  std::string html = element("h2", "Who was studied");
  const InputSummary* own = find_input(report, "");
  if (own != nullptr) {
    html += element("p", escaped(count_text(own->subjects)), "big");
    std::string text =
        people(report) + "; " + count_text(own->events) + " had " + endpoint_words(report) + ".";
    if (!std::isnan(own->median_follow_up)) {
      text += " Median follow-up " + time_words(own->median_follow_up, report.time_unit) + ".";
    }
    html += paragraph(text);
  }
  for (const InputSummary& input : report.inputs) {
    if (!input.id.empty()) {
      html +=
          "<p><b>" + escaped(count_text(input.subjects)) + "</b> " +
          escaped("other subjects (" + input.id + ", " + counted(input.events, "event", "events") +
                  ") to test the finished model on.") +
          "</p>";
    }
  }
  return element("section", html, "card");
}

std::string prediction_card(const Report& report) {
  std::string html = element("h2", "How well does it predict");
  const PerformanceRow* row = headline(report);
  if (row == nullptr) {
    html += paragraph("–", "big");
    return element("section",
                   html + paragraph("No concordance on subjects that the model had not seen could "
                                    "be computed."),
                   "card");
  }
  html += "<p class=\"big\">" + escaped(value_words(row->estimate, 2));
  if (!std::isnan(row->lower) && !std::isnan(row->upper)) {
    html += " <small>" + escaped(fixed_text(row->lower, 2) + "–" + fixed_text(row->upper, 2)) +
            "</small>";
  }
  html += "</p>";
  const std::string name(measure_words(row->measure).title);
  html += paragraph(name + " with " + percent_words(row->level) +
                    " interval: of two subjects, the "
                    "model names the one with the earlier event in " +
                    fixed_text(100 * row->estimate, 0) + " of 100 pairs (chance: 50).");
  html += paragraph((counts_own_subjects(row->resampling)
                         ? "Measured on the subjects that it was fitted to, corrected for that: "
                         : "Measured on subjects that it had not seen: ") +
                    resampling_words(row->resampling) + ".");
  if (!row->undefined_because.empty()) {
    html += paragraph("Note: " + row->undefined_because + ".", "note");
  }
  const bool external = row->resampling.starts_with("external:");
  for (const std::string& warning : triage::event_warnings(row->events, external)) {
    html += paragraph(warning + ".", "note");
  }
  return element("section", html, "card");
}

std::string share_bar(const TriageSummary& triage) {
  std::string html = "<svg class=\"bar\" viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\" "
                     "role=\"img\" aria-label=\"Shares of the three actions\">";
  double left = 0;
  for (const triage::Action action : all_actions) {
    const triage::ActionAudit* zone = find_zone(triage, action);
    const double share = zone == nullptr || std::isnan(zone->share) ? 0 : zone->share;
    html += "<rect class=\"" + std::string(name_of(action)) + "\" y=\"0\" height=\"24\" x=\"" +
            fixed_text(1000 * left, 1) + "\" width=\"" + fixed_text(1000 * share, 1) + "\"/>";
    left += share;
  }
  return html + "</svg>";
}

std::string triage_card(const Report& report) {
  std::string html = element("h2", "What it would propose");
  if (!report.triage) {
    const std::string reason =
        report.no_triage_because.empty() ? "no harms were declared" : report.no_triage_because;
    return element("section",
                   html + paragraph("–", "big") +
                       paragraph("No actions are proposed: " + reason + "."),
                   "card");
  }
  const TriageSummary& triage = *report.triage;
  html += share_bar(triage);
  html += "<dl class=\"actions\">";
  for (const triage::Action action : all_actions) {
    const triage::ActionAudit* zone = find_zone(triage, action);
    html += "<div><dt>" + action_mark(action) + escaped(action_label(triage, action)) +
            "</dt><dd>" + escaped(count_text(zone == nullptr ? 0 : zone->subjects)) + "<small>" +
            escaped(percent_words(zone == nullptr ? 0 : zone->share)) + "</small></dd></div>";
  }
  html += "</dl>";
  const InputSummary* input = triaged_input(report);
  std::string whom = input == nullptr || input->id.empty() ? "the studied subjects"
                                                           : "the subjects of " + input->id;
  html += paragraph("For " + whom + ", by the risk of " + endpoint_words(report) + " within " +
                    time_words(triage.horizon, report.time_unit) +
                    " and the harms that the study declared.");
  return element("section", html, "card");
}

std::string observed_event_words(const Report& report, const TriageSummary& triage) {
  const triage::ActionAudit* zone = find_zone(triage, triage::Action::observe);
  if (zone == nullptr || zone->subjects == 0) {
    return {};
  }
  std::string text = "In the “" + action_label(triage, triage::Action::observe) + "” group of " +
                     counted(zone->subjects, "subject", "subjects") + ", " +
                     count_text(zone->events) + " had " + endpoint_words(report) + " by " +
                     time_words(triage.horizon, report.time_unit);
  if (!std::isnan(zone->risk)) {
    text += " (Kaplan–Meier " + percent_words(zone->risk);
    if (!std::isnan(zone->lower) && !std::isnan(zone->upper)) {
      text += ", 95 % interval " + percent_words(zone->lower) + " to " + percent_words(zone->upper);
    }
    text += ")";
  }
  return text + ".";
}

std::string list_item(const std::string& text) {
  return text.empty() ? text : element("li", escaped(text));
}

/// "That the risk ... is at most 10 %", of the group that would be observed.
std::string control_claim(const Report& report, const TriageSummary& triage) {
  const triage::RiskControl& control = triage.risk_control;
  return "That the risk of the “" + action_label(triage, triage::Action::observe) + "” group by " +
         time_words(control.horizon, report.time_unit) + " is at most " +
         percent_words(control.alpha);
}

std::string shown_list(const Report& report) {
  std::string items;
  if (const PerformanceRow* row = headline(report)) {
    items += list_item(counts_own_subjects(row->resampling)
                           ? "How well the risks rank and fit, on the subjects of the fit and "
                             "corrected for that, with intervals where the method has them."
                           : "How well the risks rank and fit, measured on subjects that took no "
                             "part in fitting, with intervals.");
  }
  if (report.triage) {
    items += list_item("Which action follows for whom from the predicted risk and the declared "
                       "harms; “" +
                       action_label(*report.triage, triage::Action::board) +
                       "” whenever data or model do not support an answer.");
    items += list_item(observed_event_words(report, *report.triage));
    if (report.triage->risk_control.controlled) {
      items += list_item(control_claim(report, *report.triage) +
                         ", for subjects like those of this cohort in the care that they had.");
    }
  }
  return items;
}

std::string not_shown_list(const Report& report) {
  std::string items;
  if (report.triage) {
    const TriageSummary& triage = *report.triage;
    if (triage.risk_control.tests.empty()) {
      items += list_item(triage.guarantee.empty()
                             ? "Risk control of the observed group was not tested: no bound on its "
                               "event risk is guaranteed."
                             : triage.guarantee);
    } else if (!triage.risk_control.controlled) {
      items += list_item(control_claim(report, triage) + ": the test does not show it.");
    }
    if (triage.harms.ratio_is_assumed()) {
      items += list_item("That “" + action_label(triage, triage::Action::resect) +
                         "” helps. It is assumed to leave " +
                         percent_words(triage.harms.residual_risk_ratio) +
                         " of the risk, for every subject.");
    }
  }
  return items + list_item("Anything about a single patient. These are results about a cohort and "
                           "a rule.");
}

std::string no_resection_banner(const TriageSummary& triage) {
  for (const triage::TornadoRow& row : triage.shares) {
    std::string text = row.declared ? triage::no_resection_warning(row.shares) : std::string();
    if (!text.empty()) {
      text.front() = 'W';
      return paragraph(text + ".", "banner");
    }
  }
  return {};
}

// The whole page in one sentence or two.
std::string lead(const Report& report) {
  std::string text;
  if (const PerformanceRow* row = headline(report)) {
    const bool external = row->resampling.starts_with("external:");
    text = "In " + counted(row->subjects, "subject", "subjects") +
           (external ? " of another cohort (" + row->resampling.substr(9) + ")"
            : counts_own_subjects(row->resampling)
                ? std::string(", to whom it was fitted, and corrected for that")
                : std::string(", each judged by models that had not seen them")) +
           ", the model “" + row->learner + "” ranks the risk of " + endpoint_words(report) +
           " with " + std::string(measure_words(row->measure).title) + " " +
           interval_words(row->estimate, row->lower, row->upper, 2) + "; 0.5 is chance.";
  }
  if (report.triage) {
    const TriageSummary& triage = *report.triage;
    std::string counts;
    for (const triage::Action action : all_actions) {
      const triage::ActionAudit* zone = find_zone(triage, action);
      counts += (counts.empty()                     ? ""
                 : action == triage::Action::resect ? " and "
                                                    : ", ") +
                std::string("“") + action_label(triage, action) + "” for " +
                count_text(zone == nullptr ? 0 : zone->subjects);
    }
    text += " With the harms that were declared it would propose " + counts + ".";
  }
  return text.empty() ? text : paragraph(text, "verdict");
}

} // namespace

std::string verdict_section(const Report& report) {
  std::string html;
  if (const std::string alarm = null_check_alarm(report); !alarm.empty()) {
    html += paragraph(alarm, "banner");
  }
  if (report.triage && report.triage->all_treated) {
    html += element("p",
                    "<b>" + std::string(all_treated_headline) + "</b> " +
                        std::string(all_treated_consequence),
                    "banner");
  }
  if (report.triage) {
    html += no_resection_banner(*report.triage);
  }
  html += lead(report);
  html +=
      element("div", studied_card(report) + prediction_card(report) + triage_card(report), "cards");
  html +=
      element("div",
              element("section",
                      element("h2", "What this report shows") + element("ul", shown_list(report)),
                      "shown") +
                  element("section",
                          element("h2", "What it does not guarantee") +
                              element("ul", not_shown_list(report)),
                          "not-shown"),
              "limits");
  return html;
}

} // namespace vigil::report
