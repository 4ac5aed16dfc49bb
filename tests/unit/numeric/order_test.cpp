// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/order.hpp"

#include <gtest/gtest.h>

namespace {

TEST(AscendingOrder, KeepsEqualValuesInPlace) {
  const std::vector<double> values{3, 1, 2, 1};
  EXPECT_EQ(vigil::ascending_order(values), (std::vector<vigil::Index>{1, 3, 2, 0}));
}

TEST(DenseRanks, EqualValuesShareARank) {
  const std::vector<double> values{3, 1, 2, 1};
  const auto ranks = vigil::dense_ranks(values);
  EXPECT_EQ(ranks.rank, (std::vector<vigil::Index>{2, 0, 1, 0}));
  EXPECT_EQ(ranks.levels, 3);
}

} // namespace
