// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/evaluation_rows.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace vigil::measure {

namespace {

const std::vector<double>* entries_of(const Outcome& outcome) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return &survival->entry;
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    return &competing->entry;
  }
  return nullptr;
}

Ending ending_of(const Outcome& outcome, Index subject, int cause) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return survival->event[at(subject)] != 0 ? Ending::event : Ending::censored;
  }
  const int happened = std::get<CompetingRisksOutcome>(outcome).cause[at(subject)];
  if (happened == 0) {
    return Ending::censored;
  }
  return happened == cause ? Ending::event : Ending::competing;
}

double time_of(const Outcome& outcome, Index subject) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return survival->time[at(subject)];
  }
  return std::get<CompetingRisksOutcome>(outcome).time[at(subject)];
}

Column checked_column(const EvaluationRows& rows,
                      std::span<const double> per_subject,
                      const std::string& what) {
  Column column{.value = gather(rows, per_subject)};
  const auto missing = static_cast<Index>(std::count_if(
      column.value.begin(), column.value.end(), [](double value) { return std::isnan(value); }));
  if (missing > 0) {
    column.problem =
        number_text(missing) + " of " + number_text(rows.rows()) + " subjects have no " + what;
  }
  return column;
}

/// Number of distinct times of the subject's stratum before its own; searched for only where the censoring weights
/// were estimated without the subject.
Index place_in_time(const survival::CensoringWeights& censoring, Index subject, double time) {
  const Index known = censoring.place_of(subject);
  if (known != no_index) {
    return known;
  }
  const auto times = censoring.distinct_times(censoring.stratum_of(subject));
  return std::lower_bound(times.begin(), times.end(), time) - times.begin();
}

} // namespace

EvaluationRows evaluation_rows(const Evaluation& evaluation) {
  EvaluationRows rows;
  const auto* entries = entries_of(evaluation.outcome);
  if (entries == nullptr) {
    rows.problem = "the outcome is no time to event";
    return rows;
  }
  VIGIL_EXPECTS(subjects_of(evaluation.outcome) == evaluation.weights.subjects());
  for (const Index subject : evaluation.weights.support()) {
    if (!entries->empty() && (*entries)[at(subject)] > 0.0) {
      rows.problem = "subjects enter after time zero, which this measure does not handle";
    }
    rows.subject.push_back(subject);
    rows.time.push_back(time_of(evaluation.outcome, subject));
    rows.ending.push_back(ending_of(evaluation.outcome, subject, evaluation.cause));
    rows.weight.push_back(evaluation.weights[subject]);
    rows.total += rows.weight.back();
  }
  if (rows.subject.empty()) {
    rows.problem = "no subjects";
  }
  return rows;
}

Evaluation part_of(const Evaluation& whole,
                   const CaseWeights& weights,
                   const survival::CensoringWeights& censoring) {
  return {.prediction = whole.prediction,
          .outcome = whole.outcome,
          .weights = weights,
          .centre = whole.centre,
          .censoring = censoring,
          .horizon = whole.horizon,
          .threshold = whole.threshold,
          .cause = whole.cause,
          .null = nullptr,
          .own_risk = whole.own_risk};
}

std::vector<double> gather(const EvaluationRows& rows, std::span<const double> per_subject) {
  std::vector<double> values;
  values.reserve(rows.subject.size());
  for (const Index subject : rows.subject) {
    values.push_back(per_subject[at(subject)]);
  }
  return values;
}

Column score_column(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (evaluation.prediction.score.empty()) {
    return {.value = {}, .problem = "the prediction has no score"};
  }
  VIGIL_EXPECTS(size_of(evaluation.prediction.score) == evaluation.weights.subjects());
  return checked_column(rows, evaluation.prediction.score, "score");
}

Column risk_column(const Evaluation& evaluation, const EvaluationRows& rows) {
  const RiskTable& risk = evaluation.prediction.risk;
  const Index number = find_horizon(risk, evaluation.horizon);
  if (number == no_index) {
    return {.value = {}, .problem = "no predicted risk at this horizon"};
  }
  VIGIL_EXPECTS(risk.subjects() == evaluation.weights.subjects());
  return checked_column(rows, risk.at_horizon(number), "predicted risk at this horizon");
}

std::string censoring_problem(const Evaluation& evaluation, const EvaluationRows& rows) {
  VIGIL_EXPECTS(evaluation.censoring.subjects() == evaluation.weights.subjects());
  if (!evaluation.censoring.unusable_because().empty()) {
    return evaluation.censoring.unusable_because();
  }
  for (const Index subject : rows.subject) {
    if (evaluation.censoring.place_of(subject) == no_index) {
      return "a subject belongs to no stratum of the censoring weights";
    }
  }
  return {};
}

std::vector<double> log_cumulative_hazard(std::span<const double> risk, double subjects) {
  const double edge = 0.5 / subjects;
  std::vector<double> x;
  for (const double value : risk) {
    x.push_back(std::log(-std::log1p(-std::clamp(value, edge, 1.0 - edge))));
  }
  return x;
}

Column censoring_weight_column(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (!std::isfinite(evaluation.horizon)) {
    return {.value = {}, .problem = "needs a horizon"};
  }
  if (std::string problem = censoring_problem(evaluation, rows); !problem.empty()) {
    return {.value = {}, .problem = std::move(problem)};
  }
  if (!evaluation.censoring.supports(evaluation.horizon)) {
    return {.value = {},
            .problem = "horizon not supported: everybody still at risk is censored before it"};
  }
  return {.value = gather(rows, evaluation.censoring.weights_at(evaluation.horizon))};
}

void add_censoring_term(const Evaluation& evaluation,
                        const EvaluationRows& rows,
                        std::span<const double> carried,
                        double horizon,
                        std::vector<double>& gradient) {
  const survival::CensoringWeights& censoring = evaluation.censoring;
  std::vector<double> by_factor;
  by_factor.reserve(rows.time.size() * at(censoring.carried_factors()));
  for (Index factor = 0; factor < censoring.carried_factors(); ++factor) {
    for (Index row = 0; row < rows.rows(); ++row) {
      by_factor.push_back(rows.weight[at(row)] * carried[at(row)] *
                          censoring.carried_factor(rows.subject[at(row)], factor));
    }
  }
  add_censoring_term_by_factor(evaluation, rows, by_factor, horizon, gradient);
}

void add_censoring_term_by_factor(const Evaluation& evaluation,
                                  const EvaluationRows& rows,
                                  std::span<const double> carried,
                                  double horizon,
                                  std::vector<double>& gradient) {
  const survival::CensoringWeights& censoring = evaluation.censoring;
  std::vector<std::vector<double>> carried_beyond(at(censoring.strata()));
  for (Index stratum = 0; stratum < censoring.strata(); ++stratum) {
    carried_beyond[at(stratum)].assign(
        censoring.distinct_times(stratum).size() * at(censoring.carried_factors()), 0.0);
  }
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    // T_j > u holds for the distinct times before T_j: put the value just before T_j, sum backwards below.
    const Index place = place_in_time(censoring, subject, rows.time[at(row)]);
    const Index stratum = censoring.stratum_of(subject);
    const Index times = size_of(censoring.distinct_times(stratum));
    for (Index factor = 0; factor < censoring.carried_factors() && place > 0; ++factor) {
      carried_beyond[at(stratum)][at(factor * times + place - 1)] +=
          carried[at(factor * rows.rows() + row)] / rows.total;
    }
  }
  for (Index stratum = 0; stratum < censoring.strata(); ++stratum) {
    const Index times = size_of(censoring.distinct_times(stratum));
    for (Index factor = 0; factor < censoring.carried_factors(); ++factor) {
      const auto values =
          std::span<double>(carried_beyond[at(stratum)]).subspan(at(factor * times), at(times));
      for (Index k = times - 2; k >= 0; --k) {
        values[at(k)] += values[at(k + 1)];
      }
    }
  }
  const auto term = censoring.martingale_term(carried_beyond, horizon);
  for (Index row = 0; row < rows.rows(); ++row) {
    gradient[at(row)] += term[at(rows.subject[at(row)])];
  }
}

double times_drawn(const Evaluation& evaluation, const EvaluationRows& rows) {
  double times = 0.0;
  for (const Index subject : rows.subject) {
    times += static_cast<double>(evaluation.weights.times(subject));
  }
  return times;
}

std::vector<double> influence_from(const Evaluation& evaluation,
                                   const EvaluationRows& rows,
                                   std::span<const double> gradient) {
  const double times = times_drawn(evaluation, rows);
  std::vector<double> influence(at(evaluation.weights.subjects()), 0.0);
  for (Index row = 0; row < rows.rows(); ++row) {
    const Index subject = rows.subject[at(row)];
    influence[at(subject)] =
        times * evaluation.weights.sampling(subject) * gradient[at(row)] / rows.total;
  }
  return influence;
}

WeightedMean censoring_weighted_mean(const Evaluation& evaluation,
                                     const EvaluationRows& rows,
                                     std::span<const double> censoring_weight,
                                     std::span<const double> loss) {
  WeightedMean mean;
  std::vector<double> carried(loss.size());
  for (Index row = 0; row < rows.rows(); ++row) {
    carried[at(row)] = censoring_weight[at(row)] * loss[at(row)];
    mean.value += rows.weight[at(row)] * carried[at(row)];
  }
  mean.value /= rows.total;
  mean.gradient.resize(carried.size());
  for (Index row = 0; row < rows.rows(); ++row) {
    mean.gradient[at(row)] = carried[at(row)] - mean.value;
  }
  add_censoring_term(evaluation, rows, carried, evaluation.horizon, mean.gradient);
  return mean;
}

} // namespace vigil::measure
