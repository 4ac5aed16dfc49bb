// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

using Records = std::vector<std::vector<std::string>>;

TEST(Csv, ReadsQuotesLineEndsAndLeadingComments) {
  const Records expected = {{"a", "b"}, {"1,5", "say \"no\""}, {"two\nlines", ""}};
  EXPECT_EQ(parse_csv("# note\n# more\na,b\r\n\"1,5\",\"say \"\"no\"\"\"\n\"two\nlines\",", "text"),
            expected);
}

TEST(Csv, RefusesRaggedRecordsOpenQuotesAndNothing) {
  EXPECT_THROW(static_cast<void>(parse_csv("a,b\n1\n", "text")), std::runtime_error);
  EXPECT_THROW(static_cast<void>(parse_csv("a,b\n1,\"2\n", "text")), std::runtime_error);
  EXPECT_THROW(static_cast<void>(parse_csv("# only a note\n", "text")), std::runtime_error);
}

TEST(Csv, TakesWholeFiniteNumbersOnly) {
  double value = 0.0;
  EXPECT_TRUE(parse_number("-2.5e1", value));
  EXPECT_EQ(value, -25.0);
  EXPECT_TRUE(parse_number("NA", value));
  EXPECT_TRUE(std::isnan(value));
  EXPECT_FALSE(parse_number("", value));
  EXPECT_FALSE(parse_number("12 mm", value));
  EXPECT_FALSE(parse_number("inf", value));
}

// Counts, events and values as the R package survival 3.5-3 holds them.
TEST(Dataset, HoldsTheShippedCohorts) {
  const Dataset lung = read_dataset("lung");
  EXPECT_EQ(lung.rows(), 228);
  EXPECT_EQ(lung.names().front(), "subject");
  EXPECT_EQ(lung.numbers("time")[2], 1010.0);
  EXPECT_TRUE(std::isnan(lung.numbers("meal.cal")[2]));
  double deaths = 0.0;
  for (const double dead : lung.indicator("status", "2")) {
    deaths += dead;
  }
  EXPECT_EQ(deaths, 165.0);

  const Dataset pbc = read_dataset("pbc");
  EXPECT_EQ(pbc.rows(), 418);
  EXPECT_EQ(pbc.numbers("age")[0], 58.76522929500342); // 17 digits needed
  EXPECT_EQ(pbc.text("sex")[2], "m");
}

TEST(Dataset, FindsAFileInsideAFolder) {
  const Dataset gbsg = read_dataset("rotterdam_gbsg/gbsg");
  EXPECT_EQ(gbsg.rows(), 686);
  EXPECT_EQ(gbsg.text("size")[2], "20-50");
}

TEST(Dataset, FailsLoudly) {
  const Dataset lung = read_dataset("lung");
  EXPECT_THROW(static_cast<void>(lung.numbers("no such column")), std::runtime_error);
  EXPECT_THROW(static_cast<void>(read_dataset("veteran").numbers("celltype")), std::runtime_error);
  EXPECT_THROW(static_cast<void>(read_dataset("no such set")), std::runtime_error);
}

TEST(Reference, FindsOneRowAndFailsLoudlyOtherwise) {
  EXPECT_EQ(reference_value("Kaplan-Meier S(t)", "survival", "lung", "t=180"), 0.721670653409762);
  try {
    static_cast<void>(reference_value("Kaplan-Meier S(t)", "survival", "lung", "t=181"));
    FAIL() << "a missing row was found";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("survival | lung | t=180"), std::string::npos);
  }
}

} // namespace
} // namespace vigil::test
