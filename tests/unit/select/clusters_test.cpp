// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/select/clusters.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"

namespace vigil::select {
namespace {

// Columns m1 .. m4, c1: m2 and m4 together, m3 and c1 together, m1 alone.
TEST(Clusters, AreNumberedByTheirFirstColumn) {
  const Cohort cohort = test::small_cohort({.markers = 4, .clinical = 1});
  const std::vector<Index> listed{4, 1, 2, 3};
  const std::vector<std::string> names{"b", "a", "b", "a"};
  const Clusters clusters = make_clusters(cohort.covariates(), listed, names);
  EXPECT_EQ(clusters.of, (std::vector<Index>{0, 1, 2, 1, 2}));
  EXPECT_EQ(clusters.name, (std::vector<std::string>{"m1", "a", "b"}));
  EXPECT_FALSE(clusters.empty());
  EXPECT_TRUE(Clusters{}.empty());
}

TEST(Clusters, MayHaveTheNameOfAMember) {
  const Cohort cohort = test::small_cohort({.markers = 3, .clinical = 0});
  const std::vector<Index> listed{0, 1};
  const std::vector<std::string> names{"m2", "m2"};
  EXPECT_EQ(make_clusters(cohort.covariates(), listed, names).name,
            (std::vector<std::string>{"m2", "m3"}));
}

TEST(Clusters, RefuseAmbiguousAndEmptyNames) {
  const Cohort cohort = test::small_cohort({.markers = 3, .clinical = 0});
  const std::vector<Index> listed{0, 1};
  const std::vector<std::string> taken{"m3", "m3"}, empty{"a", ""};
  const auto fault =
      test::fault_of<InputError>([&] { (void)make_clusters(cohort.covariates(), listed, taken); });
  EXPECT_NE(fault.where.find("m3"), std::string::npos);
  const auto other =
      test::fault_of<InputError>([&] { (void)make_clusters(cohort.covariates(), listed, empty); });
  EXPECT_NE(other.where.find("m2"), std::string::npos);
}

} // namespace
} // namespace vigil::select
