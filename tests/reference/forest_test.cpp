// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// A cut between ranks 1 and 2.
void expect_near(const SurvivalNode& node,
                 std::span<const std::uint16_t> ranks,
                 double numerator,
                 double variance) {
  std::int64_t score = 0;
  std::vector<double> scratch;
  for (std::size_t place = 0; place < ranks.size(); ++place) {
    score += ranks[place] == 1 ? node.sums()[place].score : 0;
  }
  // sums of up to 274 terms in double on both sides
  EXPECT_NEAR(node.numerator(score), numerator, 1e-11);
  EXPECT_NEAR(node.exact_variance(ranks, 1, false, scratch), variance, 1e-11 * (1.0 + variance));
}

SurvivalOutcome outcome_of(const test::Dataset& veteran) {
  SurvivalOutcome outcome{.entry = {}, .time = veteran.numbers("time"), .event = {}};
  for (const double status : veteran.numbers("status")) {
    outcome.event.push_back(status == 1.0 ? 1 : 0);
  }
  return outcome;
}

// Every subject once, or subject i, counted from 1, 1 + i mod 3 times.
CaseWeights weights_of(const std::string& copies, Index subjects) {
  std::vector<std::uint32_t> times;
  for (Index subject = 1; subject <= subjects; ++subject) {
    times.push_back(copies == "one" ? 1U : static_cast<std::uint32_t>(1 + subject % 3));
  }
  return CaseWeights::ones(subjects).with_times(times);
}

// 1 up to the cut, 2 beyond, by row.
std::vector<std::uint16_t>
ranks_of(const SurvivalRows& rows, const std::vector<double>& values, double cut) {
  std::vector<std::uint16_t> ranks;
  for (const Index subject : rows.subject) {
    ranks.push_back(values[at(subject)] <= cut ? 1 : 2);
  }
  return ranks;
}

// Every cut of two columns of `veteran`, with its ties, beside survdiff (make_forest.R): equal weights, and G(1,0).
TEST(LogRankOfEveryCut, IsThatOfSurvdiff) {
  const test::Dataset veteran = test::read_dataset("veteran");
  const test::Dataset expected(std::filesystem::path(VIGIL_REFERENCE) / "log_rank_cuts.csv");
  const SurvivalOutcome outcome = outcome_of(veteran);
  const auto &copies = expected.text("copies"), &feature = expected.text("feature");
  const auto cut = expected.numbers("cut"), numerator = expected.numbers("numerator"),
             variance = expected.numbers("variance");
  ASSERT_EQ(cut.size(), 100U);
  const auto early_numerator = expected.numbers("early_numerator"),
             early_variance = expected.numbers("early_variance");
  for (std::size_t number = 0; number < cut.size(); ++number) {
    const SurvivalRows rows = survival_rows(outcome, weights_of(copies[number], veteran.rows()));
    std::vector<std::uint32_t> all(at(rows.rows()));
    std::iota(all.begin(), all.end(), 0U);
    SurvivalNode node, early;
    node.look_at(rows, rows.copies, all);
    early.look_at(node, TimeWeights{.early = true});
    const auto ranks = ranks_of(rows, veteran.numbers(feature[number]), cut[number]);
    expect_near(node, ranks, numerator[number], variance[number]);
    expect_near(early, ranks, early_numerator[number], early_variance[number]);
  }
}

// Every cut of age within the four strata of celltype.
TEST(LogRankOfEveryCut, IsThatOfSurvdiffInStrata) {
  const test::Dataset veteran = test::read_dataset("veteran");
  const test::Dataset expected(std::filesystem::path(VIGIL_REFERENCE) / "log_rank_strata.csv");
  const SurvivalOutcome outcome = outcome_of(veteran);
  std::vector<Index> stratum;
  std::vector<std::string> names;
  for (const std::string& celltype : veteran.text("celltype")) {
    const auto found = std::ranges::find(names, celltype) - names.begin();
    if (found == size_of(names)) {
      names.push_back(celltype);
    }
    stratum.push_back(found);
  }
  ASSERT_EQ(names.size(), 4U);
  const auto age = veteran.numbers("age"), cut = expected.numbers("cut"),
             numerator = expected.numbers("numerator"), variance = expected.numbers("variance");
  ASSERT_EQ(cut.size(), 78U);
  for (std::size_t number = 0; number < cut.size(); ++number) {
    const SurvivalRows rows = survival_rows(
        outcome, weights_of(expected.text("copies")[number], veteran.rows()), stratum);
    std::vector<std::uint32_t> all(at(rows.rows()));
    std::iota(all.begin(), all.end(), 0U);
    SurvivalNode node;
    node.look_at(rows, rows.copies, all);
    expect_near(node, ranks_of(rows, age, cut[number]), numerator[number], variance[number]);
  }
}

/// The level of each subject, from 1: celltype and treatment in sorted order of their names.
std::vector<std::uint16_t> levels_of(const test::Dataset& veteran) {
  const auto &celltype = veteran.text("celltype"), &treatment = veteran.text("trt");
  std::vector<std::string> texts;
  for (std::size_t subject = 0; subject < celltype.size(); ++subject) {
    texts.push_back(celltype[subject] + " " + treatment[subject]);
  }
  std::vector<std::string> names = texts;
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::uint16_t> levels;
  for (const std::string& text : texts) {
    levels.push_back(
        static_cast<std::uint16_t>(1 + (std::ranges::find(names, text) - names.begin())));
  }
  return levels;
}

// All 127 ways to divide eight levels (make_forest_categories.R): each by itself, and what the rules choose of them.
TEST(LogRankOfSubsets, IsThatOfSurvdiff) {
  const test::Dataset veteran = test::read_dataset("veteran");
  const test::Dataset expected(std::filesystem::path(VIGIL_REFERENCE) / "log_rank_subsets.csv");
  const SurvivalOutcome outcome = outcome_of(veteran);
  const auto of_subject = levels_of(veteran);
  const auto numerator = expected.numbers("numerator"), variance = expected.numbers("variance"),
             permutation = expected.numbers("permutation");
  ASSERT_EQ(numerator.size(), 254U);
  for (const char* copies : {"one", "one_to_three"}) {
    const SurvivalRows rows = survival_rows(outcome, weights_of(copies, veteran.rows()));
    std::vector<std::uint32_t> all(at(rows.rows()));
    std::iota(all.begin(), all.end(), 0U);
    std::vector<std::uint16_t> codes;
    for (const Index subject : rows.subject) {
      codes.push_back(of_subject[at(subject)]);
    }
    SurvivalNode node;
    node.look_at(rows, rows.copies, all);
    double by_permutation = 0.0, by_both = 0.0, by_variance = 0.0;
    for (std::size_t number = 0; number < numerator.size(); ++number) {
      if (expected.text("copies")[number] != copies) {
        continue;
      }
      std::vector<std::uint16_t> ranks;
      for (const std::uint16_t code : codes) {
        const bool left = expected.text("levels")[number].find(std::to_string(code)) !=
                          std::string::npos; // numbers of one digit
        ranks.push_back(left ? 1 : 2);
      }
      expect_near(node, ranks, numerator[number], variance[number]);
      const double square = numerator[number] * numerator[number];
      by_permutation = std::max(by_permutation, square / permutation[number]);
      by_both = std::max(by_both, square / std::max(permutation[number], variance[number]));
      by_variance = std::max(by_variance, square / variance[number]);
    }
    SplitScratch scratch;
    scratch.cells.resize(9);
    const CutColumn column{.feature = 0, .ranks = codes, .highest = 8, .levels = 8};
    const LeafLimits limits{.subjects = 1, .events = 0};
    const auto gain = [&](const char* rule) {
      return best_split(find_split_rule(rule),
                        {.node = node, .limits = limits, .key = RandomKey(1), .scratch = scratch},
                        {&column, 1})
          .gain;
    };
    EXPECT_NEAR(gain("permutation_log_rank"), by_permutation, 1e-10 * by_permutation);
    // the other two are cuts of the same order: here the best of all for one of them, and a little less for the other
    EXPECT_NEAR(gain("guarded_log_rank"), by_both, 1e-10 * by_both);
    EXPECT_LE(gain("log_rank"), by_variance * (1.0 + 1e-10));
    EXPECT_GT(gain("log_rank"), 0.95 * by_variance);
  }
}

} // namespace
} // namespace vigil::forest
