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
