// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/study/study_plan.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using vigil::test::fault_of;

TEST(RoundDown, GivesOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_EQ(vigil::round_down_1_2_5(1999), 1000);
  EXPECT_EQ(vigil::round_down_1_2_5(2000), 2000);
  EXPECT_EQ(vigil::round_down_1_2_5(7.3), 5);
  EXPECT_EQ(vigil::round_down_1_2_5(1), 1);
  EXPECT_EQ(vigil::round_down_1_2_5(0.3), 0.2);
}

TEST(ReadFolds, TakesTheTableThatAStudyWrites) {
  const vigil::Cohort cohort(vigil::test::small_parts({.subjects = 4}));
  const auto ids = cohort.subject_ids();
  const vigil::test::TempFolder folder;
  std::string text = "subject\trepeat\tfold\n";
  text += ids[0] + "\t1\t2\n" + ids[3] + "\t1\t1\n" + ids[1] + "\t2\t1\n";
  // Subjects stand once for each repeat, so the table has no ids of its own.
  const auto folds = vigil::read_folds(folder.file("folds.tsv", text), cohort);
  ASSERT_EQ(folds.size(), 2U);
  EXPECT_EQ(folds[0], (std::vector<vigil::Index>{2, 0, 0, 1}));
  EXPECT_EQ(folds[1], (std::vector<vigil::Index>{0, 1, 0, 0}));
}

TEST(ReadFolds, AcceptsASubjectInEveryRepeatAndRefusesStrangers) {
  const vigil::Cohort cohort(vigil::test::small_parts({.subjects = 3}));
  const auto ids = cohort.subject_ids();
  const vigil::test::TempFolder folder;
  const auto twice = vigil::read_folds(
      folder.file("twice.tsv",
                  "subject\trepeat\tfold\n" + ids[0] + "\t1\t1\n" + ids[0] + "\t2\t2\n"),
      cohort);
  EXPECT_EQ(twice.size(), 2U);
  const auto strange = fault_of<vigil::InputError>([&] {
    static_cast<void>(
        vigil::read_folds(folder.file("s.tsv", "subject\trepeat\tfold\nnobody\t1\t1\n"), cohort));
  });
  EXPECT_EQ(strange.found, "unknown subject 'nobody'");
  const auto zero = fault_of<vigil::InputError>([&] {
    static_cast<void>(vigil::read_folds(
        folder.file("z.tsv", "subject\trepeat\tfold\n" + ids[0] + "\t0\t1\n"), cohort));
  });
  EXPECT_EQ(zero.found, "repeat 0, fold 1");
}

} // namespace
