// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_triage.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/input_values.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/log_rank.hpp"
#include "vigil/triage/audit.hpp"
#include "vigil/triage/guards.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil {

namespace {

constexpr const char* where_harms = "[triage] harms";

/// What happened to a subject by the horizon.
report::HorizonOutcome outcome_by(const Outcome& outcome, Index subject, double horizon) {
  const auto judge = [horizon](double time, bool event) {
    if (time <= horizon && event) {
      return report::HorizonOutcome::event;
    }
    return time > horizon ? report::HorizonOutcome::no_event : report::HorizonOutcome::unknown;
  };
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return judge(survival->time[at(subject)], survival->event[at(subject)] != 0);
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    const auto cause = competing->cause[at(subject)];
    const auto judged = judge(competing->time[at(subject)], cause == 1);
    const bool other = competing->time[at(subject)] <= horizon && cause > 1;
    return other ? report::HorizonOutcome::no_event : judged;
  }
  return report::HorizonOutcome::unknown;
}

/// Weights of the subjects with one action.
CaseWeights
weights_of(const CaseWeights& all, std::span<const triage::Action> decided, triage::Action action) {
  std::vector<std::uint32_t> times(at(all.subjects()));
  for (Index subject = 0; subject < all.subjects(); ++subject) {
    times[at(subject)] = decided[at(subject)] == action ? all.times(subject) : 0;
  }
  return all.with_times(std::move(times));
}

std::vector<double> axis_times(double horizon, double last_time) {
  std::vector<double> times;
  const double step = horizon / 5.0;
  for (Index number = 0; static_cast<double>(number) * step <= std::min(last_time, 1.5 * horizon);
       ++number) {
    times.push_back(static_cast<double>(number) * step);
  }
  return times;
}

report::ActionCurve action_curve(const Outcome& outcome,
                                 const CaseWeights& weights,
                                 triage::Action action,
                                 std::span<const double> risk_times) {
  const auto curve = survival::kaplan_meier(outcome, weights);
  report::ActionCurve result{.action = action, .last_time = curve.last_time};
  result.time = curve.survival.time;
  result.survival = curve.survival.value;
  for (const double time : result.time) {
    const auto estimate = survival::survival_at(curve, time);
    result.lower.push_back(estimate.lower);
    result.upper.push_back(estimate.upper);
  }
  const auto* survival_outcome = std::get_if<SurvivalOutcome>(&outcome);
  for (const Index subject : weights.support()) {
    if (survival_outcome != nullptr && survival_outcome->event[at(subject)] == 0) {
      result.censored.push_back(survival_outcome->time[at(subject)]);
    }
  }
  std::sort(result.censored.begin(), result.censored.end());
  for (const double at_risk : survival::numbers_at_risk(outcome, weights, risk_times)) {
    result.at_risk.push_back(static_cast<Index>(std::llround(at_risk)));
  }
  return result;
}

/// R01 for a stored model, which knows how far the follow-up of its subjects reaches.
void check_horizon(double horizon, const Record& model) {
  const double largest = model.number("largest_supported_horizon");
  if (horizon > largest) {
    throw ConfigError({.where = "horizon " + number_text(horizon),
                       .found = "the follow-up of the model's training subjects supports times up "
                                "to " +
                                number_text(largest),
                       .expected = "a horizon that the follow-up supports",
                       .remedy = "name an earlier horizon",
                       .problem = "R01: the follow-up does not support this horizon"});
  }
}

/// Curves, audit and log-rank test of the groups.
void add_outcomes(const Cohort& cohort,
                  std::span<const triage::Action> decided,
                  report::TriageSummary& summary) {
  const auto& outcome = *cohort.parts().outcome;
  const auto weights = cohort.weights();
  summary.zones = triage::audit(decided, outcome, weights, summary.horizon);
  std::vector<Index> group;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    summary.outcomes.push_back(outcome_by(outcome, subject, summary.horizon));
    group.push_back(static_cast<Index>(decided[at(subject)]));
  }
  summary.log_rank_p = survival::log_rank(outcome, weights, group).p;
  summary.risk_times =
      axis_times(summary.horizon, survival::kaplan_meier(outcome, weights).last_time);
  for (const auto action : report::all_actions) {
    const auto members = weights_of(weights, decided, action);
    if (!members.support().empty()) {
      summary.curves.push_back(action_curve(outcome, members, action, summary.risk_times));
    }
  }
}

/// Counts and shares alone, for a cohort without an outcome.
void add_shares(std::span<const triage::Action> decided, report::TriageSummary& summary) {
  for (const auto action : report::all_actions) {
    const auto members = std::count(decided.begin(), decided.end(), action);
    summary.zones.push_back(
        {.action = action,
         .subjects = members,
         .share = static_cast<double>(members) / static_cast<double>(decided.size()),
         .undefined_because = "the cohort has no outcome"});
  }
}

/// What a test of this cohort says, and of whom it does not speak.
std::string guarantee_words(const triage::RiskControl& control) {
  std::string verdict = control.verdict;
  if (!verdict.empty() && verdict.front() == 'a') {
    verdict.front() = 'A';
  }
  return verdict +
         ". This speaks of the group that this frozen rule observes among subjects who are as "
         "those of this cohort and in such care: not of one patient, of patients who are "
         "treated today, or of another hospital.";
}

} // namespace

void add_risk_control(const TriageSettings& settings,
                      const Cohort& cohort,
                      report::TriageSummary& summary) {
  if (!cohort.has_outcome()) {
    return;
  }
  std::vector<triage::Action> decided;
  std::vector<double> risk;
  for (const auto& row : summary.rows) {
    decided.push_back(row.action);
    risk.push_back(row.risk);
  }
  auto control = triage::risk_control(
      decided,
      risk,
      *cohort.parts().outcome,
      cohort.weights(),
      {.horizon = settings.horizon, .alpha = settings.alpha_observe, .delta = settings.delta});
  control.sample_sizes = triage::risk_control_sample_sizes(settings.alpha_observe, settings.delta);
  summary.guarantee = guarantee_words(control);
  summary.risk_control = std::move(control);
}

void check_decision_time(const TriageSettings& settings,
                         const Cohort& cohort,
                         const ColumnSelection& columns) {
  const auto covariates = cohort.covariates();
  std::vector<FeatureInfo> seen;
  for (const Index column : selected_columns(covariates, columns)) {
    seen.push_back(covariates.info(column));
  }
  triage::check_known_at(seen, settings.decide_at);
}

TriageBasis triage_basis(const TriageSettings& settings, const Record& model) {
  const auto& harms = *settings.harms;
  triage::check_harms(harms, where_harms);
  triage::check_alpha_observe(settings.alpha_observe, harms, "[triage] alpha_observe");
  if (model.has("cause_of_interest") && model.count("cause_of_interest") != 1) {
    throw ConfigError({.where = "the model",
                       .found = "risks of cause " + number_text(model.count("cause_of_interest")),
                       .expected = "risks of cause 1, which triage decides on and audits",
                       .remedy = "give that cause the number 1 and fit again",
                       .problem = "cannot triage by this model"});
  }
  triage::require_events(model.count("events"), "the model's training subjects");
  check_horizon(settings.horizon, model);
  TriageBasis basis;
  const auto& names = model.texts("features");
  const auto& lower = model.numbers("training_lower");
  const auto& upper = model.numbers("training_upper");
  for (std::size_t input = 0; input < names.size(); ++input) {
    basis.ranges.push_back(
        {.name = names[input], .lower = lower.at(input), .upper = upper.at(input)});
  }
  basis.levels = input_levels(model, names.size());
  basis.corrections = Corrections::from_record(model);
  const survival::StepFunction highest_risk{.before = 0.0,
                                            .time = model.numbers("risk_time"),
                                            .value = model.numbers("training_risk_95")};
  const std::vector<double> percentile{highest_risk(settings.horizon)};
  const std::vector<double> weight{1.0};
  basis.rule = triage::make_rule(harms,
                                 {.horizon = settings.horizon,
                                  .high_risk = settings.high_risk,
                                  .needs_interval = settings.use_interval},
                                 percentile,
                                 weight);
  return basis;
}

std::vector<triage::TornadoRow> zone_tornado(const TriageSettings& settings,
                                             std::span<const double> risk,
                                             const CaseWeights& weights) {
  return triage::tornado(*settings.harms, risk, {}, weights);
}

report::TriageSummary triage_cohort(const TriageSettings& settings,
                                    const TriageBasis& basis,
                                    const Cohort& cohort,
                                    const Prediction& prediction,
                                    Scheduler& scheduler) {
  const auto covariates = cohort.covariates();
  std::vector<std::string> inputs;
  for (const auto& range : basis.ranges) {
    inputs.push_back(range.name);
  }
  const auto values =
      basis.corrections.apply(covariates, scheduler, [&](const Covariates& corrected) {
        return input_values(corrected, inputs, basis.levels, scheduler);
      });
  report::TriageSummary summary{.learner = settings.learner,
                                .decide_at = std::string(name_of(settings.decide_at)),
                                .horizon = settings.horizon,
                                .all_treated = settings.all_treated,
                                .labels = settings.action_labels,
                                .harms = *settings.harms};
  summary.rows = triage::apply_rule(basis.rule,
                                    {.subject_ids = cohort.subject_ids(),
                                     .observed = prediction,
                                     .inputs = basis.ranges,
                                     .input_values = values});
  summary.on_reduction = basis.rule.thresholds;
  summary.on_risk = triage::on_risk(basis.rule.thresholds, settings.harms->residual_risk_ratio);
  summary.guarantee =
      "Risk control of the observed group is tested only in a cohort that took no part in making "
      "the "
      "rule: the observed group's risk is an estimate in these data, not a guarantee for the next "
      "patient or another hospital.";
  std::vector<triage::Action> decided;
  for (const auto& row : summary.rows) {
    decided.push_back(row.action);
  }
  if (cohort.has_outcome()) {
    add_outcomes(cohort, decided, summary);
  } else {
    add_shares(decided, summary);
  }
  return summary;
}

} // namespace vigil
