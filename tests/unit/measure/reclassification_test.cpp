// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Six subjects by hand: times 1 2 3 4 5 6, events at 1 3 5, censored at 2 and 4, alive at 6. At t = 4.5 the weights are
// W = 1, 0, 5/4, 0, 15/8, 15/8 (losses_test).
#include "vigil/base/random.hpp"
#include "vigil/measure/reclassification.hpp"
#include "vigil/measure/threshold_rates.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::measure {
namespace {

using test::MeasureCase;

MeasureCase six(std::vector<double> risk) {
  MeasureCase example({1, 2, 3, 4, 5, 6}, std::vector<double>{1, 0, 1, 0, 1, 0});
  example.risk(4.5, std::move(risk)).threshold(0.45);
  return example;
}

TEST(Reclassification, SixByHand) {
  MeasureCase better = six({0.8, 0.5, 0.4, 0.3, 0.6, 0.1});
  MeasureCase other = six({0.5, 0.5, 0.5, 0.5, 0.5, 0.5});
  const auto found = reclassification(better.evaluation(), other.evaluation());
  const auto near = [](double expected) { return test::rounding(expected, 32); };
  // Events: the first (W 1, up 0.3) and the third (W 5/4, down 0.1); others: the fifth (up 0.1), the sixth (down 0.4).
  EXPECT_NEAR(found.idi_events.value, (0.3 - 1.25 * 0.1) / 2.25, near(0.3));
  EXPECT_NEAR(found.idi_nonevents.value, (0.4 - 0.1) / 2.0, near(0.4));
  EXPECT_NEAR(found.nri_events.value, (1.0 - 1.25) / 2.25, near(1.0));
  EXPECT_NEAR(found.nri_nonevents.value, 0.0, near(1.0));
}

TEST(Reclassification, TheSameRiskMovesNobody) {
  MeasureCase example = six({0.8, 0.5, 0.4, 0.3, 0.6, 0.1});
  MeasureCase same = six({0.8, 0.5, 0.4, 0.3, 0.6, 0.1});
  const auto found = reclassification(example.evaluation(), same.evaluation());
  for (const Estimate* part :
       {&found.idi_events, &found.idi_nonevents, &found.nri_events, &found.nri_nonevents}) {
    EXPECT_EQ(part->value, 0.0);
    EXPECT_EQ(example.se(*part), 0.0);
  }
}

// Differences of the value by leaving subjects out, as for every measure of the table.
TEST(Reclassification, InfluenceIsNearTheJackknife) {
  constexpr Index n = 160;
  RandomStream stream(RandomKey(4).child("reclassification"));
  std::vector<double> time, code, p, q;
  for (Index i = 0; i < n; ++i) {
    const double marker = stream.normal();
    const double failure = stream.exponential() * std::exp(-marker);
    const double censoring = 2.0 * stream.exponential();
    time.push_back(std::min(failure, censoring));
    code.push_back(failure <= censoring ? 1.0 : 0.0);
    p.push_back(-std::expm1(-0.5 * std::exp(marker)));
    q.push_back(-std::expm1(-0.5 * std::exp(0.5 * (marker + stream.normal()))));
  }
  MeasureCase first(time, code), second(time, code);
  first.risk(0.5, p);
  second.risk(0.5, q);
  const auto found = reclassification(first.evaluation(), second.evaluation());
  for (const auto part : {&Reclassification::idi_events, &Reclassification::nri_nonevents}) {
    double product = 0.0, own = 0.0, jackknife = 0.0;
    for (Index i = 0; i < n; ++i) {
      std::vector<std::uint32_t> times(at(n), 1);
      times[at(i)] = 0;
      first.weights(CaseWeights::ones(n).with_times(times));
      second.weights(CaseWeights::ones(n).with_times(times));
      const auto without = reclassification(first.evaluation(), second.evaluation());
      const double moved = (n - 1.0) * ((found.*part).value - (without.*part).value);
      const double psi = (found.*part).influence[at(i)];
      product += moved * psi;
      own += psi * psi;
      jackknife += moved * moved;
    }
    EXPECT_GT(product / std::sqrt(own * jackknife), 0.99);
    EXPECT_NEAR(std::sqrt(jackknife / own), 1.0, 0.05);
  }
}

} // namespace
} // namespace vigil::measure
