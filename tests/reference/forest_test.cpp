// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_node.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
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

// Every cut of two columns of `veteran`, with its ties, beside survdiff (make_forest.R): equal weights, and G(1,0).
TEST(LogRankOfEveryCut, IsThatOfSurvdiff) {
  const test::Dataset veteran = test::read_dataset("veteran");
  const test::Dataset expected(std::filesystem::path(VIGIL_REFERENCE) / "log_rank_cuts.csv");
  SurvivalOutcome outcome{.entry = {}, .time = veteran.numbers("time"), .event = {}};
  for (const double status : veteran.numbers("status")) {
    outcome.event.push_back(status == 1.0 ? 1 : 0);
  }
  const auto &copies = expected.text("copies"), &feature = expected.text("feature");
  const auto cut = expected.numbers("cut"), numerator = expected.numbers("numerator"),
             variance = expected.numbers("variance");
  ASSERT_EQ(cut.size(), 100U);
  const auto early_numerator = expected.numbers("early_numerator"),
             early_variance = expected.numbers("early_variance");
  for (std::size_t number = 0; number < cut.size(); ++number) {
    std::vector<std::uint32_t> times;
    for (Index subject = 1; subject <= veteran.rows(); ++subject) {
      times.push_back(copies[number] == "one" ? 1U : static_cast<std::uint32_t>(1 + subject % 3));
    }
    const SurvivalRows rows =
        survival_rows(outcome, CaseWeights::ones(veteran.rows()).with_times(times));
    std::vector<std::uint32_t> all(at(rows.rows()));
    std::iota(all.begin(), all.end(), 0U);
    SurvivalNode node, early;
    node.look_at(rows, rows.copies, all);
    early.look_at(node, TimeWeights{.early = true});
    const auto values = veteran.numbers(feature[number]);
    std::vector<std::uint16_t> ranks;
    for (const Index subject : rows.subject) {
      ranks.push_back(values[at(subject)] <= cut[number] ? 1 : 2);
    }
    expect_near(node, ranks, numerator[number], variance[number]);
    expect_near(early, ranks, early_numerator[number], early_variance[number]);
  }
}

} // namespace
} // namespace vigil::forest
