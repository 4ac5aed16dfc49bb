// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/log_rank.hpp"

#include "vigil/numeric/matrix.hpp"
#include "vigil/numeric/tail.hpp"
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

// z' V^-1 z over the groups that can differ, without the last of them.
void test(const Sums& sums, LogRank& result) {
  std::vector<Index> used;
  for (Index g = 0; g < sums.groups; ++g) {
    if (sums.variance[at(g * sums.groups + g)] > 0.0) {
      used.push_back(g);
    }
  }
  if (size_of(used) < 2) {
    result.undefined_because = "fewer than two groups are at risk together at an event time";
    return;
  }
  const arma::uword size = used.size() - 1;
  arma::vec difference(size);
  arma::mat variance(size, size);
  for (arma::uword row = 0; row < size; ++row) {
    const Index g = used[row];
    difference[row] = sums.observed[at(g)] - sums.expected[at(g)];
    for (arma::uword column = 0; column < size; ++column) {
      variance(row, column) = sums.variance[at(g * sums.groups + used[column])];
    }
  }
  arma::vec solved;
  if (!arma::solve(solved, variance, difference, arma::solve_opts::no_approx)) {
    result.undefined_because =
        "the groups are at risk at different times: their variance is singular";
    return;
  }
  result.chi_square = arma::dot(difference, solved);
  result.degrees_of_freedom = static_cast<Index>(size);
  result.p = chi_square_upper(std::max(result.chi_square, 0.0), static_cast<double>(size));
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
