// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using vigil::parse_bytes;
using vigil::parse_number;

TEST(NumberText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(vigil::number_text(0.1), "0.1");
  EXPECT_EQ(vigil::number_text(1.0), "1");
  EXPECT_EQ(vigil::number_text(-0.0), "0");
  EXPECT_EQ(vigil::number_text(1e300), "1e+300");
  EXPECT_EQ(vigil::number_text(std::nan("")), "NA");
  EXPECT_EQ(vigil::number_text(-std::numeric_limits<double>::infinity()), "-Inf");
  for (const double value : {1.0 / 3.0, 2.2250738585072014e-308, 123456789.123456789, -7.0 / 180}) {
    EXPECT_EQ(parse_number(vigil::number_text(value)), value);
  }
}

TEST(HumanText, RoundsAndGroups) {
  EXPECT_EQ(vigil::fixed_text(0.12345, 2), "0.12");
  EXPECT_EQ(vigil::fixed_text(-0.001, 2), "0.00");
  EXPECT_EQ(vigil::count_text(1234567), "1,234,567");
  EXPECT_EQ(vigil::count_text(-12), "-12");
  EXPECT_EQ(vigil::count_text(-1234), "-1,234");
  EXPECT_EQ(vigil::bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(vigil::bytes_text(vigil::Index{3} << 30), "3.0 GiB");
}

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_number("+1.5e3"), 1500.0);
  EXPECT_EQ(parse_number("-.5"), -0.5);
  for (const char* text :
       {"", " 1", "1 ", "1,5", "0x10", "nan", "NA", "+-1", "1e999", "--1", "infinity"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

TEST(ParseBytes, KnowsPowersOf1024) {
  EXPECT_EQ(parse_bytes("512"), 512);
  EXPECT_EQ(parse_bytes("64K"), 65536);
  EXPECT_EQ(parse_bytes("1.5GiB"), 1610612736);
  EXPECT_EQ(parse_bytes("2 mb"), 2097152);
  EXPECT_FALSE(parse_bytes("-1"));
  EXPECT_FALSE(parse_bytes("lots"));
}

TEST(Suggestion, FindsTheSlip) {
  const std::vector<std::string> columns{"os_time", "os_event", "centre"};
  EXPECT_EQ(vigil::nearest_name("os_tmie", columns), "os_time");
  EXPECT_EQ(vigil::nearest_name("Center", columns), "centre");
  EXPECT_FALSE(vigil::nearest_name("ki67", columns));
  EXPECT_EQ(vigil::suggestion("os_tiem", columns), "did you mean 'os_time'?");
  EXPECT_EQ(vigil::suggestion("xyz", columns), "there is: os_time, os_event, centre");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(vigil::split("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
  EXPECT_EQ(vigil::join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
  EXPECT_EQ(vigil::trim(" \ta b\r\n"), "a b");
}

} // namespace
