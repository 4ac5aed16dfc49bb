// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/scoring.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/survival/aalen_johansen.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil {

namespace {

bool has_time(const Outcome& outcome) {
  return std::holds_alternative<SurvivalOutcome>(outcome) ||
         std::holds_alternative<CompetingRisksOutcome>(outcome);
}

double time_of(const Outcome& outcome, Index subject) {
  const auto* survival = std::get_if<SurvivalOutcome>(&outcome);
  return survival != nullptr ? survival->time[at(subject)]
                             : std::get<CompetingRisksOutcome>(outcome).time[at(subject)];
}

bool has_event(const Outcome& outcome, Index subject, int cause) {
  const auto* survival = std::get_if<SurvivalOutcome>(&outcome);
  if (survival != nullptr) {
    return survival->event[at(subject)] != 0;
  }
  return std::get<CompetingRisksOutcome>(outcome).cause[at(subject)] == cause;
}

double events_by(const EvaluationSample& sample, double horizon) {
  double total = 0.0;
  for (const Index subject : sample.weights.support()) {
    if (event_by(sample, subject, horizon)) {
      total += sample.weights[subject];
    }
  }
  return total;
}

double cases_times_controls(const EvaluationSample& sample, double horizon) {
  if (!sample.censoring->supports(horizon)) {
    return 0.0;
  }
  const std::vector<double> inverse = sample.censoring->weights_at(horizon);
  double cases = 0.0, controls = 0.0;
  for (const Index subject : sample.weights.support()) {
    const double weight = sample.weights[subject] * inverse[at(subject)];
    if (time_of(*sample.outcome, subject) > horizon) {
      controls += weight;
    } else if (has_event(*sample.outcome, subject, sample.cause)) {
      cases += weight;
    }
  }
  return cases * controls;
}

void scatter_table(const RiskTable& from, std::span<const Index> subjects, RiskTable& into) {
  for (Index h = 0; h < size_of(from.horizon); ++h) {
    const auto source = from.at_horizon(h);
    const auto target = into.at_horizon(h);
    for (Index row = 0; row < size_of(subjects); ++row) {
      target[at(subjects[at(row)])] = source[at(row)];
    }
  }
}

} // namespace

std::vector<MeasureCell> measure_cells(const SummaryOptions& options) {
  std::vector<MeasureCell> cells;
  for (const measure::Entry* entry : options.measures) {
    const Index horizons = entry->needs_horizon ? size_of(options.horizons) : 1;
    const Index thresholds = entry->needs_threshold ? size_of(options.thresholds) : 1;
    for (Index h = 0; h < horizons; ++h) {
      for (Index t = 0; t < thresholds; ++t) {
        MeasureCell cell{.entry = entry, .horizon = options.tau};
        if (entry->needs_horizon) {
          cell.horizon = options.horizons[at(h)];
          cell.horizon_number = h;
        }
        if (entry->needs_threshold) {
          cell.threshold = options.thresholds[at(t)];
        }
        cells.push_back(cell);
      }
    }
  }
  return cells;
}

namespace {

survival::CensoringWeights censoring_of(const Outcome& outcome,
                                        const CaseWeights& weights,
                                        const survival::CensoringCovariates& covariates) {
  if (covariates.columns == 0) {
    return {outcome, weights};
  }
  try {
    return {outcome, weights, covariates};
  } catch (const InputError& error) {
    return survival::CensoringWeights::without_model(
        outcome, weights, "the model of censoring: " + error.fault().found);
  }
}

} // namespace

EvaluationSample own_sample(const Outcome& outcome,
                            const CaseWeights& weights,
                            int cause,
                            const survival::CensoringCovariates& covariates) {
  return {.outcome = &outcome,
          .weights = weights,
          .censoring = std::make_shared<const survival::CensoringWeights>(
              censoring_of(outcome, weights, covariates)),
          .cause = cause};
}

bool event_by(const EvaluationSample& sample, Index subject, double horizon) {
  return has_event(*sample.outcome, subject, sample.cause) &&
         time_of(*sample.outcome, subject) <= horizon;
}

measure::Estimate
evaluate(const EvaluationSample& sample, const MeasureCell& cell, const Judged& judged) {
  const bool with_null = cell.horizon_number != no_index && !judged.null_risk.empty();
  const measure::NullRisk null{with_null ? judged.null_risk[at(cell.horizon_number)] : 0.0};
  return cell.entry->evaluate({.prediction = judged.prediction,
                               .outcome = *sample.outcome,
                               .weights = sample.weights,
                               .centre = judged.within_centre,
                               .censoring = *sample.censoring,
                               .horizon = cell.horizon,
                               .threshold = cell.threshold,
                               .cause = sample.cause,
                               .null = with_null ? &null : nullptr});
}

double
fold_weight(const EvaluationSample& sample, const MeasureCell& cell, const Prediction& prediction) {
  switch (cell.entry->fold_weight) {
  case measure::FoldWeight::subjects:
    return sample.weights.total();
  case measure::FoldWeight::pairs:
    return measure::concordance({.prediction = prediction,
                                 .outcome = *sample.outcome,
                                 .weights = sample.weights,
                                 .centre = {},
                                 .censoring = *sample.censoring,
                                 .horizon = cell.horizon,
                                 .cause = sample.cause})
        .pairs.comparable();
  case measure::FoldWeight::cases_by_controls:
    return cases_times_controls(sample, cell.horizon);
  case measure::FoldWeight::events:
    break;
  }
  return events_by(sample, cell.horizon);
}

Prediction empty_prediction(Index subjects, const RiskTable& like) {
  return {.score = std::vector<double>(at(subjects), not_available),
          .risk = undefined_risk(subjects, like.horizon),
          .lower = {},
          .upper = {},
          .curves = {}};
}

void scatter(const ResampleRecord& record, Prediction& full) {
  for (Index row = 0; row < size_of(record.subject); ++row) {
    full.score[at(record.subject[at(row)])] = record.prediction.score[at(row)];
  }
  scatter_table(record.prediction.risk, record.subject, full.risk);
  if (record.prediction.curves) {
    if (!full.curves) {
      full.curves = undefined_risk(size_of(full.score), record.prediction.curves->horizon);
    }
    if (full.curves->horizon == record.prediction.curves->horizon) {
      scatter_table(*record.prediction.curves, record.subject, *full.curves);
    }
  }
}

Prediction scattered(const ResampleRecord& record, Index subjects) {
  Prediction full = empty_prediction(subjects, record.prediction.risk);
  scatter(record, full);
  return full;
}

Counts counts_of(const Outcome& outcome, const CaseWeights& weights, int cause) {
  Counts counts;
  for (const Index subject : weights.support()) {
    ++counts.subjects;
    counts.events += has_event(outcome, subject, cause) ? 1 : 0;
  }
  return counts;
}

std::vector<LearnerRecords> by_learner(const ValidationResults& results) {
  std::vector<LearnerRecords> learners;
  const auto of = [&](const std::string& name) -> LearnerRecords& {
    const auto known = std::find_if(
        learners.begin(), learners.end(), [&](const auto& one) { return one.learner == name; });
    if (known != learners.end()) {
      return *known;
    }
    learners.push_back(
        {.learner = name,
         .by_resample = std::vector<const ResampleRecord*>(at(results.plan.size()), nullptr)});
    return learners.back();
  };
  for (const ResampleRecord& record : results.apparent) {
    of(record.learner).apparent = &record;
  }
  for (const ResampleRecord& record : results.records) {
    VIGIL_EXPECTS(record.resample >= 0 && record.resample < results.plan.size());
    of(record.learner).by_resample[at(record.resample)] = &record;
  }
  return learners;
}

Index reference_number(std::span<const std::string> learners, const SummaryOptions& options) {
  if (options.reference.empty()) {
    return 0;
  }
  const auto place = std::find(learners.begin(), learners.end(), options.reference);
  if (place == learners.end()) {
    throw ConfigError({.where = "reference learner of comparisons",
                       .found = quoted(options.reference),
                       .expected = "one of the learners",
                       .remedy = suggestion(options.reference, learners),
                       .problem = "unknown learner"});
  }
  return place - learners.begin();
}

double horizon_of(const MeasureCell& cell) {
  return std::isfinite(cell.horizon) ? cell.horizon : not_available;
}

PerformanceRow performance_row(const std::string& learner,
                               const MeasureCell& cell,
                               const SummaryOptions& options) {
  return {.learner = learner,
          .measure = std::string(cell.entry->name),
          .horizon = horizon_of(cell),
          .threshold = cell.threshold,
          .cause = options.cause,
          .resampling = options.resampling,
          .level = options.level};
}

void Reasons::add(const std::string& because) {
  const auto known = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& reason) {
    return reason.first == because;
  });
  if (known != reasons_.end()) {
    ++known->second;
  } else {
    reasons_.emplace_back(because, 1);
  }
}

Index Reasons::count() const noexcept {
  Index total = 0;
  for (const auto& reason : reasons_) {
    total += reason.second;
  }
  return total;
}

std::string Reasons::text() const {
  std::vector<std::string> parts;
  for (const auto& reason : reasons_) {
    parts.push_back(reason.first + " (" + number_text(reason.second) + ")");
  }
  return join(parts, "; ");
}

std::vector<double> null_risks(const Outcome& outcome,
                               const CaseWeights& weights,
                               std::span<const double> horizons,
                               int cause) {
  std::vector<double> risks;
  if (has_time(outcome) && !horizons.empty()) {
    const auto curves = survival::aalen_johansen(outcome, weights);
    for (const double horizon : horizons) {
      risks.push_back(curves.incidence[at(cause - 1)](horizon));
    }
  }
  return risks;
}

} // namespace vigil
