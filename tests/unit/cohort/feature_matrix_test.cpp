// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/feature_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace {

using vigil::FeatureInfo;
using vigil::FeatureMatrix;
using vigil::Index;

FeatureMatrix counting_matrix(Index subjects, Index features, Index block_features) {
  std::vector<float> values(vigil::at(subjects * features));
  std::iota(values.begin(), values.end(), 0.0F);
  return {vigil::resident_source(subjects, features, std::move(values), block_features),
          std::vector<FeatureInfo>(vigil::at(features))};
}

TEST(FeatureMatrix, PassesVisitEveryBlockOnce) {
  vigil::Scheduler scheduler(3);
  const auto matrix = counting_matrix(5, 7, 3);
  std::vector<int> visits(7);
  matrix.pass(scheduler, [&](const vigil::ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      ++visits[vigil::at(block.first_feature() + feature)];
      EXPECT_EQ(block.column(feature)[0],
                static_cast<float>(5 * (block.first_feature() + feature)));
    }
  });
  EXPECT_EQ(visits, std::vector<int>(7, 1));
}

TEST(FeatureMatrix, GathersListedColumnsInTheirOrder) {
  vigil::Scheduler scheduler(2);
  const auto matrix = counting_matrix(2, 6, 4);
  EXPECT_EQ(matrix.columns(std::vector<Index>{5, 0, 5}, scheduler),
            (std::vector<float>{10, 11, 0, 1, 10, 11}));
}

TEST(FeatureMatrix, SubsetsShowTheChosenPart) {
  vigil::Scheduler scheduler(2);
  const auto matrix = counting_matrix(3, 4, 2);
  const auto source =
      std::shared_ptr<const vigil::FeatureSource>(&matrix.source(), [](const auto*) {});
  const FeatureMatrix subjects(vigil::subject_subset(source, {2, 0}), std::vector<FeatureInfo>(4));
  EXPECT_EQ(subjects.columns(std::vector<Index>{1}, scheduler), (std::vector<float>{5, 3}));
  const FeatureMatrix features(vigil::feature_subset(source, {1, 3}), std::vector<FeatureInfo>(2));
  EXPECT_EQ(features.columns(std::vector<Index>{1}, scheduler), (std::vector<float>{9, 10, 11}));
}

TEST(FeatureMatrix, MayBeEmpty) {
  vigil::Scheduler scheduler(1);
  const FeatureMatrix none(4);
  EXPECT_EQ(none.features(), 0);
  none.pass(scheduler, [](const vigil::ColumnBlock&, Index) { FAIL(); });
}

} // namespace
