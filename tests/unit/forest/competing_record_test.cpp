// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/competing_case.hpp"
#include "tests/support/damaged_record.hpp"
#include "tests/support/grow_forest.hpp"
#include <cmath>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

class CompetingRecordTest : public testing::Test {
protected:
  CompetingRecordTest() : drawn(test::two_causes(318, 90)) {}
  Record grow(const ForestOptions& options) { return test::grow_forest(drawn, options).record(); }
  static ForestOptions options(Index first, Index trees, bool part) {
    return {.trees = trees,
            .first_tree = first,
            .keep_votes = part,
            .causes = {
                .of_interest = "death", .rule = CompetingRule::composite, .weights = {0.5, 1.0}}};
  }

  test::SurvivalCase drawn;
};

TEST_F(CompetingRecordTest, RecordAndBack) {
  const Record whole = grow(options(0, 12, false));
  EXPECT_EQ(whole.texts("causes"), (Record::Texts{"relapse", "death"}));
  EXPECT_EQ(whole.count("cause_of_interest"), 2);
  EXPECT_EQ(whole.text("competing"), "composite");
  EXPECT_EQ(whole.numbers("cause_weights"), (Record::Numbers{0.5, 1.0}));
  const SurvivalForest again = SurvivalForest::from_record(whole);
  EXPECT_EQ(again.record().entries(), whole.entries());
  const SurvivalForest forest = test::grow_forest(drawn, options(0, 12, false));
  for (const Index cause : {0, 1, 2}) {
    EXPECT_TRUE(test::same_bytes(test::predict_cause(drawn, forest, cause).risk.value,
                                 test::predict_cause(drawn, again, cause).risk.value));
    EXPECT_TRUE(test::same_bytes(test::predict_cause(drawn, forest, cause).score,
                                 test::predict_cause(drawn, again, cause).score));
  }
}

TEST_F(CompetingRecordTest, MergesToTheForestGrownAtOnce) {
  const std::vector<Record> parts{grow(options(7, 5, true)), grow(options(0, 7, true))};
  const std::vector<std::string> files{"a", "b"};
  EXPECT_EQ(SurvivalForest::merge(parts, files).entries(), grow(options(0, 12, false)).entries());
  ForestOptions other = options(12, 5, true);
  other.causes.weights = {1.0, 1.0};
  const std::vector<Record> mixed{parts[0], grow(other)};
  EXPECT_THROW(static_cast<void>(SurvivalForest::merge(mixed, files)), InputError);
}

// Whatever a file holds: an error, or a forest whose risks are some.
TEST_F(CompetingRecordTest, DamagedRecordsAreRefusedOrHarmless) {
  const Record whole = grow(options(0, 6, false));
  RandomStream draw(RandomKey(319));
  Index refused = 0;
  for (Index round = 0; round < 1500; ++round) {
    try {
      const SurvivalForest forest = SurvivalForest::from_record(test::damaged(whole, draw));
      const Index causes = size_of(forest.causes().names);
      const Prediction prediction = test::predict_cause(drawn, forest, causes);
      EXPECT_EQ(prediction.score.size(), 90U);
      for (const double risk : prediction.risk.value) {
        EXPECT_TRUE(std::isnan(risk) || (risk > -1e-8 && risk < 1.0 + 1e-8));
      }
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST_F(CompetingRecordTest, RefusesCausesThatAreNone) {
  const Record whole = grow(options(0, 6, false));
  const auto expect_refused = [&](auto change) {
    Record hurt = whole;
    change(hurt);
    EXPECT_THROW(static_cast<void>(SurvivalForest::from_record(hurt)), InputError);
  };
  expect_refused([](Record& hurt) { hurt.set("cause_of_interest", Index{3}); });
  expect_refused([](Record& hurt) { hurt.set("cause_of_interest", Index{0}); });
  expect_refused([](Record& hurt) { hurt.set("competing", std::string("grey")); });
  expect_refused([](Record& hurt) { hurt.set("cause_weights", Record::Numbers{1.0}); });
  expect_refused([](Record& hurt) { hurt.set("causes", Record::Texts{}); });
  expect_refused([&](Record& hurt) {
    auto causes = whole.counts("jump_cause");
    causes[3] = 3;
    hurt.set("jump_cause", causes);
  });
  expect_refused([&](Record& hurt) {
    auto causes = whole.counts("jump_cause");
    causes.pop_back();
    hurt.set("jump_cause", causes);
  });
}

} // namespace
} // namespace vigil::forest
