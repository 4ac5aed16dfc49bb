// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/cohort/clinical_block.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

TEST(Indicators, LeaveTheReferenceOutAndKeepMissing) {
  vigil::ClinicalBlock block(4);
  const std::vector<std::string> sizes{"<=20", ">50", "", "20-50"};
  const std::vector<std::string> levels{"<=20", "20-50", ">50"};
  vigil::add_indicators(
      block, {.name = "size", .known_at = vigil::KnownAt::pathology}, sizes, levels);
  ASSERT_EQ(block.columns(), 2);
  EXPECT_EQ(block.info(0).name, "size=20-50");
  EXPECT_EQ(block.info(0).source_column(), "size");
  EXPECT_EQ(block.info(1).known_at, vigil::KnownAt::pathology);
  EXPECT_EQ(block.column(0)[3], 1.0);
  EXPECT_EQ(block.column(1)[1], 1.0);
  EXPECT_EQ(block.column(1)[0], 0.0);
  EXPECT_TRUE(std::isnan(block.column(0)[2]));
}

TEST(Indicators, NameTheNearestLevel) {
  vigil::ClinicalBlock block(1);
  try {
    vigil::add_indicators(block,
                          {.name = "grade"},
                          std::vector<std::string>{"g1"},
                          std::vector<std::string>{"G1", "G2"});
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_NE(error.fault().remedy.find("did you mean 'G1'?"), std::string::npos);
  }
}

} // namespace
