// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/convention_rules.hpp"

#include "vigil/numeric/order.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace vigil::measure {

namespace {

/// Share of a pair for the first: 1 above, `tied` where they are equal.
double above(double first, double second, double tied) {
  return first > second ? 1.0 : first == second ? tied : 0.0;
}

} // namespace

std::string plain_problem(const Evaluation& evaluation, const EvaluationRows& rows) {
  if (!rows.problem.empty()) {
    return rows.problem;
  }
  if (std::find(rows.ending.begin(), rows.ending.end(), Ending::competing) != rows.ending.end()) {
    return "the package defines no competing causes";
  }
  return censoring_problem(evaluation, rows);
}

Column marker_column(const Evaluation& evaluation, const EvaluationRows& rows) {
  return find_horizon(evaluation.prediction.risk, evaluation.horizon) != no_index
             ? risk_column(evaluation, rows)
             : score_column(evaluation, rows);
}

Estimate weighted_concordance(const Evaluation& evaluation,
                              const EvaluationRows& rows,
                              std::span<const double> inverse_g,
                              const PairRule& rule) {
  const Column score = score_column(evaluation, rows);
  if (!score.problem.empty()) {
    return undefined(score.problem);
  }
  double concordant = 0.0, comparable = 0.0;
  for (Index i = 0; i < rows.rows(); ++i) {
    if (rows.ending[at(i)] != Ending::event || !(rows.time[at(i)] < evaluation.horizon)) {
      continue;
    }
    double below = 0.0, all = 0.0;
    for (Index j = 0; j < rows.rows(); ++j) {
      const bool tied_censoring = rule.tied_censoring_is_later &&
                                  rows.time[at(j)] == rows.time[at(i)] &&
                                  rows.ending[at(j)] == Ending::censored;
      if (rows.time[at(j)] > rows.time[at(i)] || tied_censoring) {
        all += rows.weight[at(j)];
        below +=
            rows.weight[at(j)] * above(score.value[at(i)], score.value[at(j)], rule.tied_scores);
      }
    }
    const double lead = rows.weight[at(i)] * inverse_g[at(i)] * inverse_g[at(i)];
    concordant += lead * below;
    comparable += lead * all;
  }
  return comparable > 0.0 ? Estimate{.value = concordant / comparable}
                          : undefined("no comparable pair");
}

Estimate weighted_auc(const Evaluation& evaluation,
                      const EvaluationRows& rows,
                      std::span<const double> case_weight,
                      std::span<const double> marker) {
  double concordant = 0.0, cases = 0.0, controls = 0.0;
  for (Index j = 0; j < rows.rows(); ++j) {
    controls += rows.time[at(j)] > evaluation.horizon ? rows.weight[at(j)] : 0.0;
  }
  for (Index i = 0; i < rows.rows(); ++i) {
    if (!event_by(rows, i, evaluation.horizon)) {
      continue;
    }
    const double own = rows.weight[at(i)] * case_weight[at(i)];
    cases += own;
    for (Index j = 0; j < rows.rows(); ++j) {
      if (rows.time[at(j)] > evaluation.horizon) {
        concordant += own * rows.weight[at(j)] * above(marker[at(i)], marker[at(j)], 0.5);
      }
    }
  }
  return cases * controls > 0.0 ? Estimate{.value = concordant / (cases * controls)}
                                : undefined("no cases or no controls at the horizon");
}

namespace {

/// 1 / G(T_i) of survAUC for events before `end`, or why not: each censored row at u multiplies G by 1 - (all rows at u) / (rows
/// at risk), whatever ended their follow-up.
Column inverse_of_survauc(const Evaluation& evaluation, const EvaluationRows& rows) {
  Column inverse{.value = {}, .problem = plain_problem(evaluation, rows)};
  if (!inverse.problem.empty()) {
    return inverse;
  }
  const auto sets =
      survival::risk_sets(survival::follow_up(evaluation.outcome), evaluation.weights);
  survival::StepFunction survival{.before = 1.0, .time = {}, .value = {}};
  double reached = 1.0;
  for (Index k = 0; k < sets.times(); ++k) {
    if (sets.censored_rows[at(k)] > 0) {
      const double leaving = sets.events[at(k)] + sets.censored[at(k)];
      reached *= std::pow(1.0 - leaving / sets.at_risk[at(k)],
                          static_cast<double>(sets.censored_rows[at(k)]));
      survival.time.push_back(sets.time[at(k)]);
      survival.value.push_back(reached);
    }
  }
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool leads =
        rows.ending[at(row)] == Ending::event && rows.time[at(row)] <= evaluation.horizon;
    const double g = leads ? survival(rows.time[at(row)]) : 1.0;
    if (!(g > 0.0)) {
      inverse.problem = "G is 0 at the time of an event";
    }
    inverse.value.push_back(1.0 / g);
  }
  return inverse;
}

/// Kaplan-Meier estimate at t among the rows whose marker is above `cut`; `order`: rows by time. Beyond the last of them it stays.
double survival_above(const EvaluationRows& rows,
                      std::span<const Index> order,
                      std::span<const double> marker,
                      double cut,
                      double t) {
  double at_risk = 0.0;
  for (const Index row : order) {
    at_risk += marker[at(row)] > cut ? rows.weight[at(row)] : 0.0;
  }
  double survival = 1.0;
  std::size_t place = 0;
  while (place < order.size() && rows.time[at(order[place])] <= t) {
    const double now = rows.time[at(order[place])];
    double events = 0.0, leaving = 0.0;
    for (; place < order.size() && rows.time[at(order[place])] == now; ++place) {
      const Index row = order[place];
      const double own = marker[at(row)] > cut ? rows.weight[at(row)] : 0.0;
      leaving += own;
      events += rows.ending[at(row)] == Ending::event ? own : 0.0;
    }
    if (events > 0.0) {
      survival *= 1.0 - events / at_risk;
    }
    at_risk -= leaving;
  }
  return survival;
}

} // namespace

Estimate uno_of_survauc(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  const Column inverse = inverse_of_survauc(evaluation, rows);
  return inverse.problem.empty()
             ? weighted_concordance(evaluation, rows, inverse.value, {.tied_scores = 0.0})
             : undefined(inverse.problem);
}

Estimate auc_of_survauc(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  Column inverse = inverse_of_survauc(evaluation, rows);
  if (inverse.problem.empty() && !std::isfinite(evaluation.horizon)) {
    inverse.problem = "needs a horizon";
  }
  const Column marker = inverse.problem.empty() ? marker_column(evaluation, rows) : inverse;
  return marker.problem.empty() ? weighted_auc(evaluation, rows, inverse.value, marker.value)
                                : undefined(marker.problem);
}

namespace {

/// Cumulative hazard at t of a subject whose hazard ratio is 1, as survAUC counts those at risk: rows by time, censored ones first where
/// times tie; the first row of a time has everybody still under observation beside it, each further one those with a later time.
double baseline_of_survauc(const EvaluationRows& rows, std::span<const double> ratio, double t) {
  std::vector<Index> order(at(rows.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&rows](Index one, Index other) {
    const double first = rows.time[at(one)], second = rows.time[at(other)];
    return first < second || (first == second && rows.ending[at(one)] == Ending::censored &&
                              rows.ending[at(other)] != Ending::censored);
  });
  std::vector<double> from(order.size() + 1, 0.0); // sum over this place and those behind it
  for (std::size_t place = order.size(); place-- > 0;) {
    from[place] = from[place + 1] + rows.weight[at(order[place])] * ratio[at(order[place])];
  }
  double hazard = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    const double now = rows.time[at(order[first])];
    std::size_t last = first;
    while (last < order.size() && rows.time[at(order[last])] == now) {
      ++last;
    }
    for (std::size_t place = first; place < last && now <= t; ++place) {
      if (rows.ending[at(order[place])] == Ending::event) {
        hazard += rows.weight[at(order[place])] / (place == first ? from[first] : from[last]);
      }
    }
    first = last;
  }
  return hazard;
}

} // namespace

Estimate auc_incident_of_survauc(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  Column score{.value = {}, .problem = plain_problem(evaluation, rows)};
  if (score.problem.empty() && !std::isfinite(evaluation.horizon)) {
    score.problem = "needs a horizon";
  }
  if (score.problem.empty()) {
    score = score_column(evaluation, rows);
  }
  if (!score.problem.empty()) {
    return undefined(score.problem);
  }
  // The AUC is the same for scores that are shifted; so that no ratio is infinite.
  const double largest = *std::max_element(score.value.begin(), score.value.end());
  std::vector<double> ratio;
  for (const double value : score.value) {
    ratio.push_back(std::exp(value - largest));
  }
  const double hazard = baseline_of_survauc(rows, ratio, evaluation.horizon);
  double concordant = 0.0, cases = 0.0, controls = 0.0; // of scores below, or equal
  const auto order = ascending_order(score.value);
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double failing = 0.0, free = 0.0;
    for (; last < order.size() && score.value[at(order[last])] == score.value[at(order[first])];
         ++last) {
      const auto row = at(order[last]);
      const double survival = rows.weight[row] * std::exp(-hazard * ratio[row]);
      failing += survival * ratio[row];
      free += survival;
    }
    concordant += failing * (controls + 0.5 * free);
    cases += failing;
    controls += free;
  }
  const double value = concordant / (cases * controls);
  return std::isfinite(value) ? Estimate{.value = value}
                              : undefined("nobody is left behind events at one time");
}

Estimate auc_of_survivalroc(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  Column marker{.value = {}, .problem = plain_problem(evaluation, rows)};
  if (marker.problem.empty() && !std::isfinite(evaluation.horizon)) {
    marker.problem = "needs a horizon";
  }
  if (marker.problem.empty()) {
    marker = marker_column(evaluation, rows);
  }
  if (!marker.problem.empty()) {
    return undefined(marker.problem);
  }
  std::vector<Index> order(at(rows.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&rows](Index one, Index other) {
    return rows.time[at(one)] < rows.time[at(other)];
  });
  std::vector<double> cuts = marker.value;
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  const double free = survival_above(
      rows, order, marker.value, -std::numeric_limits<double>::infinity(), evaluation.horizon);
  if (!(free > 0.0 && free < 1.0)) {
    return undefined("no cases or no controls at the horizon");
  }
  double area = 0.0, last_true = 1.0, last_false = 1.0;
  for (const double cut : cuts) {
    double weight = 0.0;
    for (Index row = 0; row < rows.rows(); ++row) {
      weight += marker.value[at(row)] > cut ? rows.weight[at(row)] : 0.0;
    }
    const double share = weight / rows.total;
    const double survival = survival_above(rows, order, marker.value, cut, evaluation.horizon);
    const double true_share = (1.0 - survival) * share / (1.0 - free);
    const double false_share = survival * share / free;
    area += 0.5 * (last_true + true_share) * (last_false - false_share);
    last_true = true_share;
    last_false = false_share;
  }
  return {.value = area};
}

} // namespace vigil::measure
