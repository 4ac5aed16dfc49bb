// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/gray_test.hpp"

#include "vigil/survival/risk_sets.hpp"

#include <algorithm>

namespace vigil::survival {

namespace {

double ratio(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : 0.0;
}

// 1 for at most one event; the share of the hypergeometric variance that tied events leave.
double tie_factor(double events, double at_risk) {
  return events > 1.0 && at_risk > 1.0 ? std::max(0.0, 1.0 - (events - 1.0) / (at_risk - 1.0))
                                       : 1.0;
}

// One group at each event time of a stratum.
struct GroupCurve {
  std::vector<double> at_risk, events, others;              // Y, d of the cause, d of other causes
  std::vector<double> before, after;                        // S(u-), S(u)
  std::vector<double> incidence_before;                     // F_g(u-)
  [[nodiscard]] double share_at_risk(std::size_t k) const { // h
    return ratio(at_risk[k], before[k]);
  }
};

// Counts of one group at the event times of its stratum.
GroupCurve group_curve(const RiskSets& sets,
                       const FollowUp& outcome,
                       const CaseWeights& weights,
                       Index cause,
                       std::span<const double> times) {
  GroupCurve curve;
  double survival = 1.0, incidence = 0.0;
  Index place = 0; // of the group's own times
  for (const double time : times) {
    while (place < sets.times() && sets.time[at(place)] < time) {
      ++place;
    }
    const double at_risk =
        place < sets.times() ? static_cast<double>(sets.rows_at_risk[at(place)]) : 0.0;
    double events = 0.0, others = 0.0;
    if (place < sets.times() && sets.time[at(place)] == time) {
      for (Index row = sets.start[at(place)]; row < sets.start[at(place + 1)]; ++row) {
        const Index i = sets.subject[at(row)];
        const auto own = static_cast<Index>(outcome.cause[at(i)]);
        const auto count = static_cast<double>(weights.times(i));
        events += own == cause ? count : 0.0;
        others += own != 0 && own != cause ? count : 0.0;
      }
    }
    curve.at_risk.push_back(at_risk);
    curve.events.push_back(events);
    curve.others.push_back(others);
    curve.before.push_back(survival);
    curve.incidence_before.push_back(incidence);
    incidence += survival * ratio(events, at_risk);
    survival *= at_risk > 0.0 ? (at_risk - events - others) / at_risk : 1.0;
    curve.after.push_back(survival);
  }
  return curve;
}

// What the groups of a stratum share at each event time.
struct Pooled {
  std::vector<double> events, share_at_risk; // d, h.
  std::vector<double> incidence, step;       // F(u), dGamma(u)
};

Pooled pool(std::span<const GroupCurve> curves, std::size_t times) {
  Pooled pooled;
  double incidence = 0.0;
  for (std::size_t k = 0; k < times; ++k) {
    double events = 0.0, share = 0.0;
    for (const GroupCurve& curve : curves) {
      events += curve.events[k];
      share += curve.share_at_risk(k);
    }
    const double added = ratio(events, share);
    pooled.events.push_back(events);
    pooled.share_at_risk.push_back(share);
    pooled.step.push_back(ratio(added, 1.0 - incidence));
    incidence += added;
    pooled.incidence.push_back(incidence);
  }
  return pooled;
}

struct Sums {
  explicit Sums(Index count)
      : groups(count), observed(at(count), 0.0), expected(at(count), 0.0),
        variance(at(count * count), 0.0) {}
  Index groups;
  std::vector<double> observed, expected, variance;

  void add_counts(std::span<const GroupCurve> curves, const Pooled& pooled) {
    for (std::size_t k = 0; k < pooled.events.size(); ++k) {
      double all = 0.0;
      for (const GroupCurve& curve : curves) {
        all += curve.share_at_risk(k) * (1.0 - curve.incidence_before[k]);
      }
      for (Index g = 0; g < groups; ++g) {
        const GroupCurve& curve = curves[at(g)];
        const double own = curve.share_at_risk(k) * (1.0 - curve.incidence_before[k]);
        observed[at(g)] += curve.events[k];
        expected[at(g)] += pooled.events[k] * ratio(own, all);
      }
    }
  }

  // What the events of one group, r, add to the variance; from the last time down, so that t_gr is a running sum.
  void add_variance(std::span<const GroupCurve> curves, const Pooled& pooled, Index r) {
    const GroupCurve& curve = curves[at(r)];
    std::vector<double> tail(at(groups), 0.0), a(at(groups)), b(at(groups));
    for (std::size_t k = pooled.events.size(); k-- > 0;) {
      const double share = curve.share_at_risk(k);
      if (share == 0.0) {
        continue; // nobody at risk: neither an event nor a part of any tail
      }
      const double outside = ratio(1.0 - pooled.incidence[k], curve.after[k]);
      const double own = ratio(pooled.events[k], pooled.share_at_risk[k]) / share *
                         tie_factor(pooled.events[k], pooled.share_at_risk[k] * curve.before[k]);
      const double other = curve.before[k] * curve.others[k] / curve.at_risk[k] / share *
                           tie_factor(curve.others[k], curve.at_risk[k]);
      for (Index g = 0; g < groups; ++g) {
        const double q = share * ((g == r ? 1.0 : 0.0) -
                                  ratio(curves[at(g)].share_at_risk(k), pooled.share_at_risk[k]));
        a[at(g)] = q + (1.0 - outside) * tail[at(g)];
        b[at(g)] = -outside * tail[at(g)];
        tail[at(g)] += q * pooled.step[k];
      }
      for (Index g = 0; g < groups; ++g) {
        for (Index h = 0; h < groups; ++h) {
          variance[at(g * groups + h)] += a[at(g)] * a[at(h)] * own + b[at(g)] * b[at(h)] * other;
        }
      }
    }
  }
};

void add_stratum(const FollowUp& outcome,
                 const CaseWeights& weights,
                 Index cause,
                 std::span<const std::vector<Index>> members,
                 Sums& sums) {
  std::vector<Index> everybody;
  for (const auto& listed : members) {
    everybody.insert(everybody.end(), listed.begin(), listed.end());
  }
  std::sort(everybody.begin(), everybody.end());
  const RiskSets all = risk_sets(outcome, weights, everybody);
  std::vector<double> times;
  for (Index k = 0; k < all.times(); ++k) {
    if (all.event_rows[at(k)] > 0) {
      times.push_back(all.time[at(k)]);
    }
  }
  std::vector<GroupCurve> curves;
  for (const auto& listed : members) {
    curves.push_back(
        group_curve(risk_sets(outcome, weights, listed), outcome, weights, cause, times));
  }
  const Pooled pooled = pool(curves, times.size());
  sums.add_counts(curves, pooled);
  for (Index r = 0; r < sums.groups; ++r) {
    sums.add_variance(curves, pooled, r);
  }
}

std::string why_undefined(const FollowUp& outcome, const CaseWeights& weights) {
  for (const Index i : weights.support()) {
    if (weights.sampling(i) != 1.0) {
      return "sampling weights are no counts: the variance does not hold";
    }
    if (outcome.entry_of(i) > 0.0) {
      return "delayed entry: the test is not defined";
    }
  }
  return {};
}

} // namespace

GrayTest gray_test(const Outcome& outcome,
                   const CaseWeights& weights,
                   Index cause,
                   std::span<const Index> group,
                   std::span<const Index> stratum) {
  const FollowUp observed = follow_up(outcome);
  VIGIL_EXPECTS(cause >= 1 && cause <= observed.causes);
  VIGIL_EXPECTS(size_of(group) == observed.subjects());
  GrayTest result;
  const Index groups = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  result.subjects.assign(at(groups), 0.0);
  result.test.undefined_because = why_undefined(observed, weights);
  if (!result.test.undefined_because.empty()) {
    return result;
  }
  Sums sums(groups);
  for (const auto& listed : subjects_by_level(stratum, weights)) {
    std::vector<std::vector<Index>> members(at(groups));
    for (const Index i : listed) {
      if (group[at(i)] != no_index) {
        members[at(group[at(i)])].push_back(i);
        result.subjects[at(group[at(i)])] += static_cast<double>(weights.times(i));
      }
    }
    add_stratum(observed, weights, cause, members, sums);
  }
  result.observed = sums.observed;
  result.expected = sums.expected;
  std::vector<double> difference;
  for (Index g = 0; g < groups; ++g) {
    difference.push_back(sums.observed[at(g)] - sums.expected[at(g)]);
  }
  result.test = group_test(difference, sums.variance);
  return result;
}

} // namespace vigil::survival
