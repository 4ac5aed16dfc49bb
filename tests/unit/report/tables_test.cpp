// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/report/write_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_report.hpp"
#include "tests/support/temp_folder.hpp"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace {

using vigil::report::NamedText;
using vigil::report::Report;
using vigil::report::table_text;
using vigil::report::tables_of;
using vigil::report::write_tables;

std::string table(const std::string& name) {
  for (const NamedText& candidate : tables_of(vigil::test::tiny_report())) {
    if (candidate.name == name) {
      return candidate.text;
    }
  }
  return "no such table";
}

// The expected texts are written by hand from the column lists of the command-line contract.
TEST(Tables, PerformanceHasTheColumnsOfTheContractAndMissingNumbersAsNA) {
  EXPECT_EQ(table("performance.tsv"),
            "learner\tmeasure\thorizon\tthreshold\tcause\tresampling\testimate\tse\tlower\tupper\t"
            "level\tinterval_method\tsubjects\tevents\tresamples\tundefined\tsmall_"
            "folds\tinflation\tmean_squared_error\tundefined_because\n"
            "cox\tharrell_c\tNA\tNA\t1\tnested-cv\t0.75\t0.125\t0.5\t1\t0."
            "95\tinfluence\t4\t2\t2\t0\t0\tNA\tNA\tNA\n");
}

TEST(Tables, PredictionsHaveThreeColumnsForEachHorizon) {
  EXPECT_EQ(
      table("predictions.tsv"),
      "learner\tscheme\trepeat\tfold\tsubject\tcentre\ttime\tevent\tscore\trisk@12\tlower@12\t"
      "upper@12\trisk@24.5\tlower@24.5\tupper@24.5\n"
      "cox\tnested-cv\t1\t2\tid-one\tNA\t3.5\t1\t0.25\t0.1\t0.05\t0.2\t0.2\t0.1\t0.3\n"
      "cox\tnested-cv\t1\t1\tid-two\tnorth\t7\t0\t-1\t0.3\tNA\tNA\tNA\tNA\tNA\n");
}

TEST(Tables, PassportsAndReplications) {
  EXPECT_EQ(
      table("passport.tsv"),
      "learner\tfeature\tknown_at\tselection_frequency\tcoefficient\tz\tcentres\tsame_"
      "sign\tmu\tlower\tupper\ttau2\ti2"
      "\tq_p\tcentre_share\tcentre_p\tundefined_because\n"
      "cox\t<i>il6</i>\tNA\t0.5\tNA\t2.5\t2\t1\t0.5\t-0.25\t1.25\tNA\tNA\tNA\t0.125\tNA\tNA\n");
  EXPECT_EQ(table("replication.tsv"),
            "feature\tcohort\tsubjects\tevents\testimate\tz\tp\tsame_sign\tundefined_because\n"
            "<i>il6</i>\tfar\t2\t1\tNA\t-1.5\t0.125\tno\ta tab\n");
}

TEST(Tables, TestsOfProportionalHazards) {
  EXPECT_EQ(table("proportional_hazards.tsv"),
            "learner\tfeature\tchi_square\tdegrees_of_freedom\tp\tundefined_because\n"
            "cox\t<i>age</i>\t2.5\t1\t0.125\tNA\n"
            "cox\t(global)\t12.5\t2\t0.00025\tNA\n"
            "small\t(global)\tNA\t0\tNA\tno events\n");
}

TEST(Tables, TriageJoinsTheReasons) {
  EXPECT_EQ(table("triage.tsv"),
            "subject\taction\trisk\tlower\tupper\trisk_resected\treduction\thorizon\treason\n"
            "id-one\tobserve\t0.1\t0.05\t0.2\t0.06\t0.04\t12\tNA\n"
            "id-two\tboard\tNA\tNA\tNA\tNA\tNA\t12\tR08;R19\n");
}

TEST(Tables, CohortFlowNamesExternalCohortsAndKeepsOneCellPerTab) {
  EXPECT_EQ(table("cohort_flow.tsv"),
            "step\tsubjects\tevents\treason\n"
            "read\t5\t3\tNA\n"
            "analysed\t4\t2\ta tab\n"
            "far: read\t2\t1\tNA\n");
}

TEST(Tables, OtherHeadersAreThoseOfTheContract) {
  EXPECT_EQ(table("folds.tsv"), "subject\trepeat\tfold\nid-one\t1\t2\nid-two\t1\t1\n");
  EXPECT_EQ(table("comparisons.tsv"),
            "learner\treference\tmeasure\thorizon\tresampling\tdifference\tse\tlower\tupper\tp\n");
  EXPECT_EQ(
      table("centres.tsv"),
      "learner\tmeasure\thorizon\tcentre\tsubjects\tevents\testimate\tse\tmu\ttau2\ti2\tlower\t"
      "upper\tprediction_lower\tprediction_upper\tadequate_from\tadequate_to\t"
      "adequate_probability\tadequate_with_slope\tresampling\tundefined_because\n");
}

TEST(Tables, ForestsHaveTheirImportanceAndTheirError) {
  EXPECT_EQ(table("importance.tsv"),
            "learner\tkind\tfeature\timportance\tse\tp\n"
            "trees\tshadow\ta ge\t0.125\t0.25\t0.5\n"
            "trees\tshadow\t<i>stage</i>\t-1\tNA\tNA\n");
  EXPECT_EQ(table("forest_error.tsv"),
            "learner\ttrees\toob_concordance\tse\tbias\tranking_error\tundefined_because\n"
            "trees\t10\tNA\tNA\tNA\tNA\tno tree cuts any column\n"
            "trees\t20\t0.75\t0.5\t-0.25\t0.125\tNA\n");
  const std::vector<NamedText> none = tables_of(Report{});
  for (const char* name : {"importance.tsv", "forest_error.tsv"}) {
    const auto found = std::ranges::find(none, name, &NamedText::name);
    ASSERT_NE(found, none.end());
    EXPECT_EQ(std::ranges::count(found->text, '\n'), 1) << "a header alone";
  }
}

TEST(Tables, APooledRowOfCentresIsNamed) {
  const vigil::CentreRow pooled;
  EXPECT_THAT(table_text(std::span(&pooled, 1)), testing::HasSubstr("\t(pooled)\t"));
}

TEST(Tables, WithoutTriageThereIsNoTriageTable) {
  Report report = vigil::test::tiny_report();
  report.triage.reset();
  for (const NamedText& candidate : tables_of(report)) {
    EXPECT_NE(candidate.name, "triage.tsv");
  }
}

TEST(Tables, ANullCheckHasItsTableWhereThereIsOne) {
  auto report = vigil::test::tiny_report();
  const auto has_table = [&] {
    const auto tables = vigil::report::tables_of(report);
    return std::any_of(tables.begin(), tables.end(), [](const auto& table) {
      return table.name == "null_check.tsv";
    });
  };
  EXPECT_FALSE(has_table());
  report.null_check = vigil::test::failed_null_check();
  EXPECT_TRUE(has_table());
  report.null_permutations = {
      {.learner = "leaky", .permutation = 2, .within_centre_concordance = 0.75, .selected = 3.5},
      {.learner = "net", .permutation = 1}};
  EXPECT_EQ(
      vigil::report::table_text(std::span<const vigil::NullCheckRow>(report.null_permutations)),
      "learner\tpermutation\twithin_centre_concordance\tselected\n"
      "leaky\t2\t0.75\t3.5\nnet\t1\tNA\tNA\n");
}

TEST(Tables, FilesAreWholeAndNothingElseStays) {
  const vigil::test::TempFolder place;
  const auto folder = place / "results";
  write_tables(vigil::test::tiny_report(), folder);
  std::ifstream in(folder / "folds.tsv", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), table("folds.tsv"));
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().extension(), ".tsv");
  }
}

TEST(Tables, APlaceThatIsAFileIsRefused) {
  const vigil::test::TempFolder place;
  const auto file = place.file("not_a_folder", "x");
  EXPECT_THROW(write_tables(vigil::test::tiny_report(), file), vigil::ConfigError);
}

} // namespace
