// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_rows.hpp"

#include "vigil/base/text.hpp"
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/calibration_curve.hpp"
#include "vigil/study/cohort_summary.hpp"
#include "vigil/validate/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace vigil {

report::InputSummary input_summary(const Cohort& cohort, const std::string& id) {
  const auto& parts = cohort.parts();
  const bool counts_events =
      parts.outcome &&
      (has_times(*parts.outcome) || std::holds_alternative<BinaryOutcome>(*parts.outcome));
  report::InputSummary summary{.id = id,
                               .file = parts.file_name,
                               .digest = parts.provenance.file_digest,
                               .time_column = parts.time_name,
                               .event_column = counts_events ? parts.event_name : "",
                               .subjects = cohort.subjects(),
                               .markers = parts.features.features(),
                               .clinical = parts.clinical.columns(),
                               .events = cohort.events(),
                               .centres = size_of(parts.centre.names),
                               .median_follow_up = median_follow_up(cohort),
                               .notes = parts.notes};
  for (Index column = 0; column < parts.clinical.columns(); ++column) {
    if (parts.clinical.info(column).marker) {
      ++summary.markers;
      --summary.clinical;
    }
  }
  return summary;
}

std::string count_text(Index value, std::string_view noun) {
  return vigil::count_text(value) + " " + std::string(noun) + (value == 1 ? "" : "s");
}

std::string counts_line(const report::InputSummary& summary) {
  return count_text(summary.subjects, "subject") + ", " + count_text(summary.markers, "marker") +
         ", " + count_text(summary.clinical, "clinical column") +
         (summary.event_column.empty() ? "" : ", " + count_text(summary.events, "event")) +
         (summary.centres > 0 ? ", " + count_text(summary.centres, "centre") : "");
}

namespace {

/// What a row of predictions says about its subject.
report::PredictionRow subject_row(const Cohort& cohort, Index subject) {
  report::PredictionRow row{.subject = cohort.subject_ids()[at(subject)]};
  const auto& centre = cohort.parts().centre;
  if (!centre.empty() && centre.level[at(subject)] != no_index) {
    row.centre = centre.names[at(centre.level[at(subject)])];
  }
  if (!cohort.has_outcome()) {
    return row;
  }
  if (const auto* survival = std::get_if<SurvivalOutcome>(&*cohort.parts().outcome)) {
    row.time = survival->time[at(subject)];
    row.event = survival->event[at(subject)];
  } else if (const auto* competing = std::get_if<CompetingRisksOutcome>(&*cohort.parts().outcome)) {
    row.time = competing->time[at(subject)];
    row.event = competing->cause[at(subject)];
  }
  return row;
}

void add_values(const Prediction& prediction, Index place, report::PredictionRow& row) {
  row.score = prediction.score[at(place)];
  const auto take = [place](const RiskTable& table, std::vector<double>& values) {
    for (Index horizon = 0; horizon < size_of(table.horizon); ++horizon) {
      values.push_back(table.at_horizon(horizon)[at(place)]);
    }
  };
  take(prediction.risk, row.risk);
  if (prediction.lower && prediction.upper) {
    take(*prediction.lower, row.lower);
    take(*prediction.upper, row.upper);
  }
}

} // namespace

void add_predictions(std::span<const ResampleRecord> records,
                     const Cohort& cohort,
                     const ResamplePlan& plan,
                     const std::string& scheme,
                     report::PredictionTable& table) {
  for (const auto& record : records) {
    const auto resample = plan.at_number(record.resample);
    for (Index place = 0; place < size_of(record.subject); ++place) {
      if (record.role[at(place)] != FoldRole::test) {
        continue;
      }
      auto row = subject_row(cohort, record.subject[at(place)]);
      row.learner = record.learner;
      row.scheme = scheme;
      row.repeat = resample.repeat;
      row.fold = resample.fold > 0 ? resample.fold : record.resample + 1;
      add_values(record.prediction, place, row);
      table.rows.push_back(std::move(row));
    }
  }
}

void add_external_predictions(std::span<const ExternalPrediction> predictions,
                              const Cohort& cohort,
                              const std::string& id,
                              report::PredictionTable& table) {
  for (const auto& external : predictions) {
    for (Index subject = 0; subject < cohort.subjects(); ++subject) {
      auto row = subject_row(cohort, subject);
      row.learner = external.learner;
      row.scheme = "external:" + id;
      add_values(external.prediction, subject, row);
      table.rows.push_back(std::move(row));
    }
  }
}

std::vector<report::FoldRow> fold_rows(const Cohort& cohort, const ResamplePlan& plan) {
  std::vector<report::FoldRow> rows;
  for (Index number = 0; number < plan.size(); ++number) {
    const auto resample = plan.at_number(number);
    for (const Index subject : resample.test.support()) {
      rows.push_back({.subject = cohort.subject_ids()[at(subject)],
                      .repeat = resample.repeat,
                      .fold = resample.fold > 0 ? resample.fold : number + 1});
    }
  }
  return rows;
}

namespace {

std::string moment_text(const FeatureInfo& info) {
  return info.known_at ? std::string(name_of(*info.known_at)) : std::string();
}

} // namespace

std::vector<report::SelectedFeatureRow>
selected_feature_rows(std::span<const ResampleRecord> records,
                      std::span<const FinalModel> models,
                      const Cohort& cohort) {
  const auto covariates = cohort.covariates();
  std::map<std::pair<std::string, Index>, double> final_coefficient;
  for (const auto& model : models) {
    for (const auto& feature : model.apparent.selected) {
      final_coefficient[{model.learner, feature.feature}] = feature.coefficient;
    }
  }
  std::vector<report::SelectedFeatureRow> rows;
  for (const auto& row : selection_frequency(records, covariates)) {
    const auto fitted = final_coefficient.find({row.learner, row.column});
    rows.push_back(
        {.learner = row.learner,
         .feature = row.feature,
         .known_at = moment_text(covariates.info(row.column)),
         .frequency = row.frequency,
         .selected = row.selected,
         .fits = row.resamples,
         .coefficient = fitted == final_coefficient.end() ? not_available : fitted->second});
  }
  return rows;
}

std::vector<report::CoefficientRow> coefficient_rows(std::span<const FinalModel> models,
                                                     const Cohort& cohort) {
  const auto covariates = cohort.covariates();
  std::vector<report::CoefficientRow> rows;
  for (const auto& model : models) {
    const Record record = model.model.record();
    std::map<std::string, double> errors;
    if (record.has("se") && record.has("features")) {
      const auto& names = record.texts("features");
      const auto& values = record.numbers("se");
      for (std::size_t place = 0; place < std::min(names.size(), values.size()); ++place) {
        errors[names[place]] = values[place];
      }
    }
    for (const auto& feature : model.apparent.selected) {
      const auto& column = covariates.info(feature.feature).name;
      const auto name = model.model.cuts() ? model.model.cuts()->name_of(column) : column;
      const auto se = errors.find(name);
      rows.push_back({.learner = model.learner,
                      .feature = name,
                      .coefficient = feature.coefficient,
                      .se = se == errors.end() ? not_available : se->second});
    }
  }
  return rows;
}

std::vector<report::HazardTestRow> hazard_rows(std::span<const FinalModel> models) {
  std::vector<report::HazardTestRow> rows;
  for (const auto& model : models) {
    const auto told = model.model.diagnostics();
    if (!told) {
      continue;
    }
    for (const HazardTest& test : told->proportional_hazards) {
      rows.push_back({.learner = model.learner,
                      .feature = test.feature,
                      .chi_square = test.chi_square,
                      .degrees_of_freedom = test.degrees_of_freedom,
                      .p = test.p,
                      .undefined_because = test.undefined_because});
    }
  }
  return rows;
}

namespace {

/// The smooth curve as at most a hundred points in ascending order of the predicted risk.
void add_curve(const measure::CalibrationCurve& curve, report::CalibrationSummary& summary) {
  std::vector<Index> order(curve.predicted.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index left, Index right) {
    return std::pair{curve.predicted[at(left)], left} <
           std::pair{curve.predicted[at(right)], right};
  });
  constexpr Index points = 100;
  Index last = no_index;
  for (Index point = 0; point < points && !order.empty(); ++point) {
    const Index place = order[at(point * (size_of(order) - 1) / (points - 1))];
    if (place != last) {
      summary.curve_predicted.push_back(curve.predicted[at(place)]);
      summary.curve_observed.push_back(curve.observed[at(place)]);
      summary.curve_lower.push_back(not_available);
      summary.curve_upper.push_back(not_available);
      last = place;
    }
  }
}

void add_histogram(std::span<const double> risks,
                   const CaseWeights& weights,
                   report::CalibrationSummary& summary) {
  constexpr Index bins = 40;
  summary.bin_subjects.assign(at(bins), 0);
  for (Index bin = 0; bin < bins; ++bin) {
    summary.bin_start.push_back(static_cast<double>(bin) / static_cast<double>(bins));
    summary.bin_end.push_back(static_cast<double>(bin + 1) / static_cast<double>(bins));
  }
  for (const Index subject : weights.support()) {
    const double risk = risks[at(subject)];
    if (std::isfinite(risk)) {
      const auto bin = static_cast<Index>(risk * static_cast<double>(bins));
      ++summary.bin_subjects[at(std::clamp<Index>(bin, 0, bins - 1))];
    }
  }
}

} // namespace

report::CalibrationSummary calibration_summary(const measure::Evaluation& evaluation,
                                               const std::string& learner,
                                               const std::string& resampling) {
  report::CalibrationSummary summary{
      .learner = learner, .resampling = resampling, .horizon = evaluation.horizon};
  for (const auto& group : measure::calibration_groups(evaluation).groups) {
    summary.groups.push_back({.predicted = group.mean_predicted,
                              .observed = group.observed,
                              .lower = group.lower,
                              .upper = group.upper,
                              .subjects = group.subjects});
  }
  add_curve(measure::calibration_curve(evaluation), summary);
  const Index number = find_horizon(evaluation.prediction.risk, evaluation.horizon);
  if (number != no_index) {
    add_histogram(evaluation.prediction.risk.at_horizon(number), evaluation.weights, summary);
  }
  return summary;
}

std::optional<report::CalibrationSummary> calibration_at(double horizon,
                                                         const Cohort& cohort,
                                                         const Prediction& prediction,
                                                         const std::string& learner,
                                                         const std::string& resampling) {
  const Index number = find_horizon(prediction.risk, horizon);
  if (number == no_index) {
    return std::nullopt;
  }
  const auto risk = prediction.risk.at_horizon(number);
  const auto all = cohort.weights();
  std::vector<std::uint32_t> times(at(cohort.subjects()));
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    times[at(subject)] = risk[at(subject)] == risk[at(subject)] ? all.times(subject) : 0;
  }
  const auto weights = all.with_times(std::move(times));
  const auto& outcome = *cohort.parts().outcome;
  const survival::CensoringWeights censoring(outcome, weights);
  if (weights.support().empty() || !censoring.supports(horizon)) {
    return std::nullopt;
  }
  return calibration_summary({.prediction = prediction,
                              .outcome = outcome,
                              .weights = weights,
                              .centre = {},
                              .censoring = censoring,
                              .horizon = horizon},
                             learner,
                             resampling);
}

Prediction held_out_prediction(std::span<const ResampleRecord> records,
                               const std::string& learner,
                               const ResamplePlan& plan,
                               Index subjects) {
  Prediction all;
  all.score.assign(at(subjects), std::numeric_limits<double>::quiet_NaN());
  const auto copy = [subjects](const RiskTable& from,
                               std::span<const Index> subject,
                               Index place,
                               RiskTable& to) {
    if (to.horizon.empty()) {
      to = undefined_risk(subjects, from.horizon);
    }
    for (Index horizon = 0; horizon < size_of(from.horizon); ++horizon) {
      to.at_horizon(horizon)[at(subject[at(place)])] = from.at_horizon(horizon)[at(place)];
    }
  };
  for (const auto& record : records) {
    if (record.learner != learner || plan.at_number(record.resample).repeat > 1) {
      continue;
    }
    if (record.prediction.lower && record.prediction.upper && !all.lower) {
      all.lower = RiskTable{};
      all.upper = RiskTable{};
    }
    for (Index place = 0; place < size_of(record.subject); ++place) {
      if (record.role[at(place)] != FoldRole::test) {
        continue;
      }
      all.score[at(record.subject[at(place)])] = record.prediction.score[at(place)];
      copy(record.prediction.risk, record.subject, place, all.risk);
      if (record.prediction.lower && record.prediction.upper) {
        copy(*record.prediction.lower, record.subject, place, *all.lower);
        copy(*record.prediction.upper, record.subject, place, *all.upper);
      }
    }
  }
  return all;
}

} // namespace vigil
