// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/selection_agreement.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::select {
namespace {

using test::rounding;

// Two selections {0, 1} and {0, 2} of 4 features: p = 1, 1/2, 1/2, 0; M/(M-1) p (1 - p) = 0, 1/2, 1/2, 0, mean 1/4;
// kbar/d = 1/2: Phi = 1 - (1/4) / (1/4) = 0. Kuncheva: (1 x 4 - 4) / (2 x 2) = 0. Jaccard 1/3.
// phi_i = [ (1 + 1/2)/4 - 2 x 2/16 ] / (1/4) = 1/2 for both: variance 0.
TEST(SelectionAgreement, OfTwoSelectionsByHand) {
  const std::vector<Selection> selections{{0, 1}, {0, 2}};
  const NogueiraAgreement phi = nogueira(selections, 4, 0.95);
  EXPECT_EQ(phi.value, 0.0);
  EXPECT_EQ(phi.variance, 0.0);
  EXPECT_EQ(phi.upper, 0.0);
  EXPECT_EQ(kuncheva(selections, 4).value, 0.0);
  EXPECT_NEAR(jaccard(selections).value, 1.0 / 3.0, rounding(0.3, 4));
}

// {0}, {0}, {1, 2} of 3: p = 2/3, 1/3, 1/3; (3/2) p (1 - p) = 1/3 each; kbar/d = 4/9, (4/9)(5/9) = 20/81:
// Phi = 1 - (1/3)(81/20) = -7/20. With mean_f z p = 2/9, 2/9, 2/9 and k kbar/d^2 = 4/27, 4/27, 8/27:
// phi_1 = phi_2 = [2/27 - (7/40)(8/27 - 1/3 - 4/9 + 1)] (81/20) = -27/400,
// phi_3 = [-2/27 - (7/40)(16/27 - 2/3 - 4/9 + 1)] (81/20) = -513/800, mean -207/800;
// variance = (4/9) (153^2 + 153^2 + 306^2) / 800^2 = 7803/80000 = 0.0975375.
TEST(SelectionAgreement, OfSelectionsOfUnequalSizeByHand) {
  const std::vector<Selection> selections{{0}, {0}, {1, 2}};
  const NogueiraAgreement phi = nogueira(selections, 3, 0.95);
  EXPECT_NEAR(phi.value, -0.35, rounding(0.35, 8));
  EXPECT_NEAR(phi.variance, 0.0975375, rounding(0.0975375, 32));
  EXPECT_EQ(kuncheva(selections, 3).undefined_because, "the selections differ in size");
  EXPECT_NEAR(jaccard(selections).value, 1.0 / 3.0, rounding(0.3, 4)); // 1, 0, 0
}

TEST(SelectionAgreement, IsOneWhereAllAgree) {
  const std::vector<Selection> selections(7, Selection{2, 5, 6});
  EXPECT_EQ(nogueira(selections, 30, 0.95).value, 1.0);
  EXPECT_NEAR(nogueira(selections, 30, 0.95).variance, 0.0, 1e-30);
  EXPECT_EQ(kuncheva(selections, 30).value, 1.0);
  EXPECT_EQ(jaccard(selections).value, 1.0);
}

// For selections of one size the two measures are the same number (Nogueira et al. 2018).
TEST(SelectionAgreement, OfNogueiraIsThatOfKunchevaForEqualSizes) {
  const std::vector<Selection> selections{{0, 3, 4}, {1, 3, 4}, {3, 5, 8}, {0, 1, 2}};
  const double value = kuncheva(selections, 9).value;
  EXPECT_NEAR(nogueira(selections, 9, 0.95).value, value, rounding(1.0, 8));
}

TEST(SelectionAgreement, IsUndefinedWithAReason) {
  const std::vector<Selection> empty(4), one{{0, 1}}, all(3, Selection{0, 1, 2});
  EXPECT_EQ(nogueira(empty, 5, 0.95).undefined_because, "no feature was selected");
  EXPECT_EQ(kuncheva(empty, 5).undefined_because, "no feature was selected");
  EXPECT_EQ(jaccard(empty).undefined_because, "no feature was selected");
  EXPECT_EQ(nogueira(one, 5, 0.95).undefined_because, "fewer than two selections");
  EXPECT_EQ(kuncheva(one, 5).undefined_because, "fewer than two selections");
  EXPECT_EQ(jaccard(one).undefined_because, "fewer than two selections");
  EXPECT_EQ(nogueira(all, 3, 0.95).undefined_because, "every feature was always selected");
  EXPECT_EQ(kuncheva(all, 3).undefined_because, "every feature was always selected");
  EXPECT_TRUE(std::isnan(nogueira(all, 3, 0.95).value));
  // Two empty selections say nothing about agreement: of three pairs one counts.
  EXPECT_EQ(jaccard(std::vector<Selection>{{}, {}, {1}}).value, 0.0);
}

} // namespace
} // namespace vigil::select
