// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/words.hpp"
#include "vigil/validate/intervals.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::report {
namespace {

constexpr Index most_features = 30;

// Rows of one interval plot while it is filled.
struct IntervalRows {
  std::vector<std::string> label, kind;
  std::vector<double> estimate, lower, upper, wide_lower, wide_upper, order;

  void add(std::string name, std::string shape, double value, double low, double high) {
    label.push_back(std::move(name));
    kind.push_back(std::move(shape));
    estimate.push_back(value);
    lower.push_back(low);
    upper.push_back(high);
    wide_lower.push_back(not_available);
    wide_upper.push_back(not_available);
    order.push_back(static_cast<double>(order.size()));
  }
  [[nodiscard]] FigureData data() const {
    return {"rows",
            {{"label", label},
             {"estimate", estimate},
             {"lower", lower},
             {"upper", upper},
             {"wide_lower", wide_lower},
             {"wide_upper", wide_upper},
             {"kind", kind},
             {"order", order}}};
  }
};

// The axis shows every interval (cut at three times the usual range, so that one wild interval hides nothing).
void set_axis(Figure& figure, const IntervalRows& rows, const MeasureWords& words) {
  double least = words.least;
  double most = words.most;
  const auto widen = [&](double value) {
    least = std::isnan(value) ? least : std::fmin(least, value);
    most = std::isnan(value) ? most : std::fmax(most, value);
  };
  for (const auto* values : {&rows.estimate, &rows.lower, &rows.upper}) {
    for (const double value : *values) {
      widen(value);
    }
  }
  widen(words.reference);
  if (!std::isnan(words.least)) {
    const double range = words.most - words.least;
    least = std::fmax(least, words.least - range);
    most = std::fmin(most, words.most + range);
  }
  const double margin = 0.03 * (most - least);
  figure.numbers = {{"value_min", least - margin}, {"value_max", most + margin}};
  std::vector<double> reference;
  if (!std::isnan(words.reference)) {
    reference.push_back(words.reference);
  }
  figure.data.push_back({"reference", {{"value", reference}}, true});
  figure.marks = 4 * size_of(rows.label) + 2;
}

std::string row_label(const PerformanceRow& row, bool name_learner) {
  const std::string where = row.resampling.starts_with("external:") ? row.resampling.substr(9)
                                                                    : std::string(row.resampling);
  return name_learner ? row.learner + " · " + where : where;
}

struct Panel {
  std::string measure;
  double horizon;
  [[nodiscard]] bool holds(const PerformanceRow& row) const {
    const bool same_horizon =
        row.horizon == horizon || (std::isnan(row.horizon) && std::isnan(horizon));
    return row.measure == measure && same_horizon && std::isnan(row.threshold);
  }
};

std::vector<Panel> panels_of(const Report& report) {
  std::vector<Panel> panels;
  for (const PerformanceRow& row : report.performance) {
    const bool known = std::any_of(
        panels.begin(), panels.end(), [&row](const Panel& panel) { return panel.holds(row); });
    if (!known && std::isnan(row.threshold) && !std::isnan(row.estimate)) {
      panels.push_back({row.measure, row.horizon});
    }
  }
  return panels;
}

Figure performance_figure(const Report& report, const Panel& panel) {
  const MeasureWords words = measure_words(panel.measure);
  const bool many = report.plan.learners.size() > 1;
  IntervalRows rows;
  for (const PerformanceRow& row : report.performance) {
    if (panel.holds(row) && !std::isnan(row.estimate)) {
      rows.add(row_label(row, many),
               row.resampling.starts_with("external:") ? "external" : "own",
               row.estimate,
               row.lower,
               row.upper);
    }
  }
  std::string title(words.title);
  std::string name = "performance_" + file_word(panel.measure);
  if (!std::isnan(panel.horizon)) {
    title += " at " + short_time_words(panel.horizon, report.time_unit);
    name += "_" + number_text(panel.horizon);
  }
  std::string caption(words.explanation);
  Figure figure{.name = name,
                .template_name = "intervals",
                .title = title,
                .caption = caption,
                .data = {rows.data()}};
  set_axis(figure, rows, words);
  figure.texts.emplace_back("description", title + ", estimates with intervals");
  figure.widest = 520;
  return figure;
}

// All calibration plots of a report share one scale, so that they can be compared.
double highest_risk(const Report& report) {
  double highest = 0.1;
  for (const CalibrationSummary& calibration : report.calibration) {
    for (const CalibrationGroup& group : calibration.groups) {
      for (const double value : {group.predicted, group.observed, group.upper}) {
        highest = std::fmax(highest, value);
      }
    }
  }
  return std::fmin(1.0, std::ceil(highest * 10.0) / 10.0);
}

Figure calibration_figure(const Report& report,
                          const CalibrationSummary& calibration,
                          std::size_t number) {
  std::vector<double> predicted, observed, lower, upper, subjects;
  for (const CalibrationGroup& group : calibration.groups) {
    predicted.push_back(group.predicted);
    observed.push_back(group.observed);
    lower.push_back(group.lower);
    upper.push_back(group.upper);
    subjects.push_back(static_cast<double>(group.subjects));
  }
  std::vector<double> counts;
  for (const Index count : calibration.bin_subjects) {
    counts.push_back(static_cast<double>(count));
  }
  Figure figure{
      .name = number == 0 ? "calibration"
                          : "calibration_" + number_text(static_cast<Index>(number) + 1),
      .template_name = "calibration",
      .title = "Predicted and observed risk: " + calibration.learner + ", " +
               held_out_words(calibration.resampling),
      .caption = "Points: groups of subjects by predicted risk, with 95 % intervals of "
                 "the observed risk (Kaplan–Meier). On the dashed line the risks are "
                 "right; above it they are too low. The curve is smoothed and has no band. Bars: "
                 "how many subjects had which risk.",
      .data =
          {{"groups",
            {{"predicted", predicted},
             {"observed", observed},
             {"lower", lower},
             {"upper", upper},
             {"subjects", subjects}}},
           {"curve",
            {{"predicted", calibration.curve_predicted},
             {"observed", calibration.curve_observed},
             {"lower", calibration.curve_lower},
             {"upper", calibration.curve_upper}}},
           {"histogram",
            {{"start", calibration.bin_start}, {"end", calibration.bin_end}, {"subjects", counts}}},
           {"ideal",
            {{"predicted", std::vector<double>{0, 1}}, {"observed", std::vector<double>{0, 1}}},
            true}},
      .numbers = {{"risk_max", highest_risk(report)}}};
  figure.texts.emplace_back("observed_title", "Observed risk");
  figure.texts.emplace_back("predicted_title",
                            "Predicted risk by " +
                                short_time_words(calibration.horizon, report.time_unit));
  figure.texts.emplace_back("description", figure.title);
  figure.marks = 2 * size_of(predicted) + size_of(counts) + 4;
  figure.widest = 520;
  return figure;
}

// Centres of one learner, measure and horizon; pooled rows come last and carry the prediction interval.
struct CentrePanel {
  std::string learner, measure;
  double horizon;
  [[nodiscard]] bool holds(const CentreRow& row) const {
    return row.learner == learner && row.measure == measure &&
           (row.horizon == horizon || (std::isnan(row.horizon) && std::isnan(horizon)));
  }
};

// A centre with a handful of events is named with their number: its point says little, or is missing.
std::string few_events_words(const CentreRow& row) {
  return row.undefined_because.starts_with("unstable") || std::isnan(row.estimate)
             ? " (" + counted(row.events, "event", "events") + ")"
             : "";
}

// Symmetric on the scale on which centres are pooled; identity for a measure that this version does not have. None at the
// end of the scale (all pairs concordant), where the standard error is 0 whatever the number of subjects.
measure::Interval centre_interval(const CentreRow& row) {
  if (!(row.se > 0.0)) {
    return {.lower = not_available, .upper = not_available};
  }
  const auto all = measure::table();
  const auto found = std::find_if(
      all.begin(), all.end(), [&row](const auto& entry) { return entry.name == row.measure; });
  const auto scale = found == all.end() ? measure::IntervalScale::identity : found->scale;
  return interval_on_scale(row.estimate, row.se, 1.959963984540054, scale);
}

std::string
centre_caption(bool expected, const std::string& new_centre, const std::string& pooled_note) {
  std::string caption =
      "Points with 95 % intervals, symmetric on the scale on which centres are pooled; a centre "
      "without a point has no value, a point without a bar no standard error. The diamond pools "
      "the "
      "centres.";
  if (expected) {
    caption += " Its pale bar is where a new centre is expected (95 % prediction interval).";
  }
  caption += (new_centre.empty() ? "" : " ") + new_centre;
  return pooled_note.empty() ? caption : caption + " Pooled row: " + pooled_note + ".";
}

Figure centre_figure(const Report& report, const CentrePanel& panel) {
  const MeasureWords words = measure_words(panel.measure);
  IntervalRows rows;
  std::string pooled_note, new_centre;
  bool expected = false;
  for (const CentreRow& row : report.centres) {
    if (!panel.holds(row)) {
      continue;
    }
    if (row.centre.empty()) {
      rows.add("pooled", "pooled", row.mu, row.lower, row.upper);
      rows.wide_lower.back() = row.prediction_lower;
      rows.wide_upper.back() = row.prediction_upper;
      expected = !std::isnan(row.prediction_lower);
      pooled_note = row.undefined_because;
      new_centre = new_centre_words(report, row);
    } else {
      const auto interval = centre_interval(row);
      rows.add(
          row.centre + few_events_words(row), "own", row.estimate, interval.lower, interval.upper);
    }
  }
  Figure figure{.name = "centres_" + file_word(panel.learner + "_" + panel.measure),
                .template_name = "intervals",
                .title = std::string(words.title) + " by centre: " + panel.learner,
                .caption = centre_caption(expected, new_centre, pooled_note),
                .data = {rows.data()}};
  if (!std::isnan(panel.horizon)) {
    figure.name += "_" + number_text(panel.horizon);
  }
  set_axis(figure, rows, words);
  figure.texts.emplace_back("description", figure.title);
  figure.widest = 620;
  return figure;
}

Figure selection_figure(const Report& report, const std::string& learner, bool first) {
  std::vector<SelectedFeatureRow> rows;
  for (const SelectedFeatureRow& row : report.selected_features) {
    if (row.learner == learner && row.selected > 0) {
      rows.push_back(row);
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.frequency > b.frequency;
  });
  const Index all = size_of(rows);
  rows.resize(at(std::min(all, most_features)));
  std::vector<std::string> feature, direction;
  std::vector<double> frequency, coefficient;
  for (const SelectedFeatureRow& row : rows) {
    feature.push_back(row.feature);
    frequency.push_back(row.frequency);
    coefficient.push_back(row.coefficient);
    direction.emplace_back(row.coefficient > 0   ? "raises risk"
                           : row.coefficient < 0 ? "lowers risk"
                                                 : "not in the final model");
  }
  Figure figure{.name = first ? "selected_features" : "selected_features_" + file_word(learner),
                .template_name = "selected_features",
                .title = "Features that the model keeps: " + learner,
                .caption = "How often each feature was selected when the whole fit was repeated on "
                           "resampled subjects, and its direction in the model of all subjects. A "
                           "feature kept only now and then should not be called a marker.",
                .data = {{"features",
                          {{"feature", feature},
                           {"frequency", frequency},
                           {"coefficient", coefficient},
                           {"direction", direction}}}}};
  if (all > most_features) {
    figure.caption += " Shown: the first " + count_text(most_features) + " of " + count_text(all) +
                      "; all are in tables/selected_features.tsv.";
  }
  figure.texts.emplace_back("description", figure.title);
  figure.marks = 2 * size_of(feature);
  figure.widest = 760;
  return figure;
}

} // namespace

std::vector<Figure> performance_figures(const Report& report) {
  std::vector<Figure> figures;
  for (const Panel& panel : panels_of(report)) {
    figures.push_back(performance_figure(report, panel));
  }
  for (std::size_t i = 0; i < report.calibration.size(); ++i) {
    figures.push_back(calibration_figure(report, report.calibration[i], i));
  }
  std::vector<CentrePanel> panels;
  for (const CentreRow& row : report.centres) {
    const bool known = std::any_of(panels.begin(), panels.end(), [&row](const CentrePanel& panel) {
      return panel.holds(row);
    });
    if (!known) {
      panels.push_back({row.learner, row.measure, row.horizon});
    }
  }
  for (const CentrePanel& panel : panels) {
    figures.push_back(centre_figure(report, panel));
  }
  return figures;
}

std::vector<Figure> feature_figures(const Report& report) {
  std::vector<std::string> learners;
  for (const SelectedFeatureRow& row : report.selected_features) {
    if (row.selected > 0 &&
        std::find(learners.begin(), learners.end(), row.learner) == learners.end()) {
      learners.push_back(row.learner);
    }
  }
  std::vector<Figure> figures;
  figures.reserve(learners.size());
  for (const std::string& learner : learners) {
    figures.push_back(selection_figure(report, learner, learner == learners.front()));
  }
  return figures;
}

} // namespace vigil::report
