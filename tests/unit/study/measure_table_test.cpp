// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/measure_rows.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <cmath>

namespace {

using vigil::test::fault_of;

const std::string predictions = "subject\ttime\tevent\tscore\tother\trisk@3\n"
                                "a\t1\t1\t4\t1\t0.9\n"
                                "b\t2\t1\t3\t2\t0.7\n"
                                "c\t3\t0\t2\t3\t0.4\n"
                                "d\t4\t1\t1\t4\t0.2\n";

TEST(MeasureTable, MeasuresAnybodysPredictions) {
  const vigil::test::TempFolder folder;
  vigil::Scheduler scheduler(1);
  const auto table = vigil::storage::read_table(folder.file("p.tsv", predictions));
  const auto measured = vigil::read_predictions(table, {}, nullptr);
  EXPECT_EQ(measured.prediction.risk.horizon, std::vector<double>{3});
  vigil::MeasureOptions options;
  options.measures = {&vigil::measure::find("harrell_c"), &vigil::measure::find("brier")};
  options.horizons = {3};
  const auto rows = vigil::measure_rows(measured, options, scheduler);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].estimate, 1.0); // the order of the scores is that of the events
  EXPECT_EQ(rows[0].events, 3);
  // One subject is at risk beyond 3: fewer than the 20 that the gate asks for.
  EXPECT_TRUE(std::isnan(rows[1].estimate));
  EXPECT_EQ(rows[1].undefined_because.substr(0, 21), "horizon not supported");
}

TEST(MeasureTable, ComparesTwoScoresByTheirInfluence) {
  const vigil::test::TempFolder folder;
  const auto table = vigil::storage::read_table(folder.file("p.tsv", predictions));
  const auto measured = vigil::read_predictions(table, {}, nullptr);
  vigil::MeasureOptions options;
  options.measures = {&vigil::measure::find("harrell_c")};
  const auto rows = vigil::compare_scores(measured, table.numbers("other"), "other", options);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].difference, 1.0); // 1 - 0
}

// By hand: a is above the three later ones, b below the two later ones; a pair weighs the product of its weights.
TEST(MeasureTable, WeighsTheRows) {
  const vigil::test::TempFolder folder;
  vigil::Scheduler scheduler(1);
  const auto table =
      vigil::storage::read_table(folder.file("p.tsv",
                                             "subject\ttime\tevent\tscore\tweight\tsome\tbad\n"
                                             "a\t1\t1\t4\t1\t1\t1\nb\t2\t1\t1\t2\t0\t-1\n"
                                             "c\t3\t0\t2\t1\t1\t1\nd\t4\t1\t3\t3\t1\t1\n"));
  vigil::MeasureOptions options;
  options.measures = {&vigil::measure::find("harrell_c")};
  const auto concordance = [&](const std::string& weight) {
    return vigil::measure_rows(
               vigil::read_predictions(table, {.weight = weight}, nullptr), options, scheduler)
        .front();
  };
  EXPECT_DOUBLE_EQ(concordance("").estimate, 3.0 / 5.0);
  EXPECT_DOUBLE_EQ(concordance("weight").estimate, 6.0 / 14.0);
  EXPECT_EQ(concordance("some").estimate, 1.0);
  EXPECT_EQ(concordance("some").subjects, 3);
  EXPECT_THROW(static_cast<void>(concordance("bad")), vigil::InputError);
}

TEST(MeasureTable, GroupsWidenTheErrorOfRowsThatRepeat) {
  const vigil::test::TempFolder folder;
  vigil::Scheduler scheduler(1);
  std::string text = "row\tpatient\ttime\tevent\tscore\tother\n";
  for (const std::string row : {"1", "2"}) {
    text += "a" + row + "\tp1\t1\t1\t4\t1\nb" + row + "\tp2\t2\t1\t1\t2\nc" + row +
            "\tp3\t3\t0\t2\t3\nd" + row + "\tp4\t4\t1\t3\t4\n";
  }
  const auto table = vigil::storage::read_table(folder.file("p.tsv", text));
  vigil::MeasureOptions options;
  options.measures = {&vigil::measure::find("harrell_c")};
  const auto rows = vigil::read_predictions(table, {}, nullptr);
  const auto patients = vigil::read_predictions(table, {.group = "patient"}, nullptr);
  const double as_rows = vigil::measure_rows(rows, options, scheduler)[0].se;
  const double as_patients = vigil::measure_rows(patients, options, scheduler)[0].se;
  EXPECT_GT(as_rows, 0.0);
  EXPECT_NEAR(as_patients, as_rows * std::sqrt(2.0), 1e-14);
  const auto other = table.numbers("other");
  EXPECT_NEAR(vigil::compare_scores(patients, other, "other", options)[0].se,
              vigil::compare_scores(rows, other, "other", options)[0].se * std::sqrt(2.0),
              1e-14);
}

TEST(MeasureTable, NeedsAGroupForEachRow) {
  const vigil::test::TempFolder folder;
  std::string text = predictions;
  text.replace(text.find("b\t2\t1\t3\t2"), 9, "b\t2\t1\t3\tNA");
  const auto table = vigil::storage::read_table(folder.file("p.tsv", text));
  const auto fault = fault_of<vigil::InputError>(
      [&] { static_cast<void>(vigil::read_predictions(table, {.group = "other"}, nullptr)); });
  EXPECT_NE(fault.where.find("'b'"), std::string::npos) << fault.where;
  EXPECT_EQ(fault.expected, "the group of each row");
}

TEST(MeasureTable, RefusesRisksThatAreNoRisks) {
  const vigil::test::TempFolder folder;
  std::string text = predictions;
  text.replace(text.find("0.9"), 3, "90");
  const auto table = vigil::storage::read_table(folder.file("p.tsv", text));
  const auto fault = fault_of<vigil::InputError>(
      [&] { static_cast<void>(vigil::read_predictions(table, {}, nullptr)); });
  EXPECT_EQ(fault.found, "90");
  EXPECT_NE(fault.where.find("risk@3"), std::string::npos);
}

TEST(MeasureTable, NeedsAHorizonForEachNamedRisk) {
  const vigil::test::TempFolder folder;
  const auto table = vigil::storage::read_table(folder.file("p.tsv", predictions));
  const vigil::PredictionColumns columns{.risk = {"risk@3"}};
  EXPECT_THROW(static_cast<void>(vigil::read_predictions(table, columns, nullptr)),
               vigil::ConfigError);
}

} // namespace
