// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/compared_rows.hpp"
#include "vigil/forest/leaf_hazards.hpp"
#include "vigil/forest/votes.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// The subjects of make_competing.R, in its order.
struct Mgus2 {
  CompetingRisksOutcome outcome{
      .entry = {}, .time = {}, .cause = {}, .cause_names = {"ill", "dead"}};
  std::vector<double> mspike, hgb, year;

  Mgus2() {
    const test::Dataset data = test::read_dataset("mgus2");
    const auto spike = data.numbers("mspike"), haemoglobin = data.numbers("hgb"),
               ptime = data.numbers("ptime"), pstat = data.numbers("pstat"),
               futime = data.numbers("futime"), death = data.numbers("death"),
               diagnosis = data.numbers("dxyr");
    for (std::size_t row = 0; row < spike.size(); ++row) {
      const double time = pstat[row] == 0.0 ? futime[row] : ptime[row];
      if (std::isnan(spike[row]) || std::isnan(haemoglobin[row]) || !(time > 0.0)) {
        continue;
      }
      add(time,
          static_cast<std::uint8_t>(pstat[row] != 0.0 ? 1.0 : 2.0 * death[row]),
          spike[row],
          haemoglobin[row]);
      year.push_back(diagnosis[row]);
    }
  }
  void add(double time, std::uint8_t cause, double spike, double haemoglobin) {
    outcome.time.push_back(time);
    outcome.cause.push_back(cause);
    mspike.push_back(spike);
    hgb.push_back(haemoglobin);
  }
  [[nodiscard]] const std::vector<double>& column(const std::string& name) const {
    return name == "hgb" ? hgb : mspike;
  }
};

std::vector<std::uint32_t> all_of(const SurvivalRows& rows) {
  std::vector<std::uint32_t> numbers(at(rows.rows()));
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

/// 1 - freedom from the cause at each of some times, in a leaf of all rows.
std::vector<double>
incidence_of(const SurvivalRows& rows, const std::vector<double>& times, Index cause) {
  SurvivalNode node;
  const auto numbers = all_of(rows);
  node.look_at(rows, rows.copies, numbers);
  std::vector<HazardJump> jumps;
  take_hazard_jumps(rows, node, jumps);
  Tree leaf;
  for (const HazardJump& jump : jumps) {
    leaf.jump_time.push_back(jump.number);
    leaf.jump.push_back(jump.hazard);
    leaf.jump_cause.push_back(jump.cause);
  }
  leaf.jump_start.push_back(static_cast<std::uint32_t>(jumps.size()));
  LeafVotes votes;
  const VoteTimes wanted(rows.event_time, times);
  votes.take(leaf, size_of(rows.event_time), wanted.passed, cause);
  std::vector<double> incidence;
  for (std::uint32_t time = 0; time < times.size(); ++time) {
    double reached = 0.0;
    for (const LeafVotes::Change& change : votes.changes(0)) {
      reached -= change.time <= time ? LeafVotes::real(change.by) : 0.0;
    }
    incidence.push_back(reached);
  }
  return incidence;
}

TEST(LeafIncidence, IsThatOfSurvfitForSeveralStates) {
  const Mgus2 all;
  const test::Dataset expected(std::filesystem::path(VIGIL_REFERENCE) / "competing_incidence.csv");
  std::vector<Index> first(200);
  std::iota(first.begin(), first.end(), Index{0});
  const Outcome outcome = select_subjects(Outcome(all.outcome), first);
  std::vector<std::uint32_t> copies;
  std::vector<double> sampling;
  for (Index subject = 1; subject <= 200; ++subject) {
    copies.push_back(static_cast<std::uint32_t>(1 + subject % 4));
    sampling.push_back(0.5 * static_cast<double>(copies.back()));
  }
  const CaseWeights ones = CaseWeights::ones(200);
  const auto ill = expected.numbers("ill"), dead = expected.numbers("dead"),
             free = expected.numbers("free");
  const std::vector<double> times{5, 12, 24, 60, 90, 120, 240};
  const auto expect_near = [&](const CaseWeights& weights, std::size_t from) {
    const SurvivalRows rows = forest_rows(outcome, weights, {}, {});
    const auto of_ill = incidence_of(rows, times, 1), of_dead = incidence_of(rows, times, 2);
    for (std::size_t time = 0; time < times.size(); ++time) {
      ASSERT_EQ(expected.numbers("time")[from + time], times[time]);
      // votes are rounded to 2^-30
      EXPECT_NEAR(of_ill[time], ill[from + time], 1e-9);
      EXPECT_NEAR(of_dead[time], dead[from + time], 1e-9);
      EXPECT_NEAR(1.0 - of_ill[time] - of_dead[time], free[from + time], 2e-9);
    }
  };
  expect_near(ones, 0);
  expect_near(ones.with_times(copies), times.size());
  expect_near(ones.with_sampling(sampling), times.size());
}

struct Statistics {
  double numerator, variance;
};

Statistics statistics_of(const Mgus2& data,
                         const CauseOptions& options,
                         const std::string& feature,
                         double cut) {
  const CaseWeights ones = CaseWeights::ones(size_of(data.outcome.time));
  const SurvivalRows rows = forest_rows(data.outcome, ones, {}, options);
  const ComparedRows compared = compared_rows(rows, data.outcome, options);
  const auto numbers = compared.order.empty() ? all_of(rows) : compared.order;
  SurvivalNode node;
  node.look_at(compared.rows, rows.copies, numbers);
  std::vector<std::uint16_t> ranks;
  for (const Index subject : rows.subject) {
    ranks.push_back(data.column(feature)[at(subject)] <= cut ? 1 : 2);
  }
  std::int64_t score = 0;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    score += ranks[numbers[place]] == 1 ? node.sums()[place].score : 0;
  }
  std::vector<double> scratch;
  return {node.numerator(score), node.exact_variance(ranks, 1, false, scratch)};
}

class CompetingCuts : public testing::Test {
protected:
  /// check(statistics, number of the row) for the rows of a rule; how many.
  template <class Check>
  Index for_each(const std::string& rule,
                 const Mgus2& data,
                 const CauseOptions& options,
                 const Check& check) const {
    const auto cut = expected.numbers("cut"), numerator = expected.numbers("numerator"),
               variance = expected.numbers("variance");
    Index rows = 0;
    for (std::size_t number = 0; number < cut.size(); ++number) {
      if (expected.text("rule")[number] != rule) {
        continue;
      }
      ++rows;
      const auto found =
          statistics_of(data, options, expected.text("feature")[number], cut[number]);
      // sums of some 1,300 terms in double on both sides
      EXPECT_NEAR(found.numerator, numerator[number], 1e-9);
      EXPECT_NEAR(found.variance, variance[number], 1e-10 * (1.0 + variance[number]));
      check(found, number);
    }
    return rows;
  }

  const test::Dataset expected{std::filesystem::path(VIGIL_REFERENCE) / "competing_cuts.csv"};
};

constexpr auto nothing = [](const Statistics&, std::size_t) {};

TEST_F(CompetingCuts, CauseSpecificIsSurvdiffWithTheOthersCensored) {
  EXPECT_EQ(for_each("cause_specific", Mgus2(), {}, nothing), 13);
}

TEST_F(CompetingCuts, CompositeIsSurvdiffOfAnyCause) {
  EXPECT_EQ(for_each("composite", Mgus2(), {.rule = CompetingRule::composite}, nothing), 13);
}

TEST_F(CompetingCuts, GrayWithKnownEndsIsSurvdiffOfTimesAtRisk) {
  Mgus2 data;
  for (std::size_t subject = 0; subject < data.year.size(); ++subject) {
    const double time = data.outcome.time[subject];
    data.outcome.follow_up_end.push_back(
        data.outcome.cause[subject] == 0 ? time
                                         : std::max(12.0 * (2010.0 - data.year[subject]), time));
  }
  EXPECT_EQ(for_each("ends", data, {.rule = CompetingRule::gray}, nothing), 13);
}

// With complete follow-up to 60 months: the score test of Fine and Gray's model, and near Gray's own statistic, whose variance
// is another estimate.
TEST_F(CompetingCuts, GrayOfCompleteFollowUpIsTheTestOfTheSubdistribution) {
  const Mgus2 all;
  Mgus2 data;
  data.outcome.time.clear();
  data.outcome.cause.clear();
  data.mspike.clear();
  data.hgb.clear();
  for (std::size_t subject = 0; subject < all.mspike.size(); ++subject) {
    const double time = all.outcome.time[subject];
    const std::uint8_t cause = all.outcome.cause[subject];
    if (cause == 0 && time < 60.0) {
      continue;
    }
    const auto row = static_cast<double>(data.mspike.size() + 1);
    const bool late = time >= 60.0;
    data.add(late         ? 61.0
             : cause == 1 ? time + row / 10000.0
                          : time,
             late ? std::uint8_t{0} : cause,
             all.mspike[subject],
             all.hgb[subject]);
  }
  const auto score = expected.numbers("score"), gray = expected.numbers("gray");
  const auto check = [&](const Statistics& found, std::size_t number) {
    const double square = found.numerator * found.numerator / found.variance;
    EXPECT_NEAR(square, score[number], 1e-8 * (1.0 + score[number])); // coxph's own convergence
    EXPECT_NEAR(square / gray[number], 1.0, 0.1);
  };
  EXPECT_EQ(for_each("gray", data, {.rule = CompetingRule::gray}, check), 13);
}

} // namespace
} // namespace vigil::forest
