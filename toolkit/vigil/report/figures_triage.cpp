// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::report {
namespace {

std::vector<std::pair<std::string, std::string>> action_texts(const TriageSummary& triage) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const triage::Action action : all_actions) {
    texts.emplace_back("label_" + std::string(name_of(action)), action_label(triage, action));
  }
  return texts;
}

// The value of a step curve just after `time`; before the first step it is `before`.
double step_value(const std::vector<double>& times,
                  const std::vector<double>& values,
                  double time,
                  double before) {
  const auto next = std::upper_bound(times.begin(), times.end(), time);
  if (next == times.begin()) {
    return before;
  }
  const auto position = static_cast<std::size_t>(next - times.begin()) - 1;
  return position < values.size() ? values[position] : not_available;
}

double last_time(const TriageSummary& triage) {
  double last = 0;
  for (const ActionCurve& curve : triage.curves) {
    last = std::max(last, std::isnan(curve.last_time) ? 0.0 : curve.last_time);
  }
  return last;
}

FigureData curve_data(const TriageSummary& triage) {
  std::vector<std::string> action;
  std::vector<double> time, survival, lower, upper;
  const auto add = [&](const std::string& group, double t, std::array<double, 3> values) {
    action.push_back(group);
    time.push_back(t);
    survival.push_back(values[0]);
    lower.push_back(values[1]);
    upper.push_back(values[2]);
  };
  for (const ActionCurve& curve : triage.curves) {
    std::array<double, 3> now{1, 1, 1};
    const std::string name(name_of(curve.action));
    add(name, 0, now);
    for (std::size_t step = 0; step < curve.time.size(); ++step) {
      now = {curve.survival[step],
             step < curve.lower.size() ? curve.lower[step] : not_available,
             step < curve.upper.size() ? curve.upper[step] : not_available};
      add(name, curve.time[step], now);
    }
    if (!std::isnan(curve.last_time)) {
      add(name, curve.last_time, now);
    }
  }
  return {"curve",
          {{"action", action},
           {"time", time},
           {"survival", survival},
           {"lower", lower},
           {"upper", upper}}};
}

FigureData at_risk_data(const TriageSummary& triage) {
  std::vector<std::string> action;
  std::vector<double> time, subjects, survival, lower, upper;
  for (const ActionCurve& curve : triage.curves) {
    for (std::size_t i = 0; i < triage.risk_times.size() && i < curve.at_risk.size(); ++i) {
      const double t = triage.risk_times[i];
      action.emplace_back(name_of(curve.action));
      time.push_back(t);
      subjects.push_back(static_cast<double>(curve.at_risk[i]));
      const bool drawn = !(t > curve.last_time);
      survival.push_back(drawn ? step_value(curve.time, curve.survival, t, 1.0) : not_available);
      lower.push_back(drawn ? step_value(curve.time, curve.lower, t, 1.0) : not_available);
      upper.push_back(drawn ? step_value(curve.time, curve.upper, t, 1.0) : not_available);
    }
  }
  return {"at_risk",
          {{"action", action},
           {"time", time},
           {"subjects", subjects},
           {"survival", survival},
           {"lower", lower},
           {"upper", upper}}};
}

FigureData censored_data(const TriageSummary& triage) {
  std::vector<std::string> action;
  std::vector<double> time, survival;
  for (const ActionCurve& curve : triage.curves) {
    for (const double t : curve.censored) {
      action.emplace_back(name_of(curve.action));
      time.push_back(t);
      survival.push_back(step_value(curve.time, curve.survival, t, 1.0));
    }
  }
  return {"censored", {{"action", action}, {"time", time}, {"survival", survival}}};
}

Figure kaplan_meier_figure(const Report& report, const TriageSummary& triage) {
  FigureData marker{"marker",
                    {{"time", std::vector<double>{triage.horizon}},
                     {"label", std::vector<std::string>{"horizon"}}},
                    true};
  if (std::isnan(triage.horizon)) {
    marker.columns = {{"time", std::vector<double>{}}, {"label", std::vector<std::string>{}}};
  }
  Figure figure{.name = "kaplan_meier",
                .template_name = "kaplan_meier",
                .title = "What happened in each group",
                .caption = "Kaplan–Meier curves of the observed outcome by proposed action, with "
                           "95 % bands; small ticks are censored subjects.",
                .data = {at_risk_data(triage), curve_data(triage), censored_data(triage), marker}};
  if (!std::isnan(triage.log_rank_p)) {
    figure.caption +=
        triage.log_rank_p < 0.001
            ? " Log-rank test of the groups: p < 0.001."
            : " Log-rank test of the groups: p = " + fixed_text(triage.log_rank_p, 3) + ".";
  }
  figure.caption += " The groups were formed by predicted risk, so curves that lie apart show "
                    "that the risk is informative; they do not show that any action helps.";
  figure.numbers = {{"time_max", last_time(triage)}};
  figure.texts = action_texts(triage);
  figure.texts.emplace_back("time_title", time_axis_words(report.time_unit));
  figure.texts.emplace_back("survival_title", "Without " + endpoint_words(report));
  figure.texts.emplace_back("description", "Kaplan-Meier curves by proposed action");
  figure.marks = rows_of(figure.data[0]) + rows_of(figure.data[2]) + 10;
  return figure;
}

// The value that was compared with the thresholds: the risk where the second risk is an assumed share of it.
bool decided_on_risk(const TriageSummary& triage) {
  return triage.harms.ratio_is_assumed();
}

// A triaged subject with its outcome.
struct Bar {
  const triage::TriageRow* row;
  HorizonOutcome outcome;
  double value;
};

std::vector<Bar> ordered_subjects(const TriageSummary& triage) {
  const bool on_risk = decided_on_risk(triage);
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < triage.rows.size(); ++i) {
    const triage::TriageRow& row = triage.rows[i];
    const double value = on_risk ? row.risk : row.reduction;
    if (!std::isnan(value)) {
      bars.push_back(
          {&row, i < triage.outcomes.size() ? triage.outcomes[i] : HorizonOutcome::unknown, value});
    }
  }
  std::stable_sort(
      bars.begin(), bars.end(), [](const Bar& a, const Bar& b) { return a.value < b.value; });
  return bars;
}

FigureData subject_data(const std::vector<Bar>& bars, bool on_risk) {
  std::vector<std::string> action, outcome;
  std::vector<double> start, middle, end, value, lower, upper;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const triage::TriageRow& row = *bars[i].row;
    const auto place = static_cast<double>(i);
    start.push_back(place);
    middle.push_back(place + 0.5);
    end.push_back(place + 1);
    value.push_back(bars[i].value);
    lower.push_back(on_risk ? row.lower : not_available);
    upper.push_back(on_risk ? row.upper : not_available);
    action.emplace_back(name_of(row.action));
    outcome.emplace_back(bars[i].outcome == HorizonOutcome::event      ? "event"
                         : bars[i].outcome == HorizonOutcome::no_event ? "no event"
                                                                       : "unknown");
  }
  return {"subjects_by_risk",
          {{"start", start},
           {"middle", middle},
           {"end", end},
           {"value", value},
           {"lower", lower},
           {"upper", upper},
           {"action", action},
           {"outcome", outcome}}};
}

void add_thresholds(Figure& figure, const triage::Thresholds& limits) {
  std::vector<double> value;
  std::vector<std::string> label;
  const auto add = [&](double threshold, const char* name) {
    if (threshold <= 1.0) {
      value.push_back(threshold);
      label.push_back(std::string(name) + " " + percent_words(threshold));
    }
  };
  if (limits.board_zone_exists) {
    add(limits.observe_below, "lower threshold");
    add(limits.resect_above, "upper threshold");
  } else {
    add(limits.two_way, "threshold");
  }
  std::vector<double> band_lower, band_upper;
  if (limits.board_zone_exists) {
    band_lower.push_back(limits.observe_below);
    band_upper.push_back(std::min(1.0, limits.resect_above));
  }
  figure.data.push_back({"thresholds", {{"value", value}, {"label", label}}, true});
  figure.data.push_back({"board_band", {{"lower", band_lower}, {"upper", band_upper}}, true});
}

double highest_value(const std::vector<Bar>& bars, bool on_risk, const triage::Thresholds& limits) {
  double highest = 0.1;
  for (const Bar& bar : bars) {
    highest = std::fmax(highest, bar.value);
    highest = on_risk ? std::fmax(highest, bar.row->upper) : highest;
  }
  for (const double value : {limits.two_way, limits.resect_above}) {
    highest = value > 1 ? highest : std::max(highest, value * 1.08);
  }
  return std::min(1.0, std::ceil(highest * 20.0) / 20.0);
}

Figure waterfall_figure(const Report& report, const TriageSummary& triage) {
  const bool on_risk = decided_on_risk(triage);
  const triage::Thresholds& limits = on_risk ? triage.on_risk : triage.on_reduction;
  const auto rows = ordered_subjects(triage);
  const Index left_out = size_of(triage.rows) - size_of(rows);
  Figure figure{.name = "triage_waterfall",
                .template_name = "triage_waterfall",
                .title = "Every subject, from the lowest to the highest",
                .caption = {},
                .data = {subject_data(rows, on_risk)}};
  const std::string what = on_risk ? "predicted risk of " + endpoint_words(report) + " by " +
                                         time_words(triage.horizon, report.time_unit)
                                   : std::string("predicted absolute risk reduction");
  figure.caption = "One bar for each subject: " + what +
                   (on_risk ? ", its interval as a darker band around the top" : "") +
                   ". Dashed lines are the thresholds that follow from the declared harms. A grey "
                   "bar outside the grey band was sent to the board by a guard. Below: what "
                   "was observed by the horizon.";
  if (left_out > 0) {
    figure.caption +=
        " Not drawn: " + counted(left_out, "subject", "subjects") + " without a predicted value.";
  }
  FigureData outcomes{"outcomes", {figure.data[0].columns[1], figure.data[0].columns[7]}, true};
  figure.data.push_back(std::move(outcomes));
  add_thresholds(figure, limits);
  figure.numbers = {{"subjects", static_cast<double>(rows.size())},
                    {"value_max", highest_value(rows, on_risk, limits)}};
  figure.texts = action_texts(triage);
  figure.texts.emplace_back("value_title", on_risk ? "Predicted risk" : "Predicted risk reduction");
  figure.texts.emplace_back("subject_title", "Subjects, ordered by the value above");
  figure.texts.emplace_back("description", "Subjects ordered by predicted value, with thresholds");
  figure.marks = 2 * size_of(rows) + 10;
  return figure;
}

// Labels stand left of the bars: one that is long is cut by the drawing.
std::string assumption_words(const TriageSummary& triage, const triage::TornadoRow& row) {
  if (row.declared) {
    return "as declared";
  }
  const bool other_ratio = triage.harms.ratio_is_assumed() &&
                           row.residual_risk_ratio != triage.harms.residual_risk_ratio;
  const bool other_skill = row.board_skill != triage.harms.board_skill;
  return other_ratio   ? "leaves " + percent_words(row.residual_risk_ratio) + " of the risk"
         : other_skill ? "board skill " + number_text(row.board_skill)
                       : row.assumption;
}

Figure share_figure(const TriageSummary& triage) {
  std::vector<std::string> assumption, action;
  std::vector<double> start, middle, end, share;
  for (const triage::TornadoRow& row : triage.shares) {
    double left = 0;
    const std::array<double, 3> parts{row.shares.observe, row.shares.board, row.shares.resect};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      assumption.push_back(assumption_words(triage, row));
      action.emplace_back(name_of(all_actions.at(i)));
      share.push_back(parts[i]);
      start.push_back(left);
      middle.push_back(left + parts[i] / 2);
      end.push_back(std::min(1.0, left + parts[i]));
      left += parts[i];
    }
  }
  Figure figure{.name = "zone_shares",
                .template_name = "zone_shares",
                .title = "The training subjects under other assumptions",
                .caption =
                    "Share of the subjects that the model was fitted on in each zone, by the "
                    "harms alone and before any guard, when one declared number is "
                    "replaced. Where the bars differ much, the answer rests on "
                    "that assumption.",
                .data = {{"shares",
                          {{"assumption", assumption},
                           {"action", action},
                           {"share", share},
                           {"start", start},
                           {"middle", middle},
                           {"end", end}}}}};
  figure.texts = action_texts(triage);
  figure.texts.emplace_back("description", "Shares of the zones under other assumptions");
  figure.marks = 2 * size_of(share);
  figure.widest = 860;
  return figure;
}

} // namespace

std::vector<Figure> triage_figures(const Report& report) {
  std::vector<Figure> figures;
  if (!report.triage) {
    return figures;
  }
  const TriageSummary& triage = *report.triage;
  if (!triage.curves.empty()) {
    figures.push_back(kaplan_meier_figure(report, triage));
  }
  if (!triage.rows.empty()) {
    figures.push_back(waterfall_figure(report, triage));
  }
  if (!triage.shares.empty()) {
    figures.push_back(share_figure(triage));
  }
  return figures;
}

} // namespace vigil::report
