// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/split_search.hpp"
#include "vigil/forest/survival_node.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

// Every cut of two columns of `veteran`, with its ties, beside survdiff (make_forest.R).
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
  SplitScratch scratch;
  for (std::size_t number = 0; number < cut.size(); ++number) {
    std::vector<std::uint32_t> times;
    for (Index subject = 1; subject <= veteran.rows(); ++subject) {
      times.push_back(copies[number] == "one" ? 1U : static_cast<std::uint32_t>(1 + subject % 3));
    }
    const SurvivalRows rows =
        survival_rows(outcome, CaseWeights::ones(veteran.rows()).with_times(times));
    std::vector<std::uint32_t> all(at(rows.rows()));
    std::iota(all.begin(), all.end(), 0U);
    SurvivalNode node;
    node.look_at(rows, rows.copies, all);
    const auto values = veteran.numbers(feature[number]);
    std::vector<std::uint16_t> ranks;
    CutSums left;
    for (std::size_t place = 0; place < all.size(); ++place) {
      ranks.push_back(values[at(rows.subject[place])] <= cut[number] ? 1 : 2);
      if (ranks.back() == 1) {
        left.add(node.sums()[place]);
      }
    }
    // sums of up to 274 terms in double on both sides
    EXPECT_NEAR(node.numerator(left.score), numerator[number], 1e-11) << number;
    EXPECT_NEAR(node.exact_variance(ranks, 1, false, scratch.weight_left),
                variance[number],
                1e-11 * (1.0 + variance[number]))
        << number;
  }
}

} // namespace
} // namespace vigil::forest
