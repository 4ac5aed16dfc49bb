// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <gtest/gtest.h>

#include "tests/support/damaged_record.hpp"
#include "tests/support/survival_case.hpp"
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::forest {
namespace {

class MergeForestsTest : public testing::Test {
protected:
  MergeForestsTest() : drawn(RandomKey(130), 90, 12, 1), weights(CaseWeights::ones(90)) {
    for (std::size_t cell = 0; cell < drawn.marker_values.size(); cell += 13) {
      drawn.marker_values[cell] = std::nanf("");
    }
  }
  Record grow(const ForestOptions& options, std::uint64_t seed = 4) {
    const TrainingData data = drawn.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    const Preparation preparation(data.columns(), {});
    Record record =
        SurvivalForest::grow(data, {weights, preparation, RandomKey(seed)}, options, context)
            .record();
    record.set("largest_supported_horizon", 2.5); // as vigil fit adds it
    return record;
  }
  Record part(Index first, Index trees) {
    return grow({.trees = trees, .first_tree = first, .keep_votes = true});
  }
  static Record merge(const std::vector<Record>& records) {
    std::vector<std::string> files;
    for (std::size_t number = 0; number < records.size(); ++number) {
      files.push_back("part " + std::to_string(number));
    }
    return SurvivalForest::merge(records, files);
  }
  /// What the refusal says of the second part.
  std::string refusal(const Record& second) {
    try {
      static_cast<void>(merge({part(0, 10), second}));
    } catch (const InputError& error) {
      EXPECT_EQ(error.fault().where, "part 1");
      return error.fault().found;
    }
    return "accepted";
  }

  test::SurvivalCase drawn;
  CaseWeights weights;
};

TEST_F(MergeForestsTest, IsTheForestGrownAtOnce) {
  const Record whole = grow({.trees = 30});
  ASSERT_FALSE(whole.has("votes"));
  const Record first = part(0, 11), second = part(11, 4), third = part(15, 15);
  ASSERT_TRUE(first.has("votes"));
  // few trees do not cut every column, so that the parts differ in these
  EXPECT_LT(second.counts("columns").size(), whole.counts("columns").size());
  EXPECT_EQ(merge({first, second, third}).entries(), whole.entries());
  EXPECT_EQ(merge({third, first, second}).entries(), whole.entries());
}

TEST_F(MergeForestsTest, TreesThatAreMissingStayMissing) {
  const Record merged = merge({part(20, 2), part(3, 1)});
  EXPECT_EQ(merged.counts("number"), (Record::Counts{3, 20, 21}));
  EXPECT_EQ(merged.counts("nodes").size(), 3U);
}

TEST_F(MergeForestsTest, RefusesWhatIsNoPart) {
  EXPECT_EQ(refusal(part(9, 2)), "tree 9, which a file before it has too");
  EXPECT_EQ(refusal(grow({.trees = 2, .min_node = 20, .first_tree = 10, .keep_votes = true})),
            "another 'min_node' than in part 0");
  EXPECT_EQ(refusal(grow({.trees = 2, .first_tree = 10, .keep_votes = true}, 5)),
            "another 'key' than in part 0");
  EXPECT_EQ(refusal(grow({.trees = 2, .first_tree = 10})),
            "a forest that is no part of another one");
  Record other = part(10, 2);
  other.set("largest_supported_horizon", 2.0);
  EXPECT_EQ(refusal(other), "another 'largest_supported_horizon' than in part 0");
  other = part(10, 2);
  other.set("status", std::string("undefined"));
  other.set("reason", std::string("no events"));
  EXPECT_EQ(refusal(other), "no trees: no events");
}

TEST_F(MergeForestsTest, RefusesOtherData) {
  const Record first = part(0, 10);
  weights = weights.with_sampling(std::vector<double>(90, 2.0));
  Record other = part(10, 2);
  EXPECT_EQ(refusal(other), "accepted"); // refusal() grows its first part on the same weights
  EXPECT_THROW(static_cast<void>(merge({first, other})), InputError);
  weights = CaseWeights::ones(90);
  for (double& value : drawn.clinical[0]) {
    value += 1.0;
  }
  other = part(10, 10); // the trees are the same, not the values of their cuts
  EXPECT_EQ(other.counts("nodes"), part(10, 10).counts("nodes"));
  EXPECT_THROW(static_cast<void>(merge({first, other})), InputError);
}

// Whatever a part holds: an error, or a forest that can be read.
TEST_F(MergeForestsTest, DamagedPartsAreRefusedOrHarmless) {
  const Record first = part(0, 4), second = part(4, 4);
  RandomStream draw(RandomKey(131));
  Index refused = 0;
  for (Index round = 0; round < 1000; ++round) {
    const Record hurt = test::damaged(second, draw);
    try {
      const Record whole = round % 2 == 0 ? merge({first, hurt}) : merge({hurt, first});
      EXPECT_EQ(SurvivalForest::from_record(whole).status(), FitStatus::converged);
    } catch (const InputError& error) {
      ++refused;
      EXPECT_TRUE(error.fault().where.starts_with("part ")) << error.what();
    }
  }
  EXPECT_GT(refused, 700);
}

// Votes that no trees cast, trees in no order.
TEST_F(MergeForestsTest, RefusesVotesThatNoTreesCast) {
  const auto expect_refused = [&](std::string_view name, auto change) {
    Record hurt = part(4, 4);
    change(hurt);
    EXPECT_THROW(static_cast<void>(SurvivalForest::from_record(hurt)), InputError) << name;
  };
  const auto expect_vote_refused = [&](const std::string& name, Index place, Index value) {
    expect_refused(name, [&](Record& hurt) {
      Record votes = hurt.record("votes");
      Record::Counts counts = votes.counts(name);
      counts[at(place)] = value;
      votes.set(name, std::move(counts));
      hurt.set("votes", std::move(votes));
    });
  };
  expect_vote_refused("trees", 3, 5); // of 4 trees
  expect_vote_refused("trees", 3, -1);
  expect_vote_refused("survival", 7, -1);
  expect_vote_refused("survival", 7, (Index{4} << 30) + 1); // of 4 trees that vote 2^30 at most
  for (const double weight : {0.0, -1.0, HUGE_VAL, std::nan("")}) {
    expect_refused("weight", [&](Record& hurt) {
      Record votes = hurt.record("votes");
      Record::Numbers held = votes.numbers("weight");
      held[5] = weight;
      votes.set("weight", std::move(held));
      hurt.set("votes", std::move(votes));
    });
  }
  expect_refused("subjects", [](Record& hurt) { hurt.set("subjects", Index{89}); });
  expect_refused("number", [](Record& hurt) { hurt.set("number", Record::Counts{4, 5, 5, 7}); });
  expect_refused("number", [](Record& hurt) { hurt.set("number", Record::Counts{-1, 5, 6, 7}); });
  expect_refused("training_columns", [](Record& hurt) { hurt.set("training_columns", Index{2}); });
}

} // namespace
} // namespace vigil::forest
