// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/screen.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/screen_design.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace vigil::select {
namespace {

using test::SurvivalCase;

struct Run {
  int threads = 1;
  Index memory_bytes = Index{1} << 30;
  std::vector<std::uint32_t> times = {};
};

Screen screen_of(SurvivalCase& made, const ScreenOptions& options, const Run& run = {}) {
  Scheduler scheduler(run.threads);
  FitContext context{scheduler, run.memory_bytes};
  CaseWeights weights = CaseWeights::ones(made.subjects);
  if (!run.times.empty()) {
    weights = weights.with_times(run.times);
  }
  return screen(made.data(), weights, options, RandomKey(4), context);
}

void expect_same_bytes(const std::vector<double>& one, const std::vector<double>& other) {
  ASSERT_EQ(one.size(), other.size());
  EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(double)), 0);
}

void expect_same(const Screen& one, const Screen& other) {
  expect_same_bytes(one.estimate, other.estimate);
  expect_same_bytes(one.z, other.z);
  expect_same_bytes(one.p, other.p);
  expect_same_bytes(one.bh, other.bh);
  expect_same_bytes(one.max_t, other.max_t);
  expect_same_bytes(one.weight, other.weight);
  expect_same_bytes(one.weighted, other.weighted);
}

SurvivalCase usual_case() {
  SurvivalCase made(RandomKey(41), 90, 77, 2);
  for (Index i = 0; i < 90; ++i) {
    made.centre.push_back(i % 3);
    made.stratum.push_back(i % 2);
  }
  for (Index marker = 0; marker < 77; marker += 7) {
    made.marker_values[at(marker * 90 + 4)] = std::nanf("");
  }
  std::fill_n(made.marker_values.begin() + 90 * 20, 90, 3.0F);
  return made;
}

ScreenOptions usual_options(bool permute) {
  ScreenOptions options{.draws = 50, .permute = permute};
  for (Index column = 0; column < 79; ++column) {
    options.covariate.push_back(static_cast<double>(column % 10));
  }
  return options;
}

struct ScreenLaws : testing::TestWithParam<bool> {
  SurvivalCase made = usual_case();
  ScreenOptions options = usual_options(GetParam());
};

TEST_P(ScreenLaws, SameForAnyThreadsBlocksAndMemory) {
  const Screen expected = screen_of(made, options);
  for (const int threads : {2, 7}) {
    expect_same(screen_of(made, options, {.threads = threads}), expected);
  }
  for (const Index block : {1, 3, 8, 64}) {
    made.block_features = block;
    expect_same(screen_of(made, options, {.threads = 2}), expected);
  }
  Index most_reads = 0;
  for (const Index memory : {4000, 30000, 100000}) { // a few draws, a few tests at a time
    const Screen result = screen_of(made, options, {.threads = 2, .memory_bytes = memory});
    expect_same(result, expected);
    most_reads = std::max(most_reads, result.reads);
  }
  EXPECT_EQ(expected.reads, 2);
  EXPECT_GT(most_reads, 10);
}

// A feature's test is its own: what other features hold changes no bit of it.
TEST_P(ScreenLaws, TestsAreTheFeaturesOwn) {
  const Screen expected = screen_of(made, options);
  SurvivalCase fewer = made;
  fewer.markers = 31;
  fewer.marker_values.resize(31 * 90);
  ScreenOptions of_fewer = options;
  of_fewer.covariate.resize(33);
  const Screen result = screen_of(fewer, of_fewer);
  for (Index place = 0; place < 31; ++place) {
    EXPECT_EQ(std::memcmp(&result.z[at(place)], &expected.z[at(place)], sizeof(double)), 0);
    EXPECT_EQ(std::memcmp(&result.p[at(place)], &expected.p[at(place)], sizeof(double)), 0);
  }
}

TEST_P(ScreenLaws, OrderOfFeaturesDoesNotMatter) {
  const Screen expected = screen_of(made, options);
  SurvivalCase reversed = made;
  ScreenOptions of_reversed = options;
  for (Index marker = 0; marker < 77; ++marker) {
    std::copy_n(made.marker_values.begin() + marker * 90,
                90,
                reversed.marker_values.begin() + (76 - marker) * 90);
    of_reversed.covariate[at(76 - marker)] = options.covariate[at(marker)];
  }
  Screen result = screen_of(reversed, of_reversed);
  for (auto* values :
       {&result.z, &result.p, &result.bh, &result.by, &result.storey, &result.max_t}) {
    std::reverse(values->begin(), values->end());
  }
  expect_same_bytes(result.z, expected.z);
  expect_same_bytes(result.bh, expected.bh);
  expect_same_bytes(result.by, expected.by);
  expect_same_bytes(result.storey, expected.storey);
  expect_same_bytes(result.max_t, expected.max_t);
}

// Rows are put in order of stratum and time, so that draws belong to them wherever they stand in the cohort.
TEST_P(ScreenLaws, OrderOfSubjectsDoesNotMatter) {
  const Screen expected = screen_of(made, options);
  SurvivalCase shuffled = made;
  for (Index i = 0; i < 90; ++i) {
    const Index from = (i * 37 + 11) % 90;
    for (Index marker = 0; marker < 77; ++marker) {
      shuffled.marker_values[at(marker * 90 + i)] = made.marker_values[at(marker * 90 + from)];
    }
    for (Index column = 0; column < 2; ++column) {
      shuffled.clinical[at(column)][at(i)] = made.clinical[at(column)][at(from)];
    }
    shuffled.survival.time[at(i)] = made.survival.time[at(from)];
    shuffled.survival.event[at(i)] = made.survival.event[at(from)];
    shuffled.stratum[at(i)] = made.stratum[at(from)];
    shuffled.centre[at(i)] = made.centre[at(from)];
  }
  const Screen result = screen_of(shuffled, options);
  for (Index place = 0; place < 77; ++place) {
    if (place != 20) {
      EXPECT_NEAR(result.z[at(place)],
                  expected.z[at(place)],
                  test::relative(1.0, 1e-12, "clinical columns are scaled in another order"));
    }
  }
  for (Index place = 0; place < 77; ++place) {
    EXPECT_TRUE(result.max_t[at(place)] == expected.max_t[at(place)] || place == 20) << place;
  }
}

TEST_P(ScreenLaws, NothingIsReadOfSubjectsWithoutWeight) {
  std::vector<std::uint32_t> times(90, 1);
  for (Index i = 5; i < 90; i += 9) {
    times[at(i)] = 0;
  }
  const Screen expected = screen_of(made, options, {.times = times});
  SurvivalCase other = made;
  for (Index i = 5; i < 90; i += 9) {
    for (Index marker = 0; marker < 77; ++marker) {
      other.marker_values[at(marker * 90 + i)] = 1e30F;
    }
    other.survival.time[at(i)] = 17.0;
    other.clinical[1][at(i)] = -1e9;
  }
  expect_same(screen_of(other, options, {.times = times}), expected);
}

INSTANTIATE_TEST_SUITE_P(Draws, ScreenLaws, testing::Bool());

TEST(ScreenLaws, TwiceIsTheRowTwice) {
  for (const auto ties : {survival::Ties::breslow, survival::Ties::efron}) {
    SurvivalCase made(RandomKey(6), 40, 12, 1), twice = made;
    std::vector<std::uint32_t> times(40, 1);
    std::vector<Index> rows(40);
    std::iota(rows.begin(), rows.end(), Index{0});
    for (Index i = 0; i < 40; i += 3) {
      times[at(i)] = 2;
      rows.push_back(i);
    }
    twice.subjects = size_of(rows);
    twice.marker_values.clear();
    for (Index marker = 0; marker < 12; ++marker) {
      for (const Index i : rows) {
        twice.marker_values.push_back(made.marker_values[at(marker * 40 + i)]);
      }
    }
    for (auto* list : {&twice.clinical[0], &twice.survival.time}) {
      const auto from = *list;
      list->clear();
      for (const Index i : rows) {
        list->push_back(from[at(i)]);
      }
    }
    twice.survival.event.clear();
    for (const Index i : rows) {
      twice.survival.event.push_back(made.survival.event[at(i)]);
    }
    const ScreenOptions options{.ties = ties, .draws = 0};
    const Screen weighted = screen_of(made, options, {.times = times}),
                 repeated = screen_of(twice, options);
    for (std::size_t place = 0; place < 12; ++place) {
      EXPECT_NEAR(weighted.z[place],
                  repeated.z[place],
                  test::relative(1.0, 1e-10, "two fits of the clinical model"));
    }
  }
}

struct Claim {
  const char* name;
  test::ScreenDesignOptions design;
};

/// Error rates at 0.1 over 200 replicates: of an exact method within 3 standard errors of it or below.
struct ScreenErrors : testing::TestWithParam<Claim> {};

TEST_P(ScreenErrors, StayAtTheirLevel) {
  constexpr double level = 0.1;
  constexpr Index replicates = 200;
  test::ErrorRates bh, max_t;
  Scheduler scheduler(1);
  FitContext context{scheduler};
  for (Index replicate = 0; replicate < replicates; ++replicate) {
    const RandomKey key = RandomKey(2026).child(GetParam().name).child(replicate);
    const test::ScreenDesign design(GetParam().design, key.child("design"));
    const Screen result = screen(
        design.data(), CaseWeights::ones(GetParam().design.subjects), {.draws = 199}, key, context);
    bh.add(design, result.bh, level);
    max_t.add(design, result.max_t, level);
  }
  EXPECT_LE(bh.fdr(), level + test::monte_carlo(std::max(bh.fdr_se(), 0.001)));
  EXPECT_LE(max_t.fwer(), level + test::monte_carlo(max_t.nominal_se(level)));
  if (GetParam().design.effect > 0.0) { // there is something to find, and it is found
    EXPECT_GT(bh.mean(bh.discoveries), 10.0);
    EXPECT_GT(max_t.mean(max_t.discoveries), 5.0);
  } else { // not zero: the level is used
    EXPECT_GT(max_t.fwer(), 0.02);
  }
  RecordProperty("bh_fdr", std::to_string(bh.fdr()));
  RecordProperty("max_t_fwer", std::to_string(max_t.fwer()));
}

INSTANTIATE_TEST_SUITE_P(
    Designs,
    ScreenErrors,
    testing::Values(Claim{"null", {}},
                    Claim{"confounded_null", {.confounding = 0.6, .dependent = true}},
                    Claim{"signal", {.effect = 0.35}},
                    Claim{"confounded_signal",
                          {.effect = 0.35, .confounding = 0.6, .dependent = true}}),
    [](const auto& claim) { return std::string(claim.param.name); });

} // namespace
} // namespace vigil::select
