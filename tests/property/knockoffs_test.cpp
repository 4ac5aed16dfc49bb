// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoffs.hpp"

#include <gtest/gtest.h>

#include "tests/support/knockoff_errors.hpp"
#include "tests/support/near.hpp"
#include <string>

namespace vigil::select {
namespace {

struct Claim {
  const char* name;
  double effect;
  KnockoffStatistic statistic;
};

/// Share of false selections at 0.2, over 200 replicates: of a method that keeps its level within 3 standard errors of it or
/// below.
struct KnockoffErrors : testing::TestWithParam<Claim> {};

TEST_P(KnockoffErrors, StayAtTheirLevel) {
  constexpr double level = 0.2;
  const Claim& claim = GetParam();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  KnockoffOptions options{.copies = 1, .level = level, .null_check = false};
  options.competition.statistic = claim.statistic;
  test::SelectionErrors errors;
  for (Index replicate = 0; replicate < 200; ++replicate) {
    const RandomKey key = RandomKey(2026).child(claim.name).child(replicate);
    const test::ScreenDesign design(test::knockoff_design(claim.effect), key.child("design"));
    const auto found =
        knockoffs(design.data(), CaseWeights::ones(test::knockoff_subjects), options, key, context);
    errors.add(found.verdict.selected, claim.effect);
  }
  EXPECT_LE(errors.fdr(), level + test::monte_carlo(std::max(errors.fdr_se(), 0.001)));
  if (claim.effect > 0.0) {
    EXPECT_GT(errors.true_found(), 4.0); // of 16
  }
  RecordProperty("fdr", std::to_string(errors.fdr()));
  RecordProperty("found", std::to_string(errors.true_found()));
}

INSTANTIATE_TEST_SUITE_P(Designs,
                         KnockoffErrors,
                         testing::Values(Claim{"signal", 0.5, KnockoffStatistic::coefficient},
                                         Claim{"signal_entry", 0.5, KnockoffStatistic::entry},
                                         Claim{"null", 0.0, KnockoffStatistic::coefficient}),
                         [](const auto& claim) { return std::string(claim.param.name); });

} // namespace
} // namespace vigil::select
