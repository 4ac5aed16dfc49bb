// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/forest_learner.hpp"
#include "vigil/measure/measure.hpp"

#include <gtest/gtest.h>

#include "tests/support/damaged_record.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

const std::vector<double> horizons{0.3, 0.8};

class ForestLearnerTest : public testing::Test {
protected:
  ForestLearnerTest() : drawn(RandomKey(110), 80, 6, 1) {
    for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 11) {
      drawn.marker_values[cell] = std::nanf("");
    }
  }
  std::vector<SurvivalForest> fit(const std::vector<CaseWeights>& weightings,
                                  const std::vector<Index>& keys) {
    const TrainingData data = drawn.data();
    FitContext context{scheduler};
    const Preparation preparation(data.columns(), {});
    std::vector<FitItem> items;
    for (std::size_t item = 0; item < weightings.size(); ++item) {
      items.push_back({weightings[item], preparation, RandomKey(3).child(keys[item])});
    }
    return ForestLearner({.trees = 12}).fit_all({data, items}, context);
  }
  Prediction predict(const SurvivalForest& forest) {
    const TrainingData data = drawn.data();
    FitContext context{scheduler};
    return forest.predict(data.covariates(), {.horizons = horizons, .curves = true}, context);
  }
  void expect_same(const SurvivalForest& one, const SurvivalForest& other) {
    const Prediction left = predict(one), right = predict(other);
    ASSERT_EQ(left.score.size(), right.score.size());
    EXPECT_EQ(std::memcmp(left.score.data(), right.score.data(), 8 * left.score.size()), 0);
    EXPECT_EQ(left.risk.value.size(), right.risk.value.size());
    EXPECT_EQ(
        std::memcmp(left.risk.value.data(), right.risk.value.data(), 8 * left.risk.value.size()),
        0);
  }

  test::SurvivalCase drawn;
  Scheduler scheduler{2};
};

TEST_F(ForestLearnerTest, BytesDependOnTheItemAlone) {
  const CaseWeights ones = CaseWeights::ones(80);
  std::vector<std::uint32_t> times(80, 1);
  for (std::size_t subject = 0; subject < 80; subject += 3) {
    times[subject] = subject % 2 == 0 ? 0 : 3;
  }
  const CaseWeights drawn_again = ones.with_times(times);
  const auto both = fit({ones, drawn_again}, {5, 8});
  const auto alone = fit({drawn_again}, {8});
  ASSERT_EQ(both.size(), 2U);
  expect_same(both[1], alone[0]);
  EXPECT_NE(predict(both[0]).score, predict(both[1]).score);
}

TEST_F(ForestLearnerTest, DiagnosticsAreThoseOfItemsThatAskAndChangeNoModel) {
  const TrainingData data = drawn.data();
  FitContext context{scheduler};
  const Preparation preparation(data.columns(), {});
  const CaseWeights ones = CaseWeights::ones(80);
  const std::vector<FitItem> items{
      {.weights = ones, .preparation = preparation, .key = RandomKey(3)},
      {.weights = ones, .preparation = preparation, .key = RandomKey(3), .with_diagnostics = true}};
  const ForestOptions options{
      .trees = 30, .importance = {ImportanceKind::minimal_depth, ImportanceKind::permutation}};
  const auto forests = ForestLearner(options).fit_all({data, items}, context);
  EXPECT_EQ(forests[0].record().entries(), forests[1].record().entries());
  const FitDiagnostics silent = forests[0].diagnostics(), told = forests[1].diagnostics();
  EXPECT_TRUE(silent.importance.empty() && silent.error.empty());
  EXPECT_EQ(told.importance_kinds, (std::vector<std::string>{"minimal_depth", "permutation"}));
  EXPECT_EQ(told.importance_on, "concordance");
  const auto rows = forests[1].importance();
  ASSERT_EQ(told.importance.size(), 14U); // two kinds, six markers and a clinical column
  for (std::size_t row = 0; row < rows.size(); ++row) {
    EXPECT_EQ(told.importance[row].kind, name_of(rows[row].kind));
    EXPECT_EQ(told.importance[row].feature, rows[row].feature);
    EXPECT_EQ(told.importance[row].importance, rows[row].importance);
    EXPECT_EQ(told.importance[row].se, rows[row].se);
  }
  ASSERT_EQ(told.error.size(), 3U); // after 10, 20, 30 trees
  EXPECT_EQ(told.error.back().concordance, forests[1].error().back().concordance);
  EXPECT_EQ(told.error.back().bias, forests[1].error().back().bias);
}

TEST_F(ForestLearnerTest, RecordAndBack) {
  const SurvivalForest forest = fit({CaseWeights::ones(80)}, {1}).front();
  const SurvivalForest again = SurvivalForest::from_record(forest.record());
  expect_same(forest, again);
  EXPECT_EQ(again.record().entries().size(), forest.record().entries().size());
  EXPECT_EQ(again.record().counts("columns"), forest.record().counts("columns"));
  EXPECT_EQ(again.record().numbers("training_risk_95"),
            forest.record().numbers("training_risk_95"));
  EXPECT_EQ(again.status(), FitStatus::converged);
  const Record::Numbers risk = forest.record().numbers("training_risk_95");
  EXPECT_TRUE(std::is_sorted(risk.begin(), risk.end()));
  EXPECT_GT(risk.back(), risk.front());
}

TEST_F(ForestLearnerTest, AForestWithoutEventsIsARecordToo) {
  std::ranges::fill(drawn.survival.event, std::uint8_t{0});
  const SurvivalForest forest = fit({CaseWeights::ones(80)}, {1}).front();
  const SurvivalForest again = SurvivalForest::from_record(forest.record());
  EXPECT_EQ(again.status(), FitStatus::undefined);
  EXPECT_EQ(again.reason(), "no events");
  EXPECT_TRUE(std::isnan(predict(again).score.front()));
}

// Whatever a file holds: an error, or a forest that can be asked.
TEST_F(ForestLearnerTest, DamagedRecordsAreRefusedOrHarmless) {
  const Record whole = fit({CaseWeights::ones(80)}, {1}).front().record();
  RandomStream draw(RandomKey(111));
  Index refused = 0;
  for (Index round = 0; round < 3000; ++round) {
    try {
      const Prediction prediction =
          predict(SurvivalForest::from_record(test::damaged(whole, draw)));
      EXPECT_EQ(prediction.score.size(), 80U);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_THROW(static_cast<void>(SurvivalForest::from_record(Record("cox"))), InputError);
}

} // namespace
} // namespace vigil::forest
