// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/record.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Record, GivesBackWhatWasSet) {
  vigil::Record inner("inner");
  inner.set("names", vigil::Record::Texts{"a", "b"});
  vigil::Record record("outer");
  record.set("number", 1.5);
  record.set("count", vigil::Index{3});
  record.set("text", std::string("x"));
  record.set("inner", inner);
  EXPECT_EQ(record.number("number"), 1.5);
  EXPECT_EQ(record.count("count"), 3);
  EXPECT_EQ(record.text("text"), "x");
  EXPECT_EQ(record.record("inner").texts("names").at(1), "b");
  EXPECT_EQ(record.entries().begin()->first, "count");
}

TEST(Record, SaysWhichEntryIsMissingOrMistyped) {
  vigil::Record record("cox");
  record.set("lambda", 1.0);
  EXPECT_THROW(static_cast<void>(record.number("beta")), vigil::InputError);
  EXPECT_THROW(static_cast<void>(record.text("lambda")), vigil::InputError);
}

} // namespace
