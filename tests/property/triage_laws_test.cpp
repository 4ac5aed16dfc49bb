// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Laws of the rule: raising the benefit never moves resect to observe; what is missing gives board; each decision
// depends on its own subject alone.
#include "vigil/base/random.hpp"
#include "vigil/triage/apply_rule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vigil::triage {
namespace {

Rule draw_rule(RandomStream& stream, bool assumed) {
  Harms harms;
  harms.resection = 0.05 + 0.5 * stream.uniform();
  harms.board = 0.02 * stream.uniform();
  harms.board_skill = 0.5 * stream.uniform();
  harms.residual_risk_ratio = assumed ? 0.9 * stream.uniform() : std::nan("");
  std::vector<double> training, weights;
  for (int i = 0; i < 50; ++i) {
    training.push_back(stream.uniform());
    weights.push_back(1.0);
  }
  return make_rule(
      harms, {.horizon = 1, .high_risk = 0.05 + 0.25 * stream.uniform()}, training, weights);
}

Evidence evidence_of(double observed, double resected, double width, bool assumed) {
  Evidence evidence{.observed = {observed, observed - width, observed + width}};
  if (!assumed) {
    evidence.resected = RiskInterval{resected, resected - width, resected + width};
  }
  return evidence;
}

class TriageLaws : public testing::TestWithParam<Index> {
protected:
  bool assumed_ = GetParam() % 2 == 0;
  RandomStream stream_ = RandomStream(RandomKey(20260103).child(GetParam()));
  Rule rule_ = draw_rule(stream_, assumed_);
};

TEST_P(TriageLaws, RaisingTheBenefitNeverMovesResectToObserve) {
  const double width = 0.05 * stream_.uniform(), resected = 0.4 * stream_.uniform();
  bool has_resected = false;
  for (int step = 0; step <= 200; ++step) {
    const double observed = (assumed_ ? 0.0 : resected) + 0.6 * step / 200.0;
    const auto decision = decide(rule_, evidence_of(observed, resected, width, assumed_));
    has_resected = has_resected || decision.action == Action::resect;
    EXPECT_FALSE(has_resected && decision.action == Action::observe) << "risk " << observed;
  }
}

TEST_P(TriageLaws, OnlyTheBenefitLeadsToResection) {
  for (int draw = 0; draw < 100; ++draw) {
    const double observed = stream_.uniform(), resected = observed * stream_.uniform();
    const auto evidence = evidence_of(observed, resected, 0.001, assumed_);
    if (decide(rule_, evidence).action == Action::resect) {
      EXPECT_GT(reduction(rule_, evidence).value, rule_.thresholds.resect_above);
    }
  }
}

TEST_P(TriageLaws, AMissingRiskIntervalOrInputGivesBoard) {
  for (int draw = 0; draw < 50; ++draw) {
    const double observed = stream_.uniform(), resected = observed * stream_.uniform();
    const auto whole = evidence_of(observed, resected, 0.001, assumed_);
    Evidence without_risk = whole, without_interval = whole, without_input = whole;
    without_risk.observed.risk = std::nan("");
    without_interval.observed.upper = std::nan("");
    without_input.missing_inputs = {"grade"};
    EXPECT_EQ(decide(rule_, without_risk).action, Action::board);
    EXPECT_EQ(decide(rule_, without_interval).action, Action::board);
    EXPECT_EQ(decide(rule_, without_input).action, Action::board);
  }
}

TEST_P(TriageLaws, BoardHasAReasonAndTheOthersHaveNone) {
  for (int draw = 0; draw < 100; ++draw) {
    const double observed = stream_.uniform(), resected = observed * stream_.uniform();
    const auto decision =
        decide(rule_, evidence_of(observed, resected, 0.1 * stream_.uniform(), assumed_));
    EXPECT_EQ(decision.action == Action::board, !decision.reasons.empty());
    EXPECT_TRUE(std::is_sorted(decision.reasons.begin(), decision.reasons.end()));
  }
}

TEST_P(TriageLaws, ADecisionDependsOnItsOwnSubjectAlone) {
  std::vector<std::string> ids;
  Prediction prediction;
  prediction.risk.horizon = {1};
  for (int i = 0; i < 30; ++i) {
    ids.push_back("s" + std::to_string(i));
    prediction.risk.value.push_back(stream_.uniform());
  }
  rule_.needs_interval = false;
  rule_.residual_risk_ratio = 0.5;
  const auto rows = apply_rule(rule_, {.subject_ids = ids, .observed = prediction});
  std::reverse(ids.begin(), ids.end());
  std::reverse(prediction.risk.value.begin(), prediction.risk.value.end());
  const auto reversed = apply_rule(rule_, {.subject_ids = ids, .observed = prediction});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& other = reversed[rows.size() - 1 - i];
    EXPECT_EQ(rows[i].subject, other.subject);
    EXPECT_EQ(rows[i].action, other.action);
    EXPECT_EQ(rows[i].reasons, other.reasons);
  }
}

INSTANTIATE_TEST_SUITE_P(Draws, TriageLaws, testing::Range(Index{0}, Index{40}));

} // namespace
} // namespace vigil::triage
