// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/incident_auc.hpp"

#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/measure/fenwick_tree.hpp"
#include "vigil/numeric/order.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

/// An event with the share of those left behind that it beats.
struct RankedEvent {
  double distance = 0.0, weight = 0.0, times = 0.0, share = 0.0;
};

std::vector<RankedEvent> ranked_events(const Evaluation& evaluation,
                                       const EvaluationRows& rows,
                                       std::span<const double> score) {
  const DenseRanks ranks = dense_ranks(score);
  auto order = ascending_order(rows.time);
  std::reverse(order.begin(), order.end());
  FenwickTree later(ranks.levels);
  std::vector<RankedEvent> events;
  for (std::size_t first = 0; first < order.size();) {
    const double time = rows.time[at(order[first])];
    std::size_t last = first;
    for (; last < order.size() && rows.time[at(order[last])] == time; ++last) {
      const Index row = order[last];
      const Index rank = ranks.rank[at(row)];
      if (rows.ending[at(row)] == Ending::event && later.total() > 0.0) {
        const Index subject = rows.subject[at(row)];
        events.push_back({.distance = std::fabs(time - evaluation.horizon),
                          .weight = rows.weight[at(row)],
                          .times = static_cast<double>(evaluation.weights.times(subject)),
                          .share = (later.below(rank) + 0.5 * later.equal(rank)) / later.total()});
      }
    }
    for (; first < last; ++first) {
      later.add(ranks.rank[at(order[first])], rows.weight[at(order[first])]);
    }
  }
  return events;
}

} // namespace

Estimate auc_incident(const Evaluation& evaluation) {
  const EvaluationRows rows = evaluation_rows(evaluation);
  if (!rows.problem.empty()) {
    return undefined(rows.problem);
  }
  if (!std::isfinite(evaluation.horizon)) {
    return undefined("needs a horizon");
  }
  const Column score = score_column(evaluation, rows);
  if (!score.problem.empty()) {
    return undefined(score.problem);
  }
  auto events = ranked_events(evaluation, rows, score.value);
  if (events.empty()) {
    return undefined("no event with anybody left behind it");
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& left, const auto& right) {
    return left.distance < right.distance;
  });
  double all = 0.0;
  for (const RankedEvent& event : events) {
    all += event.times;
  }
  const double enough = std::ceil(std::pow(all, 0.8));
  double taken = 0.0, weight = 0.0, sum = 0.0, farthest = 0.0;
  for (const RankedEvent& event : events) {
    if (taken >= enough && event.distance > farthest) {
      break;
    }
    taken += event.times;
    weight += event.weight;
    sum += event.weight * event.share;
    farthest = event.distance;
  }
  return {.value = sum / weight};
}

} // namespace vigil::measure
