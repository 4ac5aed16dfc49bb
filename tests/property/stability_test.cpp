// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/stability.hpp"
#include "vigil/validate/corrected_view.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil::select {
namespace {

using test::SurvivalCase;

Stability run(SurvivalCase& made,
              const StabilityOptions& options,
              int threads = 1,
              Index memory_bytes = Index{1} << 30,
              const std::vector<std::uint32_t>& times = {}) {
  Scheduler scheduler(threads);
  FitContext context{scheduler, memory_bytes};
  CaseWeights weights = CaseWeights::ones(made.subjects);
  if (!times.empty()) {
    weights = weights.with_times(times);
  }
  return stability_selection(made.data(), weights, options, RandomKey(8), context);
}

void expect_same(const Stability& one, const Stability& other) {
  EXPECT_EQ(one.features.item, other.features.item);
  EXPECT_EQ(one.features.times, other.features.times);
  ASSERT_EQ(one.halves.size(), other.halves.size());
  for (std::size_t half = 0; half < one.halves.size(); ++half) {
    EXPECT_EQ(one.halves[half].features, other.halves[half].features) << half;
    EXPECT_EQ(one.halves[half].subjects, other.halves[half].subjects) << half;
  }
  EXPECT_EQ(one.nogueira.value, other.nogueira.value);
  EXPECT_EQ(one.nogueira.variance, other.nogueira.variance);
  EXPECT_EQ(one.jaccard.value, other.jaccard.value);
}

SurvivalCase centred_case() {
  SurvivalCase made(RandomKey(31), 90, 60, 1);
  for (Index i = 0; i < made.subjects; ++i) {
    made.centre.push_back(i % 3);
    made.stratum.push_back(i % 2);
  }
  for (Index marker = 0; marker < 60; marker += 7) {
    made.marker_values[at(marker * 90 + 4)] = std::nanf("");
  }
  return made;
}

const StabilityOptions usual{.pairs = 6, .per_half = 8};

TEST(StabilityLaws, SameForAnyNumberOfThreads) {
  SurvivalCase made = centred_case();
  StabilityOptions randomized = usual;
  randomized.weakness = 0.5;
  randomized.penalty.l1_ratio = 0.8;
  for (const StabilityOptions& options : {usual, randomized}) {
    const Stability one = run(made, options, 1);
    expect_same(one, run(made, options, 2));
    expect_same(one, run(made, options, 7));
  }
}

// 1 byte of memory: each half sample is a wave of its own.
TEST(StabilityLaws, SameForAnyWaveAndBlock) {
  SurvivalCase made = centred_case();
  const Stability together = run(made, usual);
  expect_same(together, run(made, usual, 2, 1));
  expect_same(together, run(made, usual, 1, Index{1} << 24));
  made.block_features = 7;
  expect_same(together, run(made, usual, 2));
}

TEST(StabilityLaws, MorePairsKeepTheFirstOnes) {
  SurvivalCase made = centred_case();
  const Stability few = run(made, {.pairs = 3, .per_half = 8}), many = run(made, usual);
  for (std::size_t half = 0; half < 6; ++half) {
    EXPECT_EQ(few.halves[half].features, many.halves[half].features);
  }
}

// Where a feature comes in before another one does not change when columns change places; a score and a coefficient
// are sums over subjects, so that not even rounding differs.
TEST(StabilityLaws, OrderOfFeaturesIsIrrelevantUpToLabels) {
  SurvivalCase made = centred_case();
  const Stability before = run(made, usual);
  std::vector<float> reversed;
  for (Index marker = 59; marker >= 0; --marker) {
    const auto from = made.marker_values.begin() + marker * 90;
    reversed.insert(reversed.end(), from, from + 90);
  }
  made.marker_values = reversed;
  const Stability after = run(made, usual);
  for (std::size_t half = 0; half < before.halves.size(); ++half) {
    std::vector<Index> mapped;
    for (const Index column : after.halves[half].features) {
      mapped.push_back(59 - column);
    }
    EXPECT_EQ(before.halves[half].features, mapped);
  }
}

TEST(StabilityLaws, SubjectsWithoutWeightAreNotThere) {
  SurvivalCase made = centred_case();
  std::vector<std::uint32_t> times(90, 1);
  for (Index i = 0; i < 90; i += 9) {
    times[at(i)] = 0;
  }
  const Stability before = run(made, usual, 1, Index{1} << 30, times);
  for (Index i = 0; i < 90; i += 9) {
    made.survival.time[at(i)] = 1e6;
    made.survival.event[at(i)] = 1;
    for (Index marker = 0; marker < 60; ++marker) {
      made.marker_values[at(marker * 90 + i)] = 1e6F;
    }
  }
  expect_same(before, run(made, usual, 1, Index{1} << 30, times));
}

TEST(StabilityLaws, GroupsAreNeverParted) {
  SurvivalCase made = centred_case();
  for (Index i = 0; i < 90; ++i) {
    made.group.push_back(i / 3);
  }
  for (const HalfSelection& half : run(made, usual).halves) {
    std::vector<Index> members(30, 0);
    for (const Index subject : half.subjects) {
      ++members[at(subject / 3)];
    }
    for (const Index count : members) {
      EXPECT_TRUE(count == 0 || count == 3);
    }
  }
}

// Three markers with log hazard ratios 0.8, -0.8, 0.8 per SD among 150, 160 subjects.
TEST(StabilitySelects, PlantedSignals) {
  SurvivalCase made(RandomKey(32), 160, 150, 0);
  for (const double weakness : {1.0, 0.5}) {
    const Stability result = run(made, {.pairs = 25, .weakness = weakness}, 2);
    EXPECT_EQ(result.features.design.per_half, 12);
    for (Index marker = 0; marker < 3; ++marker) {
      EXPECT_TRUE(result.features.selected(marker))
          << marker << " " << result.features.frequency(marker);
    }
    EXPECT_LE(result.features.count_selected(), 4); // the bound on others is about 1
  }
}

// Two copies of a signal with noise share its frequency; as a cluster they are selected.
TEST(StabilitySelects, ClustersOfCopiesThatShareTheirFrequency) {
  SurvivalCase made(RandomKey(33), 160, 100, 0);
  RandomStream noise(RandomKey(34));
  for (Index copy = 90; copy < 93; ++copy) {
    for (Index i = 0; i < 160; ++i) {
      made.marker_values[at(copy * 160 + i)] =
          made.marker_values[at(i)] + 0.15F * static_cast<float>(noise.normal());
    }
  }
  const std::vector<Index> listed{0, 90, 91, 92};
  const std::vector<std::string> names(4, "copies");
  StabilityOptions options{.pairs = 25, .per_half = 6};
  options.clusters = make_clusters(made.data().covariates(), listed, names);
  const Stability result = run(made, options, 2);
  const double cluster = result.clusters.frequency(0);
  for (const Index member : listed) {
    EXPECT_LT(result.features.frequency(member), cluster);
  }
  EXPECT_TRUE(result.clusters.selected(0)) << cluster;
}

/// Markers without any effect: times and censoring are drawn apart from them.
SurvivalCase null_case(Index number) {
  SurvivalCase made(RandomKey(35).child(number), 60, 60, 0);
  RandomStream draw(RandomKey(36).child(number));
  for (Index i = 0; i < 60; ++i) {
    const double event = draw.exponential(), censored = 2.0 * draw.exponential();
    made.survival.time[at(i)] = 1e-6 + std::min(event, censored);
    made.survival.event[at(i)] = event <= censored ? 1 : 0;
  }
  return made;
}

// Without effects and with exchangeable markers every marker has selection probability q / p: the bounds hold for the
// mean number of all selections, at every threshold at which they are defined. 40 designs; the standard error is that
// of the mean over designs.
TEST(StabilitySelects, NoMoreThanItsBoundsWhereNothingIsThere) {
  constexpr Index designs = 40, pairs = 20;
  std::vector<std::vector<double>> counts(at(2 * pairs + 1));
  for (Index number = 0; number < designs; ++number) {
    SurvivalCase made = null_case(number);
    const Stability result = run(made, {.pairs = pairs, .per_half = 8}, 2);
    for (Index least = 1; least <= 2 * pairs; ++least) {
      counts[at(least)].push_back(static_cast<double>(std::count_if(
          result.features.times.begin(), result.features.times.end(), [&](Index times) {
            return times >= least;
          })));
    }
  }
  Index checked = 0;
  double at_sixty = 0.0;
  for (Index least = 1; least <= 2 * pairs; ++least) {
    const auto& count = counts[at(least)];
    const double mean = std::accumulate(count.begin(), count.end(), 0.0) / designs;
    double squares = 0.0;
    for (const double value : count) {
      squares += (value - mean) * (value - mean);
    }
    const double error = std::sqrt(squares / (designs - 1) / designs);
    const ErrorBounds bound = error_bounds({60, 8, pairs, least});
    for (const ErrorBound& one : {bound.mb, bound.unimodal, bound.r_concave}) {
      if (!std::isnan(one.value)) {
        EXPECT_LE(mean, one.value + test::monte_carlo(error)) << "least " << least;
        ++checked;
      }
    }
    at_sixty = least == 3 * pairs / 5 * 2 ? mean : at_sixty;
  }
  EXPECT_GT(checked, 60);
  EXPECT_GT(at_sixty, 0.0) << "nothing is selected at all: the test cannot fail";
}

// A half sample whose batches are corrected by itself selects what it selects in a cohort that was corrected by it.
TEST(StabilityLaws, EachHalfSampleCorrectsItsOwnBatches) {
  SurvivalCase made = centred_case();
  std::vector<Index> batch;
  for (Index i = 0; i < made.subjects; ++i) {
    batch.push_back(i % 2);
    for (Index marker = 0; i % 2 == 1 && marker < 60; ++marker) {
      made.marker_values[at(marker * 90 + i)] *= 2.5F;
      made.marker_values[at(marker * 90 + i)] += 2.0F;
    }
  }
  const std::vector<std::string> names{"A", "B"};
  TrainingData data = made.data();
  data.batch = batch;
  data.batch_names = names;
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights all = CaseWeights::ones(made.subjects);
  const CombatOptions combat{.batch = "site", .covariates = {"c0"}};
  const CombatTraining training(data, {.combat = combat});
  StabilityOptions options = usual;
  options.columns = &training;
  const auto own = stability_selection(data, all, options, RandomKey(8), context);
  expect_same(own, [&] {
    Scheduler one(1);
    FitContext small{one, 1 << 20};
    return stability_selection(data, all, options, RandomKey(8), small);
  }());
  bool another_without = false;
  const auto without = stability_selection(data, all, usual, RandomKey(8), context);
  for (const std::size_t number : {0U, 3U, 11U}) {
    const HalfSelection& half = own.halves[number];
    std::vector<std::uint32_t> times(90, 0);
    for (const Index subject : half.subjects) {
      times[at(subject)] = 1;
    }
    const CorrectedColumns corrected = Combat::fit(data, all.with_times(times), combat, scheduler)
                                           .correct(data.covariates(), scheduler, true);
    const auto by_hand =
        stability_selection(corrected.data(data), all, usual, RandomKey(8), context);
    EXPECT_EQ(half.subjects, by_hand.halves[number].subjects);
    EXPECT_EQ(half.features, by_hand.halves[number].features) << number;
    another_without = another_without || without.halves[number].features != half.features;
  }
  EXPECT_TRUE(another_without);
}

} // namespace
} // namespace vigil::select
