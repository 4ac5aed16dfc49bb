// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/prevalidation.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <set>

namespace vigil::select {
namespace {

using test::SurvivalCase;

Prevalidation
prevalidation_of(SurvivalCase& made, const PrevalidationOptions& options, int threads = 1) {
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const TrainingData data = made.data();
  const auto within = CaseWeights::ones(made.subjects);
  const auto null = fit_null_model(data, within, {}, scheduler);
  return prevalidation(null, data, within, options, RandomKey(3), context);
}

const PrevalidationOptions quick{.folds = 3, .inner_folds = 3, .draws = 9};

SurvivalCase usual_case() {
  SurvivalCase made(RandomKey(41), 120, 12, 2);
  for (Index i = 0; i < 120; ++i) {
    made.centre.push_back(i % 2);
  }
  made.marker_values[5] = std::nanf("");
  return made;
}

TEST(Prevalidation, FindsMarkersThatAct) {
  SurvivalCase made = usual_case();
  const auto found = prevalidation_of(made, quick);
  EXPECT_EQ(found.undefined_because, "");
  EXPECT_GT(found.z, 3.0);
  EXPECT_GT(found.coefficient, 0.0);
  EXPECT_EQ(found.p, 0.1); // 1 / (9 + 1)
  EXPECT_EQ(std::set<Index>(found.fold.begin(), found.fold.end()), (std::set<Index>{1, 2, 3}));
  const auto none = std::count_if(
      found.score.begin(), found.score.end(), [](double score) { return std::isnan(score); });
  EXPECT_EQ(none, 0);
}

// The score of a subject does not know its own outcome: that of its fold may be anything.
TEST(Prevalidation, ScoresDoNotKnowTheirOwnFold) {
  SurvivalCase made = usual_case();
  PrevalidationOptions options = quick;
  options.draws = 0;
  const auto before = prevalidation_of(made, options);
  EXPECT_TRUE(std::isnan(before.p));
  // Times of events of fold 1 are exchanged among them: folds are drawn by event and centre, not by time.
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < 120; ++i) {
    if (before.fold[i] == 1 && made.survival.event[i] == 1) {
      members.push_back(i);
    }
  }
  ASSERT_GT(members.size(), 5U);
  for (std::size_t place = 0; place < members.size() / 2; ++place) {
    std::swap(made.survival.time[members[place]],
              made.survival.time[members[members.size() - 1 - place]]);
  }
  const auto after = prevalidation_of(made, options);
  ASSERT_EQ(after.fold, before.fold);
  EXPECT_NE(after.z, before.z);
  for (std::size_t i = 0; i < 120; ++i) {
    if (before.fold[i] == 1) {
      EXPECT_EQ(after.score[i], before.score[i]);
    }
  }
}

TEST(Prevalidation, SameForAnyThreads) {
  SurvivalCase made = usual_case();
  const auto expected = prevalidation_of(made, quick);
  for (const int threads : {2, 5}) {
    const auto again = prevalidation_of(made, quick, threads);
    EXPECT_EQ(again.score, expected.score);
    EXPECT_EQ(again.z, expected.z);
    EXPECT_EQ(again.p, expected.p);
  }
}

TEST(Prevalidation, SaysWhyItIsNotDefined) {
  SurvivalCase made = usual_case();
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  EXPECT_EQ(prevalidation_of(made, quick).undefined_because, "no events");
  std::fill_n(made.survival.event.begin(), 4, std::uint8_t{1});
  const auto few = prevalidation_of(made, {.folds = 5, .inner_folds = 5, .draws = 0});
  EXPECT_EQ(few.undefined_because, "4 events for 5 folds");
  EXPECT_TRUE(std::isnan(few.z));
  SurvivalCase grouped = usual_case();
  for (Index i = 0; i < 120; ++i) {
    grouped.group.push_back(i / 2);
  }
  const auto without_p = prevalidation_of(grouped, quick);
  EXPECT_TRUE(std::isnan(without_p.p));
  EXPECT_FALSE(std::isnan(without_p.z));
  EXPECT_EQ(without_p.draws, 0);
}

} // namespace
} // namespace vigil::select
