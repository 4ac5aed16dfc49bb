// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/report/write_html.hpp"
#include "vigil/report/write_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_report.hpp"
#include "tests/support/temp_folder.hpp"
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace {

using testing::HasSubstr;
using testing::Not;
using vigil::report::json_text;

class Json : public testing::Test {
protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void write(const std::string& text) const { std::ofstream(folder / "report.json") << text; }
  const vigil::test::TempFolder place;
  const std::filesystem::path folder = place / "results";
};

TEST_F(Json, SameReportSameBytes) {
  EXPECT_EQ(json_text(vigil::test::large_report(50)), json_text(vigil::test::large_report(50)));
}

TEST_F(Json, SaysItsFormatAndItsUse) {
  const std::string text = json_text(vigil::test::tiny_report());
  EXPECT_THAT(text, testing::StartsWith("{\n \"format\": 1,"));
  EXPECT_THAT(text, HasSubstr("Research use only"));
}

TEST_F(Json, HoldsNoSubjectNames) {
  EXPECT_THAT(json_text(vigil::test::tiny_report()), Not(HasSubstr("id-one")));
}

TEST_F(Json, ReadsBackWhatItWrote) {
  const auto report = vigil::test::large_report(60);
  vigil::report::write_json(report, folder);
  const auto again = vigil::report::read_json(folder);
  EXPECT_EQ(json_text(again), json_text(report));
  EXPECT_EQ(vigil::report::html_text(again), vigil::report::html_text(report));
}

TEST_F(Json, AnEarlierReportWithoutTestsOfHazardsIsRead) {
  auto json = nlohmann::json::parse(json_text(vigil::test::tiny_report()));
  EXPECT_EQ(json.at("proportional_hazards").at(1).at("chi_square"), 12.5);
  EXPECT_TRUE(json.at("proportional_hazards").at(2).at("p").is_null());
  write(json.dump());
  EXPECT_EQ(vigil::report::read_json(folder).proportional_hazards.size(), 3U);
  json.erase("proportional_hazards");
  write(json.dump());
  EXPECT_TRUE(vigil::report::read_json(folder).proportional_hazards.empty());
}

TEST_F(Json, HoldsTheMostImportantFeaturesOfAForest) {
  const auto json = nlohmann::json::parse(json_text(vigil::test::tiny_report()));
  const auto& forest = json.at("forests").at(0);
  EXPECT_EQ(forest.at("learner"), "trees");
  EXPECT_EQ(forest.at("trees"), 20);
  EXPECT_TRUE(forest.at("sample_fraction").is_null());
  EXPECT_EQ(forest.at("importance_on"), "brier@12");
  const auto& importance = forest.at("importance").at(0);
  EXPECT_EQ(importance.at("kind"), "shadow");
  EXPECT_EQ(importance.at("features"), 2);
  EXPECT_EQ(
      importance.at("first").at(0),
      nlohmann::json::parse(R"({"feature": "a\tge", "importance": 0.125, "se": 0.25, "p": 0.5})"));
  EXPECT_EQ(
      forest.at("error").at(1),
      nlohmann::json::parse(
          R"({"trees": 20, "oob_concordance": 0.75, "se": 0.5, "bias": -0.25, "ranking_error": 0.125, "undefined_because": ""})"));
}

TEST_F(Json, HoldsTheNullCheckAndReadsItBack) {
  auto report = vigil::test::tiny_report();
  EXPECT_TRUE(nlohmann::json::parse(json_text(report)).at("null_check").is_null());
  report.null_check = vigil::test::failed_null_check();
  const auto json = nlohmann::json::parse(json_text(report)).at("null_check");
  EXPECT_EQ(json.at("form"), "quick");
  EXPECT_EQ(json.at("learners").at(0).at("limit"), 0.5375);
  EXPECT_EQ(json.at("learners").at(0).at("failed"), true);
  EXPECT_TRUE(json.at("learners").at(2).at("concordance").is_null());
  vigil::report::write_json(report, folder);
  EXPECT_EQ(json_text(vigil::report::read_json(folder)), json_text(report));
}

// Results of versions that knew no null check.
TEST_F(Json, ReadsAReportWithoutANullCheck) {
  auto json = nlohmann::ordered_json::parse(json_text(vigil::test::tiny_report()));
  json.erase("null_check");
  write(json.dump());
  EXPECT_FALSE(vigil::report::read_json(folder).null_check.has_value());
}

// Results of versions that knew no forests.
TEST_F(Json, ReadsAReportWithoutForests) {
  auto json = nlohmann::ordered_json::parse(json_text(vigil::test::tiny_report()));
  json.erase("forests");
  write(json.dump());
  EXPECT_TRUE(vigil::report::read_json(folder).forests.empty());
  json.erase("plan");
  write(json.dump());
  EXPECT_THROW(static_cast<void>(vigil::report::read_json(folder)), vigil::InputError);
}

TEST_F(Json, MissingDamagedAndForeignFilesAreRefused) {
  EXPECT_THROW(static_cast<void>(vigil::report::read_json(folder)), vigil::InputError);
  write("{\"format\": 1, ");
  EXPECT_THROW(static_cast<void>(vigil::report::read_json(folder)), vigil::InputError);
  write("{\"format\": 2}");
  EXPECT_THROW(static_cast<void>(vigil::report::read_json(folder)), vigil::InputError);
  write("{\"format\": 1}");
  EXPECT_THROW(static_cast<void>(vigil::report::read_json(folder)), vigil::InputError);
}

} // namespace
