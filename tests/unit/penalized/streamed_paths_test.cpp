// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/path_bytes.hpp"
#include "tests/support/survival_case.hpp"
#include <numeric>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 60, markers = 800, points = 25;

struct Finished {
  PathFit path;
  Index whole_passes = 0, partial_passes = 0;
};

// A path over blocks of 10 markers; streamed: a view that is not in memory.
Finished finish(bool streamed, Index memory_bytes) {
  test::SurvivalCase made(RandomKey(51), subjects, markers, 1);
  made.block_features = 10;
  const TrainingData resident = made.data();
  std::vector<Index> everybody(at(subjects));
  std::iota(everybody.begin(), everybody.end(), Index{0});
  std::vector<FeatureInfo> info;
  for (Index marker = 0; marker < markers; ++marker) {
    info.push_back(resident.features.info(marker));
  }
  const FeatureMatrix view(
      subject_subset(resident_source(subjects, markers, made.marker_values, 10), everybody), info);
  const TrainingData data{.features = streamed ? view : resident.features,
                          .clinical = resident.clinical,
                          .outcome = resident.outcome};
  Scheduler scheduler(2);
  FitContext context{.scheduler = scheduler, .memory_bytes = memory_bytes};
  const CaseWeights ones = CaseWeights::ones(subjects);
  const auto preparation = fit_preparations(data, {&ones, 1}, {}, scheduler);
  const FitItem item{ones, preparation[0], RandomKey(1)};
  const PenaltyOptions lasso;
  const std::vector<PathRequest> requests(1, {lasso, {.points = points}});
  PathBatch batch({data, {&item, 1}}, requests, context);
  batch.run(std::vector<Index>(1, points));
  return {batch.path(0), batch.whole_passes(), batch.partial_passes()};
}

TEST(StreamedPaths, ColumnsThatWereCheckedAreReadOnce) {
  const Finished resident = finish(false, Index{1} << 30);
  const Finished roomy = finish(true, Index{1} << 30), tight = finish(true, 1);
  for (const Finished* other : {&roomy, &tight}) {
    EXPECT_TRUE(test::bytes_of(other->path) == test::bytes_of(resident.path));
  }
  EXPECT_EQ(resident.partial_passes, 0);
  EXPECT_GT(roomy.partial_passes, 0);
  EXPECT_LT(roomy.whole_passes + roomy.partial_passes, tight.whole_passes + tight.partial_passes);
}

} // namespace
} // namespace vigil::penalized
