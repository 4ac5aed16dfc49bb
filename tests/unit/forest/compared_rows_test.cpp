// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/forest/compared_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// Subjects 0 .. 5: relapse at 2, death at 1, censored at 6, death at 4, relapse at 4, censored at 7.
CompetingRisksOutcome example() {
  return {.entry = {},
          .time = {2, 1, 6, 4, 4, 7},
          .cause = {1, 2, 0, 2, 1, 0},
          .cause_names = {"relapse", "death"}};
}

using Numbers = std::vector<std::uint32_t>;

SurvivalRows rows_of(const CompetingRisksOutcome& outcome, const CauseOptions& options) {
  return forest_rows(outcome, CaseWeights::ones(size_of(outcome.time)), {}, options);
}

ComparedRows compare(const CompetingRisksOutcome& outcome, const CauseOptions& options) {
  return compared_rows(rows_of(outcome, options), outcome, options);
}

TEST(ForestRows, KeepTheCauseOfEveryEvent) {
  const SurvivalRows rows = rows_of(example(), {.of_interest = "death"});
  EXPECT_EQ(rows.subject, (std::vector<Index>{1, 0, 3, 4, 2, 5}));
  EXPECT_EQ(rows.event_time, (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(rows.moment, (Numbers{1, 3, 5, 5, 6, 8}));
  EXPECT_EQ(rows.cause, (std::vector<std::uint8_t>{2, 1, 2, 1, 0, 0}));
  EXPECT_EQ(rows.of_interest, 2U);
  EXPECT_EQ(rows_of(example(), {.of_interest = "2"}).of_interest, 2U);
  EXPECT_EQ(rows_of(example(), {}).of_interest, 1U);
}

TEST(ComparedRows, OtherCausesAreCensorings) {
  const ComparedRows compared = compare(example(), {});
  EXPECT_EQ(compared.rows.moment, (Numbers{0, 3, 4, 5, 6, 8}));
  EXPECT_EQ(compared.rows.passed, (Numbers{1, 2, 3, 3, 3, 3}));
  EXPECT_TRUE(compared.order.empty());
  EXPECT_TRUE(compared.rows.event_weight.empty());
}

TEST(ComparedRows, CausesWeigh) {
  const ComparedRows compared =
      compare(example(), {.rule = CompetingRule::composite, .weights = {0.0, 2.5}});
  EXPECT_EQ(compared.rows.moment, (Numbers{1, 2, 5, 4, 6, 8})); // relapse weighs nothing: no event
  EXPECT_EQ(compared.rows.event_weight, (std::vector<double>{2.5, 0, 2.5, 0, 0, 0}));
  EXPECT_EQ(compare(example(), {.rule = CompetingRule::composite}).rows.event_weight,
            (std::vector<double>{1, 1, 1, 1, 0, 0}));
}

// Without known ends, nobody is censored before the last relapse at 4: the dead stay to the end of the fit.
TEST(ComparedRows, TheDeadStayAtRiskToTheEnd) {
  const ComparedRows compared = compare(example(), {.rule = CompetingRule::gray});
  // times by row: 7, 2, 7, 4, 6, 7
  EXPECT_EQ(compared.rows.moment, (Numbers{6, 1, 6, 3, 4, 6}));
  EXPECT_EQ(compared.rows.passed, (Numbers{3, 2, 3, 3, 3, 3}));
  EXPECT_EQ(compared.order, (Numbers{1, 3, 4, 0, 2, 5}));
}

TEST(ComparedRows, TheDeadStayAtRiskToTheirOwnEnd) {
  CompetingRisksOutcome outcome = example();
  outcome.follow_up_end = {9, 3, 6, 5, 4, 7};
  const ComparedRows compared = compare(outcome, {.rule = CompetingRule::gray});
  // times by row: 3, 2, 5, 4, 6, 7
  EXPECT_EQ(compared.rows.moment, (Numbers{2, 1, 6, 5, 8, 10}));
  EXPECT_EQ(compared.rows.passed, (Numbers{2, 2, 3, 3, 3, 3}));
  EXPECT_EQ(compared.order, (Numbers{1, 0, 3, 2, 4, 5}));
}

/// What the refusal found.
std::string refusal(const CompetingRisksOutcome& outcome, const CauseOptions& options) {
  try {
    static_cast<void>(compare(outcome, options));
  } catch (const ConfigError& error) {
    EXPECT_FALSE(error.fault().expected.empty() || error.fault().remedy.empty());
    return error.fault().found;
  }
  return "accepted";
}

TEST(ComparedRows, RefuseWhatIsNotKnown) {
  CompetingRisksOutcome outcome = example();
  const CauseOptions gray{.rule = CompetingRule::gray};
  outcome.time[2] = 3; // censored before the relapse at 4
  EXPECT_EQ(refusal(outcome, gray),
            "the rule gray, and a subject censored at 3, before the last event at 4");
  EXPECT_EQ(refusal(outcome, {}), "accepted");
  outcome.follow_up_end = {9, 3, 3, 5, 4, 7};
  EXPECT_EQ(refusal(outcome, gray), "accepted");
  outcome.follow_up_end[2] = 5;
  EXPECT_EQ(refusal(outcome, gray),
            "the rule gray, and a subject censored at 3 whose follow-up ends at 5");
  outcome = example();
  outcome.entry = {0, 0, 0, 3, 0, 0};
  EXPECT_EQ(refusal(outcome, gray), "the rule gray with delayed entry");
  EXPECT_EQ(refusal(outcome, {}), "accepted");
  outcome = example();
  outcome.time[2] = 3;
  outcome.cause = {1, 1, 0, 1, 1, 0}; // nobody of another cause whose end could matter
  EXPECT_EQ(refusal(outcome, gray), "accepted");
}

TEST(ComparedRows, RefuseOptionsThatTheOutcomeDoesNotHave) {
  EXPECT_EQ(refusal(example(), {.of_interest = "relaps"}), "cause of interest 'relaps'");
  EXPECT_EQ(refusal(example(), {.of_interest = "3"}), "cause of interest '3'");
  EXPECT_EQ(refusal(example(), {.of_interest = "0"}), "cause of interest '0'");
  EXPECT_EQ(refusal(example(), {.weights = {1, 1}}),
            "weights of causes with the rule cause-specific");
  const std::vector<std::vector<double>> no_weights{
      {1}, {1, 1, 1}, {0, 0}, {1, -1}, {1, HUGE_VAL}, {std::nan(""), 1}};
  for (const auto& weights : no_weights) {
    EXPECT_TRUE(refusal(example(), {.rule = CompetingRule::composite, .weights = weights})
                    .starts_with("weights of causes "))
        << weights.size();
  }
  const SurvivalOutcome single{.entry = {}, .time = {1, 2}, .event = {1, 0}};
  const CaseWeights ones = CaseWeights::ones(2);
  EXPECT_NO_THROW(static_cast<void>(forest_rows(single, ones, {}, {})));
  EXPECT_THROW(static_cast<void>(forest_rows(single, ones, {}, {.of_interest = "1"})), ConfigError);
  EXPECT_THROW(
      static_cast<void>(forest_rows(single, ones, {}, {.rule = CompetingRule::cause_specific})),
      ConfigError);
  EXPECT_THROW(static_cast<void>(forest_rows(BinaryOutcome{{0, 1}}, ones, {}, {})), ConfigError);
}

} // namespace
} // namespace vigil::forest
