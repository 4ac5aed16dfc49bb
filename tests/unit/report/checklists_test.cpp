// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/checklists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_report.hpp"
#include <algorithm>
#include <array>
#include <string>

namespace {

using namespace vigil::report; // NOLINT(google-build-using-namespace): a test file
using testing::HasSubstr;
using testing::Not;

const ChecklistItem& item(const Checklist& checklist, std::string_view number) {
  return *std::ranges::find(checklist.items, number, &ChecklistItem::item);
}

TEST(Checklists, HaveTheItemsOfTheGuidelines) {
  const auto report = vigil::test::tiny_report();
  EXPECT_EQ(remark(report).items.size(), 20U);
  EXPECT_EQ(tripod_ai(report).items.size(), 27U);
}

TEST(Checklists, FillWhatTheRunKnowsAndLeaveTheRest) {
  auto report = vigil::test::tiny_report();
  report.inputs.front().subjects = 137;
  report.inputs.front().events = 23;
  report.inputs.front().markers = 233;
  report.inputs.front().clinical = 4;
  const auto list = remark(report);
  EXPECT_EQ(item(list, "9").filled,
            "23 events among 137 subjects; 0.10 events for each of 237 candidate columns.");
  EXPECT_EQ(status_of(item(list, "9")), "partly");
  EXPECT_EQ(status_of(item(list, "1")), "author");
  EXPECT_EQ(status_of(item(list, "16")), "filled");
}

TEST(Checklists, NameEveryLearnerOnSubjectsNotSeen) {
  auto report = vigil::test::tiny_report();
  report.performance = {
      {.learner = "net", .measure = "harrell_c", .resampling = "apparent", .estimate = 0.91},
      {.learner = "net",
       .measure = "harrell_c",
       .resampling = "nested-cv",
       .estimate = 0.7512,
       .lower = 0.598,
       .upper = 0.861},
      {.learner = "cox", .measure = "harrell_c", .resampling = "external:gbsg", .estimate = 0.62}};
  const std::string text(item(tripod_ai(report), "23a-b").filled);
  EXPECT_THAT(text, HasSubstr("net 0.75 (0.60 to 0.86), nested cross-validation"));
  EXPECT_THAT(text, HasSubstr("cox 0.62, external cohort gbsg"));
  EXPECT_THAT(text, Not(HasSubstr("0.91")));
}

// Names from files must not end a cell, a row or a line.
TEST(Checklists, KeepTextsInTheirCells) {
  auto report = vigil::test::tiny_report();
  report.inputs.front().file = "a|b\tc\nd.csv";
  const auto list = remark(report);
  const std::string markdown = checklist_text(list);
  EXPECT_THAT(markdown, HasSubstr("a\\|b"));
  EXPECT_EQ(std::ranges::count(markdown, '\n'), 6 + 20);
  const std::string table = table_text(std::array{list});
  EXPECT_EQ(std::ranges::count(table, '\n'), 21);
  EXPECT_EQ(std::ranges::count(table, '\t'), 21 * 6);
}

TEST(Checklists, OfAnEmptyReportAreAllTheAuthors) {
  const auto list = remark(Report{});
  EXPECT_EQ(list.items.size(), 20U);
  EXPECT_EQ(status_of(item(list, "9")), "author");
  EXPECT_EQ(status_of(item(list, "12")), "author");
}

} // namespace
