// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/convention.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/convention_rules.hpp"
#include "vigil/measure/evaluation_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace vigil::measure {

namespace {

/// G of censoring where everybody with T_j >= u may be censored at u, also those with an event there.
survival::StepFunction naive_censoring_survival(const Evaluation& evaluation) {
  const auto sets =
      survival::risk_sets(survival::follow_up(evaluation.outcome), evaluation.weights);
  survival::StepFunction survival{.before = 1.0, .time = {}, .value = {}};
  double reached = 1.0;
  for (Index k = 0; k < sets.times(); ++k) {
    if (sets.censored_rows[at(k)] > 0) {
      reached *= 1.0 - sets.censored[at(k)] / sets.at_risk[at(k)];
      survival.time.push_back(sets.time[at(k)]);
      survival.value.push_back(reached);
    }
  }
  return survival;
}

Estimate uno_of_survc1(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (std::string problem = plain_problem(evaluation, rows); !problem.empty()) {
    return undefined(std::move(problem));
  }
  const survival::StepFunction survival = naive_censoring_survival(evaluation);
  std::vector<double> inverse_g;
  for (const double time : rows.time) {
    inverse_g.push_back(1.0 / survival.left_limit(time));
  }
  return weighted_concordance(evaluation, rows, inverse_g, {});
}

/// G(T_i), right-continuous; 0 where the last of those at risk leave censored.
double survival_at_own_time(const Evaluation& evaluation, const EvaluationRows& rows, Index row) {
  return evaluation.censoring.survival_at(rows.subject[at(row)], rows.time[at(row)]);
}

Estimate uno_of_sksurv(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (std::string problem = plain_problem(evaluation, rows); !problem.empty()) {
    return undefined(std::move(problem));
  }
  std::vector<double> inverse_g;
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool leads =
        rows.ending[at(row)] == Ending::event && rows.time[at(row)] < evaluation.horizon;
    inverse_g.push_back(leads ? 1.0 / survival_at_own_time(evaluation, rows, row) : 1.0);
    if (!std::isfinite(inverse_g.back())) {
      return undefined("G is 0 at the time of an event");
    }
  }
  return weighted_concordance(evaluation, rows, inverse_g, {.tied_censoring_is_later = true});
}

/// W_i(t) with G(T_i) for G(T_i-), or why it cannot be formed.
Column right_weights(const Evaluation& evaluation, const EvaluationRows& rows) {
  const double t = evaluation.horizon;
  Column weight{.value = {}, .problem = plain_problem(evaluation, rows)};
  if (weight.problem.empty() && !std::isfinite(t)) {
    weight.problem = "needs a horizon";
  }
  if (weight.problem.empty() && !evaluation.censoring.supports(t)) {
    weight.problem = "horizon not supported: everybody still at risk is censored before it";
  }
  for (Index row = 0; row < rows.rows() && weight.problem.empty(); ++row) {
    const double g = event_by(rows, row, t)
                         ? survival_at_own_time(evaluation, rows, row)
                         : evaluation.censoring.survival_at(rows.subject[at(row)], t);
    const bool known = event_by(rows, row, t) || rows.time[at(row)] > t;
    if (known && !(g > 0.0)) {
      weight.problem = "G is 0 at the time of an event";
    }
    weight.value.push_back(known ? 1.0 / g : 0.0);
  }
  return weight;
}

Estimate brier_of_sksurv(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column weight = right_weights(evaluation, rows);
  const Column risk = weight.problem.empty() ? risk_column(evaluation, rows) : weight;
  if (!risk.problem.empty()) {
    return undefined(risk.problem);
  }
  double sum = 0.0;
  for (Index row = 0; row < rows.rows(); ++row) {
    const double gap = (event_by(rows, row, evaluation.horizon) ? 1.0 : 0.0) - risk.value[at(row)];
    sum += rows.weight[at(row)] * weight.value[at(row)] * gap * gap;
  }
  return {.value = sum / rows.total};
}

Estimate auc_of_sksurv(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column weight = right_weights(evaluation, rows);
  const Column marker = weight.problem.empty() ? marker_column(evaluation, rows) : weight;
  return marker.problem.empty() ? weighted_auc(evaluation, rows, weight.value, marker.value)
                                : undefined(marker.problem);
}

/// Times of the risks up to tau, ascending, with the Brier score there.
struct BrierCurve {
  std::vector<double> time, value;
  std::string problem = {};
};

BrierCurve brier_curve(const Evaluation& evaluation, Estimate (*brier_at)(const Evaluation&)) {
  BrierCurve curve;
  for (const double time : evaluation.prediction.risk.horizon) {
    if (time <= evaluation.horizon) {
      curve.time.push_back(time);
    }
  }
  std::sort(curve.time.begin(), curve.time.end());
  if (curve.time.size() < 2) {
    curve.problem = "needs risks at two times";
  }
  for (const double time : curve.time) {
    Evaluation then = evaluation;
    then.horizon = time;
    const Estimate found = brier_at(then);
    if (!found.undefined_because.empty() && curve.problem.empty()) {
      curve.problem = "at " + number_text(time) + ": " + found.undefined_because;
    }
    curve.value.push_back(found.value);
  }
  return curve;
}

Estimate ibs_of_sksurv(const Evaluation& evaluation) {
  const BrierCurve curve = brier_curve(evaluation, brier_of_sksurv);
  if (!curve.problem.empty()) {
    return undefined(curve.problem);
  }
  double area = 0.0;
  for (std::size_t k = 0; k + 1 < curve.time.size(); ++k) {
    area += 0.5 * (curve.value[k] + curve.value[k + 1]) * (curve.time[k + 1] - curve.time[k]);
  }
  return {.value = area / (curve.time.back() - curve.time.front())};
}

Estimate ibs_of_pec(const Evaluation& evaluation) {
  const BrierCurve curve = brier_curve(evaluation, brier);
  if (!curve.problem.empty()) {
    return undefined(curve.problem);
  }
  double area = 0.0; // before the first time risk and error are 0
  for (std::size_t k = 0; k + 1 < curve.time.size(); ++k) {
    area += curve.value[k] * (curve.time[k + 1] - curve.time[k]);
  }
  return {.value = area / curve.time.back()};
}

Estimate auc_of_timeroc(const Evaluation& evaluation) {
  return auc(evaluation, {.event_at_horizon_is_case = false});
}

Estimate auc_1_of_timeroc(const Evaluation& evaluation) {
  return auc(evaluation, {.controls = Controls::event_free, .event_at_horizon_is_case = false});
}

/// vigil's row under another rule.
Entry as(std::string_view name, Estimate (*evaluate)(const Evaluation&)) {
  Entry row = find(name);
  row.evaluate = evaluate;
  return row;
}

/// The same without an interval, as the package.
Entry plain(std::string_view name, Estimate (*evaluate)(const Evaluation&)) {
  Entry row = as(name, evaluate);
  row.by_bootstrap = false;
  return row;
}

/// The integral is over the times of the risks, up to tau.
Entry integrated(Estimate (*evaluate)(const Evaluation&)) {
  Entry row = as("ibs", evaluate);
  row.needs_horizon = false;
  row.needs_risk = true;
  return row;
}

constexpr std::array<std::string_view, 6> names = {
    "timeroc", "survc1", "survauc", "survivalroc", "sksurv", "pec"};

} // namespace

std::span<const std::string_view> convention_names() noexcept {
  return names;
}

std::span<const Entry> measures_of(std::string_view package) {
  static const std::array timeroc = {as("auc", auc_of_timeroc),
                                     as("auc_event_free_controls", auc_1_of_timeroc)};
  static const std::array survc1 = {as("uno_c", uno_of_survc1)};
  static const std::array survauc = {as("uno_c", uno_of_survauc),
                                     as("auc", auc_of_survauc),
                                     plain("auc_incident", auc_incident_of_survauc)};
  static const std::array survivalroc = {as("auc", auc_of_survivalroc)};
  static const std::array sksurv = {find("harrell_c"),
                                    as("uno_c", uno_of_sksurv),
                                    as("auc", auc_of_sksurv),
                                    as("brier", brier_of_sksurv),
                                    integrated(ibs_of_sksurv)};
  static const std::array pec = {find("brier"), integrated(ibs_of_pec)};
  if (package == "timeroc") {
    return timeroc;
  }
  if (package == "survc1") {
    return survc1;
  }
  if (package == "survauc") {
    return survauc;
  }
  if (package == "survivalroc") {
    return survivalroc;
  }
  if (package == "sksurv") {
    return sksurv;
  }
  if (package == "pec") {
    return pec;
  }
  const std::vector<std::string> known(names.begin(), names.end());
  throw ConfigError({.where = "--compat",
                     .found = quoted(package),
                     .expected = "one of " + join(known, ", "),
                     .remedy = suggestion(package, known),
                     .problem = "unknown convention"});
}

const Entry& find(std::string_view package, std::string_view name) {
  const auto rows = measures_of(package);
  const auto found =
      std::find_if(rows.begin(), rows.end(), [name](const Entry& row) { return row.name == name; });
  if (found != rows.end()) {
    return *found;
  }
  std::vector<std::string> defined;
  for (const Entry& row : rows) {
    defined.emplace_back(row.name);
  }
  throw ConfigError({.where = "--measures",
                     .found = quoted(find(name).name),
                     .expected = "of " + std::string(package) + ": " + join(defined, ", "),
                     .remedy = "leave --compat out for vigil's own measures",
                     .problem = "the package does not define this measure"});
}

} // namespace vigil::measure
