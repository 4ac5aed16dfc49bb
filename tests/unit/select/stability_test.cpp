// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/select/entry_order.hpp"
#include "vigil/select/stability.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/small_cohort.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace vigil::select {
namespace {

struct Selector {
  Scheduler scheduler{2};
  FitContext context{scheduler};
  [[nodiscard]] Stability operator()(const Cohort& cohort, const StabilityOptions& options) {
    return stability_selection(cohort.data(), cohort.weights(), options, RandomKey(5), context);
  }
};

TEST(Stability, CountsWhatTheHalvesSelect) {
  const Cohort cohort = test::small_cohort({.subjects = 80, .markers = 20});
  Selector run;
  const Stability result = run(cohort, {.pairs = 6, .per_half = 4});
  EXPECT_FALSE(result.undefined());
  ASSERT_EQ(result.features.item.size(), 20U); // the two clinical columns are not penalized
  ASSERT_EQ(result.halves.size(), 12U);
  std::vector<Index> times(20, 0);
  for (std::size_t number = 0; number < 12; ++number) {
    const HalfSelection& half = result.halves[number];
    EXPECT_EQ(half.pair, static_cast<Index>(number) / 2 + 1);
    EXPECT_EQ(half.half, static_cast<Index>(number) % 2 + 1);
    EXPECT_EQ(half.subjects.size(), 40U);
    EXPECT_EQ(half.features.size(), 4U);
    for (const Index column : half.features) {
      ++times[at(column)];
    }
  }
  EXPECT_EQ(result.features.times, times);
  EXPECT_EQ(result.features.design.candidates, 20);
  EXPECT_EQ(result.features.design.per_half, 4);
  EXPECT_EQ(result.features.design.least, 9);
  EXPECT_EQ(result.features.bound.mb.value, 16.0 / (0.5 * 20));
  EXPECT_TRUE(result.clusters.item.empty());
  EXPECT_FALSE(std::isnan(result.nogueira.value));
  const auto order = result.features.order();
  for (std::size_t place = 1; place < order.size(); ++place) {
    EXPECT_GE(result.features.frequency(order[place - 1]), result.features.frequency(order[place]));
  }
  EXPECT_EQ(result.features.count_selected(),
            std::count_if(times.begin(), times.end(), [](Index count) { return count >= 9; }));
  EXPECT_GE(result.features.count_selected(), 1); // the first marker carries the signal
}

TEST(Stability, OfClustersCountsAHalfOnceForAllMembers) {
  const Cohort cohort = test::small_cohort({.subjects = 80, .markers = 12, .clinical = 0});
  const std::vector<Index> listed{0, 1, 2, 3, 4, 5};
  const std::vector<std::string> names(6, "six");
  Selector run;
  const Stability result = run(
      cohort,
      {.pairs = 5, .per_half = 4, .clusters = make_clusters(cohort.covariates(), listed, names)});
  ASSERT_EQ(result.clusters.item.size(), 7U);
  Index any = 0;
  for (const HalfSelection& half : result.halves) {
    any += std::any_of(half.features.begin(), half.features.end(), [](Index j) { return j < 6; });
  }
  EXPECT_EQ(result.clusters.times[0], any);
  for (Index alone = 1; alone < 7; ++alone) {
    EXPECT_EQ(result.clusters.times[at(alone)], result.features.times[at(alone + 5)]);
  }
  EXPECT_EQ(result.clusters.design.candidates, 7);
  EXPECT_EQ(result.clusters.design.per_half, 4);
}

// Each half by itself, with factors 1/u drawn at the documented address.
TEST(Stability, RandomizedIsThePathWithTheFactorsOfItsAddress) {
  const Cohort cohort = test::small_cohort({.subjects = 80, .markers = 15});
  const TrainingData data = cohort.data();
  Selector run;
  const Stability result = run(cohort, {.pairs = 2, .per_half = 5, .weakness = 0.5});
  const Stability plain = run(cohort, {.pairs = 2, .per_half = 5});
  bool differs = false;
  for (Index number = 0; number < 4; ++number) {
    const RandomKey address = RandomKey(5)
                                  .child("stability")
                                  .child(number / 2)
                                  .child("half")
                                  .child(number % 2)
                                  .child("randomize");
    penalized::PenaltyOptions penalty;
    for (Index column = 0; column < data.columns(); ++column) {
      const double u = 0.5 + 0.5 * RandomStream(address.child(column)).uniform();
      penalty.factor.push_back(column < 15 ? 1.0 / u : 0.0);
    }
    const Resample half =
        complementary_halves(data, cohort.weights(), 2, RandomKey(5)).at_number(number);
    const std::vector<CaseWeights> weights{half.train};
    const auto prepared = fit_preparations(data, weights, {}, run.scheduler);
    const std::vector<FitItem> items{{weights.front(), prepared.front(), half.key}};
    const auto path =
        penalized::fit_paths({data, items}, penalty, {.most_nonzero = 5}, run.context).front();
    const std::vector<FittedPath> fitted{{items.front(), penalty, path}};
    const HalfSelection& selection = result.halves[at(number)];
    EXPECT_EQ(selection.features, entry_orders(data, fitted, 5, run.context).front());
    EXPECT_EQ(selection.subjects, plain.halves[at(number)].subjects);
    differs = differs || selection.features != plain.halves[at(number)].features;
  }
  EXPECT_TRUE(differs);
}

TEST(Stability, CountsCandidatesBeforeAnyOutcomeIsSeen) {
  CohortParts parts = test::small_parts({.subjects = 60, .markers = 8, .clinical = 2});
  std::vector<float> values;
  for (Index j = 0; j < 8; ++j) {
    for (Index i = 0; i < 60; ++i) {
      values.push_back(j == 5 ? 3.0F : static_cast<float>((i * (j + 3)) % 17));
    }
  }
  std::vector<FeatureInfo> info;
  for (Index j = 0; j < 8; ++j) {
    info.push_back({.name = "m" + number_text(j + 1)});
  }
  parts.features = FeatureMatrix(resident_source(60, 8, std::move(values)), std::move(info));
  StabilityOptions options{.pairs = 2, .per_half = 2};
  options.penalty.factor = std::vector<double>(10, 1.0);
  options.penalty.factor[1] = 0.0; // unpenalized: in every model, hence no candidate
  Selector run;
  const Stability result = run(Cohort(parts), options);
  // 5 is constant; the clinical columns 8 and 9 have a factor here, so that they are candidates.
  EXPECT_EQ(result.features.item, (std::vector<Index>{0, 2, 3, 4, 6, 7, 8, 9}));
  EXPECT_EQ(result.features.design.candidates, 8);
}

TEST(Stability, TakesTheRootOfTheCandidatesWithinTheEvents) {
  const Cohort cohort = test::small_cohort({.subjects = 200});
  const auto weights = cohort.weights();
  const Index events = cohort.events();
  ASSERT_GT(events, 100);
  EXPECT_EQ(default_per_half(1, cohort.data(), weights), 1);
  EXPECT_EQ(default_per_half(99, cohort.data(), weights), 9);
  EXPECT_EQ(default_per_half(100, cohort.data(), weights), 10);
  EXPECT_EQ(default_per_half(1000000, cohort.data(), weights), events / 4);
  const SelectionDesign design{.candidates = 400, .per_half = 20, .pairs = 50, .least = 75};
  EXPECT_NEAR(unimodal_bound(design).value, 50.0 / 49.0, 1e-14); // about 1, as documented
  EXPECT_NEAR(meinshausen_buehlmann_bound(design).value, 2.0, 1e-14);
}

TEST(Stability, IsUndefinedWithoutEventsOrCandidates) {
  CohortParts parts = test::small_parts({.subjects = 40});
  auto& event = std::get<SurvivalOutcome>(*parts.outcome).event;
  std::fill(event.begin(), event.end(), std::uint8_t{0});
  Selector run;
  const Stability none = run(Cohort(parts), {.pairs = 2});
  EXPECT_EQ(none.undefined_because, "fewer than 2 subjects (or groups) with an event");
  EXPECT_EQ(none.features.item.size(), 6U);
  EXPECT_TRUE(none.halves.empty());
  EXPECT_TRUE(std::isnan(none.features.bound.mb.value));
  EXPECT_EQ(none.features.bound.unimodal.undefined_because, none.undefined_because);
  EXPECT_TRUE(std::isnan(none.nogueira.value));
  event[3] = 1;
  EXPECT_TRUE(run(Cohort(parts), {.pairs = 2}).undefined());
  event[7] = 1;
  const Stability two = run(Cohort(parts), {.pairs = 2, .per_half = 1});
  EXPECT_FALSE(two.undefined());
  for (const HalfSelection& half : two.halves) {
    EXPECT_FALSE(half.undefined); // one event in each half
  }
  const Stability unpenalized = run(test::small_cohort({.markers = 0}), {.pairs = 2});
  EXPECT_NE(unpenalized.undefined_because.find("no candidate"), std::string::npos);
  EXPECT_TRUE(unpenalized.features.item.empty());
}

TEST(Stability, RefusesOptionsOutOfRange) {
  const Cohort cohort = test::small_cohort({});
  Selector run;
  const auto refused = [&](const StabilityOptions& options) {
    return test::fault_of<ConfigError>([&] { (void)run(cohort, options); });
  };
  EXPECT_EQ(refused({.threshold = 0.0}).found, "0");
  EXPECT_EQ(refused({.threshold = 1.5}).found, "1.5");
  EXPECT_EQ(refused({.weakness = 0.0}).found, "0");
  EXPECT_EQ(refused({.weakness = 2.0}).found, "2");
  EXPECT_NE(refused({.per_half = 7}).expected.find("from 1 to 6"), std::string::npos);
  EXPECT_NE(refused({.penalty = {.l1_ratio = 0.0}}).expected.find("ridge"), std::string::npos);
  EXPECT_EQ(refused({.pairs = 0}).found, "0");
}

} // namespace
} // namespace vigil::select
