// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/log_rank.hpp"

#include "vigil/survival/group_test.hpp"
#include "vigil/survival/risk_sets.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::survival {

namespace {

// Sums over strata and event times; groups x groups variance row by row.
struct Sums {
  explicit Sums(Index count)
      : groups(count), observed(at(count), 0.0), expected(at(count), 0.0),
        variance(at(count * count), 0.0) {}

  Index groups;
  std::vector<double> observed, expected, variance;

  // One event time: events and numbers at risk by group, their totals, and the weight S(u-)^rho.
  void add(std::span<const double> events, std::span<const double> at_risk, double weight) {
    double all_events = 0.0, all = 0.0;
    for (Index g = 0; g < groups; ++g) {
      all_events += events[at(g)];
      all += at_risk[at(g)];
    }
    const double scale = all > 1.0 ? all_events * (all - all_events) / (all - 1.0) : 0.0;
    for (Index g = 0; g < groups; ++g) {
      const double share = at_risk[at(g)] / all;
      observed[at(g)] += weight * events[at(g)];
      expected[at(g)] += weight * all_events * share;
      for (Index h = 0; h < groups; ++h) {
        const double other = at_risk[at(h)] / all;
        variance[at(g * groups + h)] +=
            weight * weight * scale * share * ((g == h ? 1.0 : 0.0) - other);
      }
    }
  }
};

struct Grouped {
  const FollowUp& outcome;
  const CaseWeights& weights;
  std::span<const Index> group;

  [[nodiscard]] double count(Index subject) const {
    return static_cast<double>(weights.times(subject));
  }
};

// Numbers at risk and events by group at each event time of one stratum.
void add_stratum(const Grouped& data, const RiskSets& sets, double rho, Sums& sums) {
  std::vector<Index> by_entry = sets.subject;
  std::stable_sort(by_entry.begin(), by_entry.end(), [&data](Index left, Index right) {
    return data.outcome.entry_of(left) < data.outcome.entry_of(right);
  });
  std::vector<double> at_risk(at(sums.groups), 0.0);
  auto entering = by_entry.begin();
  double survival = 1.0;
  for (Index k = 0; k < sets.times(); ++k) {
    for (; entering != by_entry.end() && data.outcome.entry_of(*entering) < sets.time[at(k)];
         ++entering) {
      at_risk[at(data.group[at(*entering)])] += data.count(*entering);
    }
    std::vector<double> events(at(sums.groups), 0.0), leaving(at(sums.groups), 0.0);
    for (Index place = sets.start[at(k)]; place < sets.start[at(k + 1)]; ++place) {
      const Index i = sets.subject[at(place)];
      leaving[at(data.group[at(i)])] += data.count(i);
      events[at(data.group[at(i)])] += data.outcome.cause[at(i)] != 0 ? data.count(i) : 0.0;
    }
    if (sets.event_rows[at(k)] > 0) {
      sums.add(events, at_risk, rho == 0.0 ? 1.0 : std::pow(survival, rho));
      survival *= static_cast<double>(sets.rows_at_risk[at(k)] - sets.event_rows[at(k)]) /
                  static_cast<double>(sets.rows_at_risk[at(k)]);
    }
    for (Index g = 0; g < sums.groups; ++g) {
      at_risk[at(g)] -= leaving[at(g)];
    }
  }
}

void test(const Sums& sums, LogRank& result) {
  std::vector<double> difference;
  for (Index g = 0; g < sums.groups; ++g) {
    difference.push_back(sums.observed[at(g)] - sums.expected[at(g)]);
  }
  const GroupTest tested = group_test(difference, sums.variance);
  result.chi_square = tested.chi_square;
  result.degrees_of_freedom = tested.degrees_of_freedom;
  result.p = tested.p;
  result.undefined_because = tested.undefined_because;
}

} // namespace

LogRank log_rank(const Outcome& outcome,
                 const CaseWeights& weights,
                 std::span<const Index> group,
                 const LogRankOptions& options) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(size_of(group) == observed.subjects());
  LogRank result;
  const Index groups = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  Sums sums(groups);
  result.subjects.assign(at(groups), 0.0);
  for (const auto& members : subjects_by_level(options.stratum, weights)) {
    std::vector<Index> grouped;
    for (const Index i : members) {
      if (weights.sampling(i) != 1.0) {
        result.undefined_because = "sampling weights are no counts: the variance does not hold";
        return result;
      }
      if (group[at(i)] != no_index) {
        grouped.push_back(i);
        result.subjects[at(group[at(i)])] += static_cast<double>(weights.times(i));
      }
    }
    const RiskSets sets = risk_sets(observed, weights, grouped);
    add_stratum({observed, weights, group}, sets, options.rho, sums);
  }
  result.observed = sums.observed;
  result.expected = sums.expected;
  test(sums, result);
  return result;
}

} // namespace vigil::survival
