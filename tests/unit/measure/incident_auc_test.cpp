// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/incident_auc.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <cmath>

namespace vigil::measure {
namespace {

using test::MeasureCase;

// Events at 1, 2, 4 of six; e^0.8 of 3 events is 2.4, so that all three count at every t. Scores 5 1 4 3 3 2.
//   at 1 (score 5): all five later ones are below: 1
//   at 2 (score 1): none of four: 0
//   at 4 (score 3): of 3 and 2 one tie and one below: 3/4
TEST(AucIncident, SixByHand) {
  MeasureCase example({1, 2, 3, 4, 5, 6}, std::vector<double>{1, 1, 0, 1, 0, 0});
  example.score({5, 1, 4, 3, 3, 2}).at(2);
  EXPECT_NEAR(auc_incident(example.evaluation()).value, 1.75 / 3.0, test::rounding(1.0, 4));
}

// Eight events at 1 .. 8 and two who stay: ceil(8^0.8) = 6 are nearest to t. At t = 1 those at 1 .. 6.
TEST(AucIncident, TakesTheNearestEvents) {
  MeasureCase example({1, 2, 3, 4, 5, 6, 7, 8, 9, 9},
                      std::vector<double>{1, 1, 1, 1, 1, 1, 1, 1, 0, 0});
  example.score({9, 8, 7, 6, 5, 4, -1, -2, 0, 0}); // the last two events are below those who stay
  example.at(1);
  EXPECT_EQ(auc_incident(example.evaluation()).value, 1.0);
  // At t = 8 those at 3 .. 8: four beat everybody, 7 beats one of three, 8 none of two.
  example.at(8);
  EXPECT_NEAR(
      auc_incident(example.evaluation()).value, (4.0 + 1.0 / 3.0) / 6.0, test::rounding(1.0, 4));
}

TEST(AucIncident, ReasonsWhyThereIsNone) {
  MeasureCase example({1, 2}, std::vector<double>{0, 1});
  example.score({1, 2});
  EXPECT_EQ(auc_incident(example.evaluation()).undefined_because, "needs a horizon");
  example.at(1);
  EXPECT_EQ(auc_incident(example.evaluation()).undefined_because,
            "no event with anybody left behind it");
}

/// Heagerty and Zheng's iAUC from its definition: sum of A(t) f(t) S(t) over sum of f(t) S(t), f and S by Kaplan-Meier, A over
/// those who are left when the events at t have gone. pbc has events and censorings at the same time.
TEST(AucIncident, IntegratedItIsUnosC) {
  const test::Pbc312 pbc;
  MeasureCase example(pbc.time, pbc.death);
  example.score(pbc.bili);
  const auto n = pbc.time.size();
  const auto sets = survival::risk_sets(survival::follow_up(example.outcome()), example.weights());
  double survival = 1.0, numerator = 0.0, denominator = 0.0;
  for (Index k = 0; k < sets.times(); ++k) {
    const double f = survival * sets.events[at(k)] / sets.at_risk[at(k)];
    survival -= f;
    for (std::size_t i = 0; i < n; ++i) {
      if (pbc.time[i] != sets.time[at(k)] || pbc.death[i] == 0.0 ||
          !(sets.after_events[at(k)] > 0.0)) {
        continue;
      }
      double below = 0.0, all = 0.0;
      for (std::size_t j = 0; j < n; ++j) {
        if (pbc.time[j] > pbc.time[i] || (pbc.time[j] == pbc.time[i] && pbc.death[j] == 0.0)) {
          all += 1.0;
          below += pbc.bili[j] < pbc.bili[i] ? 1.0 : pbc.bili[j] == pbc.bili[i] ? 0.5 : 0.0;
        }
      }
      const double share = f / sets.events[at(k)] * survival;
      numerator += share * below / all;
      denominator += share;
    }
  }
  EXPECT_NEAR(uno_c(example.evaluation()).value,
              numerator / denominator,
              test::relative(1.0, 1e-12, "sums in another order"));
}

} // namespace
} // namespace vigil::measure
