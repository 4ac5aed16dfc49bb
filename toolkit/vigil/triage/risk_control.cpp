// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/risk_control.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/survival/beta_product_limits.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/kaplan_meier.hpp"
#include "vigil/survival/single_event.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace vigil::triage {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest_censoring_survival = 0.10;
constexpr double censoring_depends = 0.05; // p below it: censoring is taken to depend on the risk
constexpr double hazard_after_leaving = 2.0;

constexpr const char* exact = "exact";
constexpr const char* beta_product = "beta-product";
constexpr const char* weighted = "weighted";

CaseWeights observed_group(std::span<const Action> decided, const CaseWeights& weights) {
  std::vector<std::uint32_t> times;
  for (Index i = 0; i < weights.subjects(); ++i) {
    times.push_back(decided[at(i)] == Action::observe ? weights.times(i) : 0);
  }
  return weights.with_times(std::move(times));
}

std::string why_undefined(const survival::FollowUp& observed,
                          const CaseWeights& weights,
                          const CaseWeights& group) {
  for (const Index i : weights.support()) {
    if (observed.entry_of(i) > 0.0) {
      return "subjects enter after time 0";
    }
    if (weights.sampling(i) != 1.0 || weights.times(i) != 1) {
      return "the tests count subjects: not defined with weights";
    }
  }
  return group.support().empty() ? "nobody is observed" : "";
}

/// Subjects whose predicted risk is known, with the time to censoring as the event; those who had an event at a time of
/// censoring left before it (ADR 22).
double censoring_p(std::span<const double> risk,
                   const survival::FollowUp& observed,
                   const CaseWeights& weights) {
  std::vector<std::uint32_t> times;
  SurvivalOutcome censoring;
  std::vector<double> known;
  for (Index i = 0; i < weights.subjects(); ++i) {
    const bool present = weights[i] > 0.0 && std::isfinite(risk[at(i)]);
    const bool censored = observed.cause[at(i)] == 0;
    const double time = observed.time[at(i)];
    times.push_back(present ? weights.times(i) : 0);
    censoring.time.push_back(censored ? time : std::nextafter(time, 0.0));
    censoring.event.push_back(censored ? 1 : 0);
    known.push_back(present ? risk[at(i)] : 0.0);
  }
  const survival::CoxLikelihood likelihood(
      censoring, weights.with_times(std::move(times)), {}, {}, survival::Ties::breslow);
  if (likelihood.events() == 0) {
    return nan;
  }
  const auto fit = survival::fit_cox(likelihood, known);
  const bool usable = fit.status != survival::CoxFitStatus::undefined && fit.dropped.empty();
  return usable ? chi_square_upper(fit.score_test, 1.0) : nan;
}

/// G of everybody, by the predicted risk where censoring depends on it.
std::optional<survival::CensoringWeights> censoring(std::span<const double> risk,
                                                    const Outcome& outcome,
                                                    const CaseWeights& weights,
                                                    bool depends) {
  if (!depends) {
    return survival::CensoringWeights(outcome, weights);
  }
  std::vector<std::uint32_t> times;
  survival::CensoringCovariates covariates{.value = {risk.begin(), risk.end()}, .columns = 1};
  for (Index i = 0; i < weights.subjects(); ++i) {
    const bool known = std::isfinite(risk[at(i)]);
    times.push_back(known ? weights.times(i) : 0);
    covariates.value[at(i)] = known ? risk[at(i)] : 0.0;
  }
  try {
    return survival::CensoringWeights(outcome, weights.with_times(std::move(times)), covariates);
  } catch (const InputError&) {
    return std::nullopt; // no finite coefficient
  }
}

RiskTest weighted_test(const std::optional<survival::CensoringWeights>& censoring,
                       const survival::FollowUp& observed,
                       const CaseWeights& group,
                       const RiskControlTarget& target) {
  RiskTest test{.test = weighted};
  if (!censoring) {
    test.undefined_because = "the model of censoring has no finite coefficient";
    return test;
  }
  double smallest = 1.0, total = 0.0;
  for (const Index i : group.support()) {
    smallest = std::min(smallest, censoring->survival_before(i, target.horizon));
    if (observed.cause[at(i)] == 1 && observed.time[at(i)] <= target.horizon) {
      total += 1.0 / censoring->survival_before(i, observed.time[at(i)]);
    }
  }
  if (smallest < smallest_censoring_survival) {
    test.undefined_because = "censoring survival " + fixed_text(smallest, 3) + " is below " +
                             number_text(smallest_censoring_survival);
    return test;
  }
  const Index subjects = size_of(group.support());
  test.risk = total / static_cast<double>(subjects);
  const double mean = std::min(1.0, test.risk * smallest);
  test.p = hoeffding_bentkus_p(mean, subjects, target.alpha * smallest);
  return test;
}

std::string p_text(double p) {
  return p < 0.0001 ? "below 0.0001" : fixed_text(p, 4);
}

std::string verdict_of(const RiskControl& control) {
  const auto found =
      std::find_if(control.tests.begin(), control.tests.end(), [&](const RiskTest& test) {
        return test.test == control.decided_by;
      });
  const std::string claim = "a risk above " + number_text(control.alpha) + " by " +
                            number_text(control.horizon) + " in the observed group";
  const RiskTest& test = found == control.tests.end() ? control.tests.front() : *found;
  if (!test.undefined_because.empty()) {
    return claim + " is not tested: " + test.undefined_because;
  }
  const std::string by = " at level " + number_text(control.delta) + " (" + test.test +
                         " test, p " + p_text(test.p) + ")";
  if (!test.passes) {
    return claim + " is not rejected" + by;
  }
  return claim + " is rejected" + by +
         (control.controlled
              ? ""
              : ", but not if those who left had twice the hazard of those who stayed");
}

/// The three tests of a group that can be tested.
std::vector<RiskTest> tests_of(const RiskControl& control,
                               const Outcome& outcome,
                               const CaseWeights& group,
                               const std::optional<survival::CensoringWeights>& censoring,
                               const RiskControlTarget& target) {
  const Index counted = control.events + control.left_before;
  std::vector<RiskTest> tests{
      {.test = exact,
       .risk = static_cast<double>(counted) / static_cast<double>(control.subjects),
       .p = exact_binomial_p(counted, control.subjects, target.alpha)}};
  const SurvivalOutcome events = survival::only_cause(outcome, 1);
  tests.push_back({.test = beta_product,
                   .risk = 1.0 - survival::kaplan_meier(events, group).survival(target.horizon),
                   .p = survival::beta_product_p(events, group, target.horizon, target.alpha)});
  tests.push_back(weighted_test(censoring, survival::follow_up(outcome), group, target));
  for (RiskTest& test : tests) {
    test.passes = test.p <= target.delta;
  }
  return tests;
}

} // namespace

double tipping_point(double survival, double left_share, double alpha) {
  VIGIL_EXPECTS(survival > 0.0 && survival <= 1.0 && left_share >= 0.0 && left_share <= 1.0);
  constexpr double never = std::numeric_limits<double>::infinity();
  if (1.0 - survival > alpha) {
    return nan;
  }
  const double left_survive = (1.0 - alpha) - (1.0 - left_share) * survival;
  if (left_share == 0.0 || survival == 1.0 || left_survive <= 0.0) {
    return never;
  }
  return std::log(left_survive / left_share) / std::log(survival);
}

RiskControl risk_control(std::span<const Action> decided,
                         std::span<const double> predicted_risk,
                         const Outcome& outcome,
                         const CaseWeights& weights,
                         const RiskControlTarget& target) {
  VIGIL_EXPECTS(size_of(decided) == weights.subjects() && predicted_risk.size() == decided.size());
  const auto observed = survival::follow_up(outcome);
  const CaseWeights group = observed_group(decided, weights);
  RiskControl control{.horizon = target.horizon, .alpha = target.alpha, .delta = target.delta};
  control.subjects = size_of(group.support());
  for (const Index i : group.support()) {
    const bool by = observed.time[at(i)] <= target.horizon;
    control.events += by && observed.cause[at(i)] == 1 ? 1 : 0;
    control.left_before += by && observed.cause[at(i)] == 0 ? 1 : 0;
  }
  const std::string undefined = why_undefined(observed, weights, group);
  if (!undefined.empty()) {
    for (const char* name : {exact, beta_product, weighted}) {
      control.tests.push_back({.test = name, .undefined_because = undefined});
    }
    control.verdict = verdict_of(control);
    return control;
  }
  control.censoring_p = censoring_p(predicted_risk, observed, weights);
  const bool depends = control.censoring_p < censoring_depends;
  control.tests = tests_of(
      control, outcome, group, censoring(predicted_risk, outcome, weights, depends), target);
  const auto limits = survival::beta_product_limits(
      survival::only_cause(outcome, 1), group, target.horizon, 1.0 - target.delta);
  if (limits.risk_upper < 1.0) {
    const double left =
        static_cast<double>(control.left_before) / static_cast<double>(control.subjects);
    control.tipping_point = tipping_point(1.0 - limits.risk_upper, left, target.alpha);
  }
  control.decided_by = depends ? weighted : beta_product;
  control.controlled =
      depends ? control.tests[2].passes
              : control.tests[1].passes && control.tipping_point > hazard_after_leaving;
  control.verdict = verdict_of(control);
  return control;
}

} // namespace vigil::triage
