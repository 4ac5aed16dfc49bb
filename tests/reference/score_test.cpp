// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/score.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <numeric>

namespace vigil::triage {
namespace {

Action action_of(const std::string& word) {
  for (const Action action : {Action::observe, Action::board}) {
    if (word == name_of(action)) {
      return action;
    }
  }
  return Action::resect;
}

std::vector<HalfMeans>
halves(const test::Dataset& table, const std::string& first, const std::string& second) {
  const auto left = table.numbers(first), right = table.numbers(second);
  std::vector<HalfMeans> means;
  for (std::size_t i = 0; i < left.size(); ++i) {
    means.push_back({left[i], right[i]});
  }
  return means;
}

const Score* find(const std::vector<Score>& scores, const std::string& measure, double margin) {
  for (const auto& score : scores) {
    const bool same_margin =
        score.margin == margin || (std::isnan(score.margin) && std::isnan(margin));
    if (name_of(score.kind) == measure && same_margin) {
      return &score;
    }
  }
  return nullptr;
}

// 60 drawn subjects, three meanings of the board, every score with both errors, by make_score.R (R 4.2.2).
TEST(ScoreReference, AgreesWithTheDefinitionsInR) {
  const std::string folder(VIGIL_REFERENCE);
  const test::Dataset subjects(folder + "/score_subjects.csv");
  const test::Dataset values(folder + "/score_values.csv");
  const ExpectedValues expected{.observe = halves(subjects, "o1", "o2"),
                                .resect = halves(subjects, "r1", "r2"),
                                .difference_se = subjects.numbers("se"),
                                .attainable = {.difference = halves(subjects, "a1", "a2")},
                                .clinical = {.difference = halves(subjects, "c1", "c2")}};
  std::vector<Action> action, care;
  const auto &actions = subjects.text("action"), &given = subjects.text("care");
  for (std::size_t i = 0; i < actions.size(); ++i) {
    action.push_back(action_of(actions[i]));
    care.push_back(action_of(given[i]));
  }
  std::vector<Index> all(actions.size());
  std::iota(all.begin(), all.end(), 0);
  const std::vector<double> margins{0, 0.02, 0.05, 0.1, 0.2};
  const auto &board = values.text("board"), &measure = values.text("measure");
  const auto margin = values.numbers("margin");
  Index compared = 0;
  for (const BoardAs way : board_ways) {
    const auto scores = score(expected, {action, care, way}, all, margins);
    EXPECT_EQ(scores.size(), 21U);
    for (std::size_t row = 0; row < board.size(); ++row) {
      if (board[row] != name_of(way)) {
        continue;
      }
      const Score* found = find(scores, measure[row], margin[row]);
      ASSERT_NE(found, nullptr) << measure[row];
      const auto same = [&](const char* column, double value) {
        const double wanted = values.numbers(column)[row];
        // Twelve digits are written; roots of Fieller's quadratic lose some of them.
        EXPECT_NEAR(value, wanted, test::relative(std::max(1.0, std::fabs(wanted)), 1e-9, "digits"))
            << board[row] << " " << measure[row] << " " << margin[row] << " " << column;
      };
      same("estimate", found->estimate);
      same("se", found->se);
      same("lower", found->lower);
      same("upper", found->upper);
      same("monte_carlo_se", found->monte_carlo_se);
      EXPECT_EQ(static_cast<double>(found->subjects), values.numbers("subjects")[row]);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 63);
}

} // namespace
} // namespace vigil::triage
