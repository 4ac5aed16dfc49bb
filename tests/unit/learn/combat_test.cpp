// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/learn/combat.hpp"

#include <gtest/gtest.h>

#include "tests/support/combat_case.hpp"
#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <limits>

namespace vigil {
namespace {

using test::CombatCase;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// Of the case below: root of (2 + 8) / 6.
const double sigma = std::sqrt(10.0 / 6.0);

/// Three subjects of batch A, three of B, and `others` of C. Markers that are linear functions of each other have equal
/// estimates, so that shrinking changes nothing: every batch gets mean 7.5 and SD sigma (of the first marker).
CombatCase alike_markers(const std::vector<double>& others = {}) {
  CombatCase made;
  std::vector<double> values{1, 2, 3, 11, 13, 15};
  made.batch = {0, 0, 0, 1, 1, 1};
  for (const double other : others) {
    values.push_back(other);
    made.batch.push_back(2);
  }
  made.marker = {values, values};
  for (double& value : made.marker[1]) {
    value = 10.0 * value + 1.0;
  }
  return made;
}

CaseWeights first_six(const CombatCase& made) {
  std::vector<std::uint32_t> times(at(made.subjects()), 0);
  std::fill(times.begin(), times.begin() + 6, 1);
  return CaseWeights::ones(made.subjects()).with_times(times);
}

/// Noise with a shift and a scale for each batch; a covariate; `subjects` in three batches.
CombatCase drawn_case(Index markers, Index subjects, std::uint64_t seed = 4) {
  CombatCase made;
  RandomStream draw{RandomKey(seed)};
  made.clinical.resize(1);
  for (Index i = 0; i < subjects; ++i) {
    made.batch.push_back(i % 3);
    made.clinical[0].push_back(draw.normal());
    made.time.push_back(1.0 + draw.exponential());
    made.event.push_back(draw.uniform() < 0.5 ? 1 : 0);
  }
  for (Index marker = 0; marker < markers; ++marker) {
    made.marker.emplace_back();
    const double shift = draw.normal(), effect = draw.normal();
    for (Index i = 0; i < subjects; ++i) {
      const auto batch = static_cast<double>(made.batch[at(i)]);
      made.marker.back().push_back(3.0 + batch * shift + effect * made.clinical[0][at(i)] +
                                   (1.0 + 0.5 * batch) * draw.normal());
    }
  }
  return made;
}

const CombatOptions with_age{.batch = "site", .covariates = {"c1"}};

TEST(Combat, PutsBatchesOnOneMeanAndSdWhereShrinkingChangesNothing) {
  CombatCase made = alike_markers();
  Scheduler scheduler(2);
  const Combat combat =
      Combat::fit(made.data(), CaseWeights::ones(6), {.batch = "site"}, scheduler);
  const auto corrected = made.correct(combat, scheduler);
  const std::vector<double> expected{-sigma, 0, sigma, -sigma, 0, sigma};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(corrected[0][i], 7.5 + expected[i], test::rounding(10.0, 16)) << i;
    EXPECT_NEAR(corrected[1][i], 76.0 + 10.0 * expected[i], test::rounding(100.0, 16)) << i;
  }
}

TEST(Combat, CorrectsANewSubjectOfAKnownBatchByWhatTrainingKnows) {
  CombatCase made = alike_markers();
  Scheduler scheduler(2);
  const Combat combat =
      Combat::fit(made.data(), CaseWeights::ones(6), {.batch = "site"}, scheduler);
  CombatCase other;
  other.names = {"B", "A"}; // batches are known by name
  other.batch = {1, 0};
  other.marker = {{4, 17}, {41, 171}};
  const auto corrected = other.correct(combat, scheduler);
  EXPECT_NEAR(corrected[0][0], 7.5 + 2.0 * sigma, test::rounding(10.0, 16));
  EXPECT_NEAR(corrected[0][1], 7.5 + 2.0 * sigma, test::rounding(10.0, 16));
}

TEST(Combat, LeavesAnUnseenBatchAsItIsUnlessItIsToBeMapped) {
  CombatCase made = alike_markers({100, 102, 104});
  Scheduler scheduler(2);
  const CaseWeights train = first_six(made);
  const Combat left = Combat::fit(made.data(), train, {.batch = "site"}, scheduler);
  EXPECT_EQ(left.batches(), (std::vector<std::string>{"A", "B"}));
  const auto as_it_is = made.correct(left, scheduler);
  EXPECT_EQ(as_it_is[0][6], 100.0);
  EXPECT_EQ(as_it_is[1][8], 1041.0);
  const Combat mapped = Combat::fit(
      made.data(), train, {.batch = "site", .unseen = UnseenBatch::reference}, scheduler);
  const auto corrected = made.correct(mapped, scheduler);
  EXPECT_EQ(corrected[0][1], as_it_is[0][1]); // known batches are corrected as ever
  EXPECT_NEAR(corrected[0][6], 7.5 - sigma, test::rounding(100.0, 16));
  EXPECT_NEAR(corrected[0][7], 7.5, test::rounding(100.0, 16));
  EXPECT_NEAR(corrected[0][8], 7.5 + sigma, test::rounding(100.0, 16));
}

TEST(Combat, DoesNotMapASingleSubject) {
  CombatCase made = alike_markers({100});
  Scheduler scheduler(2);
  const Combat combat = Combat::fit(made.data(),
                                    CaseWeights::ones(7),
                                    {.batch = "site", .unseen = UnseenBatch::reference},
                                    scheduler);
  EXPECT_EQ(combat.batches().size(), 2U); // one training subject is no batch
  EXPECT_EQ(made.correct(combat, scheduler)[0][6], 100.0);
}

TEST(Combat, ABatchOfOneTrainingSubjectTakesNoPart) {
  CombatCase with = alike_markers({100}), without = alike_markers();
  Scheduler scheduler(2);
  const Combat one = Combat::fit(with.data(), CaseWeights::ones(7), {.batch = "site"}, scheduler);
  const Combat none =
      Combat::fit(without.data(), CaseWeights::ones(6), {.batch = "site"}, scheduler);
  EXPECT_EQ(one.record().numbers("shift"), none.record().numbers("shift"));
  EXPECT_EQ(one.record().numbers("scale"), none.record().numbers("scale"));
}

// One batch has nothing to be put beside, but others can be mapped to it.
TEST(Combat, OneBatchStaysAsItIs) {
  CombatCase made = alike_markers();
  Scheduler scheduler(2);
  const auto train = CaseWeights::ones(6).with_times({0, 0, 0, 1, 1, 1});
  const Combat combat = Combat::fit(
      made.data(), train, {.batch = "site", .unseen = UnseenBatch::reference}, scheduler);
  const auto corrected = made.correct(combat, scheduler);
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_NEAR(corrected[0][i], made.marker[0][i], test::rounding(15.0, 8));
  }
  // B: mean 13, SD (divisor n) root of 8 / 3; A has mean 2, SD 1
  EXPECT_NEAR(corrected[0][0], 13.0 - std::sqrt(8.0 / 3.0), test::rounding(15.0, 8));
}

TEST(Combat, LeavesMarkersWithoutVariationInABatchAndMissingCells) {
  CombatCase made = drawn_case(8, 60);
  Scheduler scheduler(2);
  for (std::size_t i = 0; i < 60; i += 3) {
    made.marker[2][i] = 5.0; // the same in all of A
  }
  made.marker[3][7] = not_a_number;
  const Combat combat = Combat::fit(made.data(), CaseWeights::ones(60), with_age, scheduler);
  const auto corrected = made.correct(combat, scheduler);
  EXPECT_EQ(corrected[2], made.marker[2]);
  EXPECT_TRUE(std::isnan(corrected[3][7]));
  EXPECT_NE(corrected[3][8], made.marker[3][8]);
  EXPECT_TRUE(std::isnan(combat.record().numbers("scale")[2]));
}

// The estimates of a marker with a missing cell are those of the subjects that have a value.
TEST(Combat, EstimatesAMarkerByTheSubjectsThatHaveAValue) {
  CombatCase made = drawn_case(6, 60);
  Scheduler scheduler(2);
  made.marker[3][7] = not_a_number;
  const Record some = Combat::fit(made.data(), CaseWeights::ones(60), with_age, scheduler).record();
  std::vector<std::uint32_t> times(60, 1);
  times[7] = 0;
  const Record without =
      Combat::fit(made.data(), CaseWeights::ones(60).with_times(times), with_age, scheduler)
          .record();
  // Covariates are standardised by other subjects: what is fitted is the same, its parts are not.
  EXPECT_NEAR(some.numbers("scale")[3], without.numbers("scale")[3], 1e-12);
}

TEST(Combat, LooksAtNoOutcomeAndAtNoSubjectOfWeightZero) {
  CombatCase made = drawn_case(6, 60);
  Scheduler scheduler(2);
  std::vector<std::uint32_t> times(60, 1);
  for (std::size_t i = 0; i < 60; i += 7) {
    times[i] = 0;
  }
  const CaseWeights train = CaseWeights::ones(60).with_times(times);
  const Record first = Combat::fit(made.data(), train, with_age, scheduler).record();
  for (std::size_t i = 0; i < 60; ++i) {
    made.event[i] = made.event[i] == 0 ? 1 : 0;
    made.time[i] = 100.0 - made.time[i];
    for (auto& marker : made.marker) {
      marker[i] = times[i] == 0 ? 1e6 : marker[i];
    }
    made.clinical[0][i] = times[i] == 0 ? -1e6 : made.clinical[0][i];
  }
  const Record second = Combat::fit(made.data(), train, with_age, scheduler).record();
  for (const char* name : {"centre", "scale", "effect", "shift", "spread"}) {
    EXPECT_EQ(first.numbers(name), second.numbers(name)) << name;
  }
}

TEST(Combat, DoesNotDependOnThreadsBlocksOrWhereTheMatrixIs) {
  CombatCase made = drawn_case(11, 60);
  made.in_matrix = true;
  Scheduler one(1), three(3);
  const CaseWeights ones = CaseWeights::ones(60);
  const Combat combat = Combat::fit(made.data(), ones, with_age, one);
  const auto expected = made.correct(combat, one, true);
  made.block_features = 3;
  const Combat other = Combat::fit(made.data(), ones, with_age, three);
  EXPECT_EQ(made.correct(other, three, false), expected);
  for (const char* name : {"centre", "scale", "effect", "shift", "spread"}) {
    EXPECT_EQ(combat.record().numbers(name), other.record().numbers(name)) << name;
  }
  made.in_matrix = false;
  const auto in_double = made.correct(Combat::fit(made.data(), ones, with_age, one), one);
  for (std::size_t marker = 0; marker < 11; ++marker) {
    for (std::size_t i = 0; i < 60; ++i) {
      EXPECT_NEAR(expected[marker][i], in_double[marker][i], 1e-5); // single precision
    }
  }
}

TEST(Combat, IsTheSameReadFromItsRecord) {
  CombatCase made = drawn_case(5, 40);
  Scheduler scheduler(2);
  const Combat combat = Combat::fit(made.data(), CaseWeights::ones(40), with_age, scheduler);
  const Combat read = Combat::from_record(combat.record());
  EXPECT_EQ(made.correct(read, scheduler), made.correct(combat, scheduler));
  EXPECT_EQ(read.options().batch, "site");
  Record damaged = combat.record();
  damaged.set("shift", Record::Numbers{1.0});
  EXPECT_THROW(static_cast<void>(Combat::from_record(damaged)), InputError);
}

TEST(Combat, AsksForTheBatch) {
  CombatCase made = drawn_case(5, 40);
  Scheduler scheduler(2);
  const Combat combat = Combat::fit(made.data(), CaseWeights::ones(40), with_age, scheduler);
  const TrainingData all = made.data();
  const Covariates none{.features = all.features, .clinical = all.clinical};
  const Fault fault =
      test::fault_of<InputError>([&] { static_cast<void>(combat.correct(none, scheduler)); });
  EXPECT_NE(fault.expected.find("'site'"), std::string::npos) << fault.expected;
}

/// The fault of check_combat.
template <class Kind>
Fault refused(CombatCase& made, const CombatOptions& options) {
  Scheduler scheduler(1);
  return test::fault_of<Kind>(
      [&] { check_combat(made.data(), CaseWeights::ones(made.subjects()), options, scheduler); });
}

TEST(CheckCombat, RefusesTheOutcomeAsACovariate) {
  CombatCase made = drawn_case(4, 40);
  for (Index i = 0; i < 40; ++i) {
    made.clinical[0][at(i)] = 3.0 - 2.0 * made.event[at(i)];
  }
  EXPECT_NE(refused<ConfigError>(made, with_age).found.find("event"), std::string::npos);
  made.clinical[0] = made.time;
  EXPECT_NE(refused<ConfigError>(made, with_age).found.find("time"), std::string::npos);
}

TEST(CheckCombat, RefusesBatchesThatAreTheEvent) {
  CombatCase made = drawn_case(4, 40);
  for (Index i = 0; i < 40; ++i) {
    made.batch[at(i)] = made.event[at(i)];
  }
  EXPECT_NE(refused<ConfigError>(made, {.batch = "site"}).found.find("event"), std::string::npos);
}

TEST(CheckCombat, RefusesWhatIsNoClinicalColumn) {
  CombatCase made = drawn_case(4, 40);
  EXPECT_NE(refused<ConfigError>(made, {.batch = "site", .covariates = {"c9"}}).remedy.find("c1"),
            std::string::npos);
  EXPECT_NE(refused<ConfigError>(made, {.batch = "site", .covariates = {"m1"}}).found.find("m1"),
            std::string::npos);
}

TEST(CheckCombat, RefusesACovariateThatTheBatchDetermines) {
  CombatCase made = drawn_case(4, 40);
  for (Index i = 0; i < 40; ++i) {
    made.clinical[0][at(i)] = made.batch[at(i)] == 1 ? 0.1 : 7.0;
  }
  EXPECT_NE(refused<InputError>(made, with_age).where.find("c1"), std::string::npos);
  // In a training set it is left out instead.
  Scheduler scheduler(1);
  const Combat combat = Combat::fit(made.data(), CaseWeights::ones(40), with_age, scheduler);
  EXPECT_TRUE(combat.record().texts("covariate_column").empty());
}

TEST(CheckCombat, RefusesTooFewBatchesOrMarkers) {
  CombatCase made = drawn_case(4, 40);
  std::ranges::fill(made.batch, 0);
  EXPECT_NE(refused<InputError>(made, {.batch = "site"}).found.find(": 1"), std::string::npos);
  CombatCase one = drawn_case(1, 40);
  EXPECT_NE(refused<InputError>(one, {.batch = "site"}).found.find("markers"), std::string::npos);
}

} // namespace
} // namespace vigil
