// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Fault, RendersItsFourParts) {
  const vigil::InputError error({.where = "obs/os_time, subject 'BE-0412' (row 411)",
                                 .found = "-3",
                                 .expected = "time > 0",
                                 .remedy = "correct the row",
                                 .problem = "cannot use outcome 'os'"});
  EXPECT_STREQ(error.what(),
               "cannot use outcome 'os'\n"
               "  where     obs/os_time, subject 'BE-0412' (row 411)\n"
               "  found     -3\n"
               "  expected  time > 0\n"
               "  remedy    correct the row");
}

TEST(Fault, EveryKindHasItsExitCode) {
  const vigil::Fault fault{.where = "a", .found = "b", .expected = "c", .remedy = "d"};
  EXPECT_EQ(vigil::ConfigError(fault).exit_code(), 2);
  EXPECT_EQ(vigil::InputError(fault).exit_code(), 3);
  EXPECT_EQ(vigil::ResourceError(fault).exit_code(), 6);
}

TEST(FaultList, NamesTenAndCountsTheRest) {
  vigil::FaultList faults;
  EXPECT_NO_THROW(faults.raise_if_any("problem", "expected", "remedy"));
  for (int row = 0; row < 13; ++row) {
    faults.add("row " + std::to_string(row), std::to_string(-row));
  }
  try {
    faults.raise_if_any("problem", "expected", "remedy");
    FAIL();
  } catch (const vigil::InputError& error) {
    EXPECT_NE(error.fault().where.find("row 9\nand 3 more"), std::string::npos);
    EXPECT_EQ(error.fault().where.find("row 10"), std::string::npos);
  }
}

} // namespace
