// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/cohort/outcome.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

const std::vector<std::string> ids{"a", "b"};

TEST(Outcome, ChecksEveryKind) {
  const auto check = [](const vigil::Outcome& outcome) {
    vigil::check_outcome(outcome, ids, "time", "event");
  };
  EXPECT_NO_THROW(check(vigil::SurvivalOutcome{{}, {1, 2}, {0, 1}}));
  EXPECT_THROW(check(vigil::SurvivalOutcome{{}, {1, std::nan("")}, {0, 1}}), vigil::InputError);
  EXPECT_THROW(check(vigil::SurvivalOutcome{{}, {1, 2}, {0, 2}}), vigil::InputError);
  EXPECT_THROW(check(vigil::SurvivalOutcome{{1, 0}, {1, 2}, {0, 1}}), vigil::InputError);
  EXPECT_NO_THROW(check(vigil::CompetingRisksOutcome{{}, {1, 2}, {2, 1}, {"x", "y"}}));
  EXPECT_THROW(check(vigil::CompetingRisksOutcome{{}, {1, 2}, {3, 1}, {"x", "y"}}),
               vigil::InputError);
  EXPECT_NO_THROW(check(vigil::CompetingRisksOutcome{{}, {1, 2}, {2, 1}, {"x", "y"}, {1, 3}}));
  EXPECT_THROW(check(vigil::CompetingRisksOutcome{{}, {1, 2}, {2, 1}, {"x", "y"}, {1, 1}}),
               vigil::InputError);
  EXPECT_THROW(check(vigil::CompetingRisksOutcome{{}, {1, 2}, {2, 1}, {"x", "y"}, {HUGE_VAL, 2}}),
               vigil::InputError);
  EXPECT_THROW(check(vigil::BinaryOutcome{{0, 2}}), vigil::InputError);
  EXPECT_THROW(check(vigil::CountOutcome{{0, -1}}), vigil::InputError);
  EXPECT_THROW(check(vigil::ContinuousOutcome{{0, std::nan("")}, "1"}), vigil::InputError);
}

TEST(Outcome, SelectsSubjectsInOrder) {
  const auto chosen = vigil::select_subjects(vigil::SurvivalOutcome{{0, 1}, {1, 2}, {0, 1}},
                                             std::vector<vigil::Index>{1});
  const auto& outcome = std::get<vigil::SurvivalOutcome>(chosen);
  EXPECT_EQ(outcome.entry, std::vector<double>{1});
  EXPECT_EQ(outcome.time, std::vector<double>{2});
  EXPECT_EQ(outcome.event, std::vector<std::uint8_t>{1});
  const auto causes =
      vigil::select_subjects(vigil::CompetingRisksOutcome{{}, {1, 2}, {2, 1}, {"x", "y"}, {4, 3}},
                             std::vector<vigil::Index>{1});
  EXPECT_EQ(std::get<vigil::CompetingRisksOutcome>(causes).follow_up_end, std::vector<double>{3});
}

} // namespace
