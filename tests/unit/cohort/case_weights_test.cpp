// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/case_weights.hpp"

#include <gtest/gtest.h>

namespace {

using vigil::CaseWeights;
using vigil::Index;

TEST(CaseWeights, MultipliesTimesAndSampling) {
  const auto weights = CaseWeights::ones(4).with_times({0, 2, 1, 3}).with_sampling({5, 0.5, 0, 1});
  EXPECT_EQ(weights[0], 0.0);
  EXPECT_EQ(weights[1], 1.0);
  EXPECT_EQ(weights[2], 0.0);
  EXPECT_EQ(weights[3], 3.0);
  EXPECT_EQ(weights.total(), 4.0);
  EXPECT_EQ(weights.times(1), 2U);
  EXPECT_EQ(weights.sampling(1), 0.5);
  EXPECT_EQ(std::vector<Index>(weights.support().begin(), weights.support().end()),
            (std::vector<Index>{1, 3}));
}

TEST(CaseWeightsDeathTest, RefusesNegativeSampling) {
  EXPECT_DEATH(static_cast<void>(CaseWeights::ones(1).with_sampling({-1.0})),
               "broken precondition");
}

} // namespace
