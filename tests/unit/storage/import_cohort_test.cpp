// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/preparation.hpp"
#include "vigil/storage/import_cohort.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"
#include <cmath>

namespace {

using vigil::storage::CohortRequest;

const std::string table = "id,os,dead,grade,g1,g2\n"
                          "p1,3.5,1,G1,0.5,NA\n"
                          "p2,8,0,G2,1.25,7\n"
                          "p3,2,1,,-3,8\n";

CohortRequest request_for(const std::filesystem::path& file) {
  CohortRequest request;
  request.file = file;
  request.time = "os";
  request.event = "dead";
  return request;
}

TEST(ImportCohort, KeepsWhatTheTableHolds) {
  vigil::Scheduler scheduler(2);
  const vigil::test::TempFolder folder;
  auto request = request_for(folder.file("cohort.csv", table));
  request.time_unit = vigil::TimeUnit::months;
  request.unit["g1"] = "ng/ml";
  request.known_at["grade"] = vigil::KnownAt::pathology;
  vigil::storage::choose_features(request, "g1,g2");
  const auto target = folder / "cohort.h5ad";
  const auto summary = vigil::storage::import_cohort(request, target, {}, scheduler);
  EXPECT_EQ(summary.subjects, 3);
  EXPECT_EQ(summary.markers, 2);
  EXPECT_EQ(summary.events, 2);

  auto again = request_for(target);
  again.clinical = {"grade"};
  const auto cohort = vigil::storage::open_cohort(again, scheduler);
  EXPECT_EQ(cohort.time_unit(), vigil::TimeUnit::months);
  EXPECT_EQ(cohort.subject_ids()[1], "p2");
  EXPECT_EQ(cohort.parts().features.info(0).unit, "ng/ml");
  EXPECT_EQ(cohort.parts().clinical.info(0).known_at, vigil::KnownAt::pathology);
  const auto values =
      vigil::raw_columns(cohort.covariates(), std::vector<vigil::Index>{0, 1, 2}, scheduler);
  EXPECT_EQ(values[0], 0.5);
  EXPECT_EQ(values[2], -3.0);
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(values[5], 8.0);
  EXPECT_EQ(values[7], 1.0); // grade=G2 of p2
  EXPECT_TRUE(std::isnan(values[8]));
}

TEST(ImportCohort, ImportingAnImportChangesNoValue) {
  vigil::Scheduler scheduler(2);
  const vigil::test::TempFolder folder;
  auto request = request_for(folder.file("cohort.csv", table));
  vigil::storage::choose_features(request, "g1,g2");
  static_cast<void>(vigil::storage::import_cohort(request, folder / "a.h5ad", {}, scheduler));
  static_cast<void>(vigil::storage::import_cohort(
      request_for(folder / "a.h5ad"), folder / "b.h5ad", {.compress = 4}, scheduler));
  const auto read = [&](const char* name) {
    const auto cohort = vigil::storage::open_cohort(request_for(folder / name), scheduler);
    return vigil::raw_columns(cohort.covariates(), std::vector<vigil::Index>{0}, scheduler);
  };
  EXPECT_EQ(read("a.h5ad"), read("b.h5ad"));
}

TEST(ImportCohort, ListsTheFields) {
  const vigil::test::TempFolder folder;
  CohortRequest request;
  request.file = folder.file("cohort.csv", table);
  const auto fields = vigil::storage::fields_of(request);
  ASSERT_EQ(fields.size(), 5U);
  EXPECT_EQ(fields[2].name, "grade");
  EXPECT_EQ(fields[2].kind, "text");
  EXPECT_EQ(fields[2].first_values, (std::vector<std::string>{"G1", "G2"}));
}

} // namespace
