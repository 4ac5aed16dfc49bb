// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected counts: the README of each cohort in shared/data.
#include "vigil/storage/cohort_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include <cmath>
#include <filesystem>

namespace vigil::storage {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path data = std::filesystem::path(VIGIL_SHARED_DATA);

struct RealCohort {
  const char* folder;
  Index subjects, features, events;
  const char* centre;
};

class RealCohorts : public ::testing::TestWithParam<RealCohort> {};

TEST_P(RealCohorts, HasTheCountsOfItsReadme) {
  const auto& wanted = GetParam();
  CohortRequest request;
  request.file = data / wanted.folder / "cohort.h5ad";
  if (!std::filesystem::exists(request.file)) {
    GTEST_SKIP() << "no " << request.file;
  }
  Scheduler scheduler(2);
  request.time = "time";
  request.event = "event";
  request.centre = wanted.centre;
  const auto cohort = open_cohort(request, scheduler);
  EXPECT_EQ(cohort.subjects(), wanted.subjects);
  EXPECT_EQ(cohort.parts().features.features(), wanted.features);
  EXPECT_EQ(cohort.events(), wanted.events);
}

TEST_P(RealCohorts, TheTableHoldsTheSameOutcome) {
  const auto& wanted = GetParam();
  CohortRequest request;
  request.file = data / wanted.folder / "clinical.csv";
  if (!std::filesystem::exists(request.file)) {
    GTEST_SKIP() << "no " << request.file;
  }
  Scheduler scheduler(1);
  request.time = "time";
  request.event = "event";
  const auto table = open_cohort(request, scheduler);
  request.file = data / wanted.folder / "cohort.h5ad";
  request.features = FeatureChoice::none;
  const auto h5ad = open_cohort(request, scheduler);
  const auto& left = std::get<SurvivalOutcome>(*table.parts().outcome);
  const auto& right = std::get<SurvivalOutcome>(*h5ad.parts().outcome);
  EXPECT_EQ(table.parts().subject_ids, h5ad.parts().subject_ids);
  EXPECT_EQ(left.time, right.time);
  EXPECT_EQ(left.event, right.event);
}

INSTANTIATE_TEST_SUITE_P(
    Six,
    RealCohorts,
    ::testing::Values(RealCohort{"lung_net_multisource", 313, 233, 72, "source"},
                      RealCohort{"pannet_mskmet", 196, 42, 68, ""},
                      RealCohort{"crc_norway_dfs", 160, 10015, 62, "series"},
                      RealCohort{"aml_bullinger2004", 116, 6283, 68, ""},
                      RealCohort{"dlbcl_lenz2008", 412, 3833, 163, "treatment"},
                      RealCohort{"tcga_ov_mirna", 544, 799, 286, "centre"}),
    [](const auto& test) { return std::string(test.param.folder); });

TEST(RealCohortsMore, AmlMissesATenthOfItsMarkers) {
  CohortRequest request;
  request.file = data / "aml_bullinger2004" / "cohort.h5ad";
  if (!std::filesystem::exists(request.file)) {
    GTEST_SKIP() << "no " << request.file;
  }
  Scheduler scheduler(2);
  const auto cohort = open_cohort(request, scheduler);
  std::vector<Index> missing(at(cohort.parts().features.features()));
  cohort.parts().features.pass(scheduler, [&missing](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      for (const float value : block.column(feature)) {
        missing[at(block.first_feature() + feature)] += std::isnan(value) ? 1 : 0;
      }
    }
  });
  Index total = 0;
  for (const Index count : missing) {
    total += count;
  }
  // The README prints 10.7 %.
  EXPECT_NEAR(static_cast<double>(total) / (116.0 * 6283.0), 0.107, 0.0005);
}

} // namespace
} // namespace vigil::storage
