// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/cut_columns.hpp"

#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include "tests/support/grow_forest.hpp"
#include "tests/support/value_case.hpp"
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

/// A source that counts how often it is asked for a pass, as a streamed one reads its file.
class CountedSource final : public FeatureSource {
public:
  explicit CountedSource(std::shared_ptr<const FeatureSource> source)
      : source_(std::move(source)) {}
  [[nodiscard]] Index subjects() const noexcept override { return source_->subjects(); }
  [[nodiscard]] Index features() const noexcept override { return source_->features(); }
  [[nodiscard]] Index block_features() const noexcept override { return source_->block_features(); }
  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    ++passes_;
    source_->pass(scheduler, blocks, visit);
  }
  [[nodiscard]] Index passes() const { return passes_; }

private:
  std::shared_ptr<const FeatureSource> source_;
  mutable Index passes_ = 0;
};

class CutColumnsTest : public testing::Test {
protected:
  static constexpr Index subjects = 1000;
  CutColumnsTest() : drawn(RandomKey(170), subjects, 9, 2) {
    for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 17) {
      drawn.marker_values[cell] = std::nanf("");
    }
    source = std::make_shared<CountedSource>(resident_source(subjects, 9, drawn.marker_values, 2));
    std::vector<FeatureInfo> info(9);
    for (std::size_t marker = 0; marker < info.size(); ++marker) {
      info[marker] = {.name = "m" + std::to_string(marker), .offset = 0.25};
    }
    matrix.emplace(source, std::move(info));
  }

  test::SurvivalCase drawn;
  std::shared_ptr<const CountedSource> source;
  std::optional<FeatureMatrix> matrix;
  Scheduler scheduler{2};
};

TEST_F(CutColumnsTest, BlocksHoldWhatTheWholeHolds) {
  const TrainingData data = drawn.data();
  const Covariates covariates{.features = *matrix, .clinical = data.clinical};
  const std::vector<Index> columns{1, 4, 9};
  const std::vector<std::string> names{"m1", "m4", data.clinical.info(0).name};
  const CutColumns whole(covariates, columns, names, {}, scheduler);
  FitContext context{.scheduler = scheduler, .memory_bytes = 2 * 8 * 3 * 300};
  Index seen = 0;
  for_subject_blocks(covariates,
                     columns,
                     names,
                     {},
                     context,
                     [&](const CutColumns& values, const SubjectRange& some) {
                       EXPECT_EQ(some.first, seen);
                       EXPECT_EQ(some.count, std::min<Index>(300, subjects - seen));
                       EXPECT_EQ(values.subjects(), some.count);
                       for (const Index column : columns) {
                         for (Index subject = 0; subject < some.count; ++subject) {
                           const auto at_column = static_cast<std::uint32_t>(column);
                           const double own = values.value(at_column, subject);
                           const double same = whole.value(at_column, some.first + subject);
                           EXPECT_TRUE(own == same || (std::isnan(own) && std::isnan(same)));
                         }
                       }
                       seen += some.count;
                     });
  EXPECT_EQ(seen, subjects);
}

TEST_F(CutColumnsTest, PredictionsDoNotDependOnTheMemory) {
  const auto forest = test::grow_forest(drawn, {.trees = 30});
  const TrainingData data = drawn.data();
  const Covariates covariates{.features = *matrix, .clinical = data.clinical};
  const std::vector<double> horizons{0.3, 0.8};
  const auto predict = [&](Index memory) {
    FitContext context{.scheduler = scheduler, .memory_bytes = memory};
    return forest.predict(covariates, {.horizons = horizons, .curves = true}, context);
  };
  const Prediction whole = predict(Index{1} << 30);
  EXPECT_EQ(source->passes(), 1);
  const Prediction blocks = predict(1); // 256 subjects at a time
  EXPECT_EQ(source->passes(), 1 + 4);
  EXPECT_EQ(blocks.score, whole.score);
  EXPECT_EQ(blocks.risk.value, whole.risk.value);
  EXPECT_EQ(blocks.curves->value, whole.curves->value);
}

// 600 subjects: in three blocks of 256 at most.
TEST(CutColumnsBlocks, HoldLevelsOfCategoriesAndServeForestsOfValues) {
  Scheduler scheduler(2);
  FitContext much{.scheduler = scheduler}, little{.scheduler = scheduler, .memory_bytes = 1};
  auto cells = test::category_case(RandomKey(171), 600, 40, 11);
  const auto forest = test::grow_forest(cells, {.trees = 20, .categories = CategoryUse::sets});
  const TrainingData data = cells.data();
  EXPECT_EQ(forest.predict(data.covariates(), {}, little).score,
            forest.predict(data.covariates(), {}, much).score);
  auto values = test::holed_case(172, 600, 5, false);
  const auto of_values = values.grow({.trees = 20});
  const TrainingData value_data = values.data();
  EXPECT_EQ(of_values.predict(value_data.covariates(), {}, little).score,
            of_values.predict(value_data.covariates(), {}, much).score);
}

TEST_F(CutColumnsTest, LacksNoColumnSilently) {
  const TrainingData data = drawn.data();
  FitContext context{scheduler};
  const std::vector<Index> columns{1};
  const std::vector<std::string> names{"m10"};
  EXPECT_THROW(for_subject_blocks(
                   data.covariates(), columns, names, {}, context, [](const auto&, const auto&) {}),
               InputError);
}

} // namespace
} // namespace vigil::forest
