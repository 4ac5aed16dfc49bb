// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/alike_cells.hpp"
#include "vigil/forest/level_association.hpp"

#include <gtest/gtest.h>

#include "tests/support/category_case.hpp"
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

/// Categories behind one clinical column, and all subjects in order.
class Ranked {
public:
  explicit Ranked(test::SurvivalCase& drawn)
      : subjects_(at(drawn.subjects)),
        ranks_((std::iota(subjects_.begin(), subjects_.end(), Index{0}),
                RankColumns(ForestColumns(drawn.data().covariates(), CategoryUse::sets),
                            subjects_,
                            scheduler_))) {}
  [[nodiscard]] double of(Index one, Index other) const {
    return level_association(ranks_, one, other);
  }

private:
  Scheduler scheduler_{1};
  std::vector<Index> subjects_;
  RankColumns ranks_;
};

test::SurvivalCase one_column(const std::vector<double>& numbers) {
  test::SurvivalCase drawn(RandomKey(1), size_of(numbers), 0, 1);
  drawn.clinical[0] = numbers;
  return drawn;
}

void add(test::SurvivalCase& drawn, const std::string& letters, const std::string& levels) {
  test::SurvivalCase::Texts texts{
      .name = "c" + std::to_string(drawn.categories.size() + 1), .values = {}, .levels = {}};
  for (const char letter : letters) {
    texts.values.push_back(letter == '.' ? "" : std::string(1, letter));
  }
  for (const char letter : levels) {
    texts.levels.emplace_back(1, letter);
  }
  drawn.categories.push_back(std::move(texts));
}

// Ranks 1 .. 6 about their mean: -5 -3 -1 1 3 5, squares 70. Levels b a b c c a: sums of squares between them
// 8^2 ... by level a: (-3 + 5)^2 / 2 = 2, b: (-5 - 1)^2 / 2 = 18, c: (1 + 3)^2 / 2 = 8; 28 / 70 less (3 - 2) / (6 - 1).
TEST(LevelAssociation, WithNumbersByHand) {
  test::SurvivalCase drawn = one_column({1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
  add(drawn, "babcca", "abc");
  EXPECT_NEAR(Ranked(drawn).of(0, 1), std::sqrt(28.0 / 70.0 - 1.0 / 5.0), 1e-14);
  EXPECT_EQ(Ranked(drawn).of(1, 0), Ranked(drawn).of(0, 1));
}

// Eight subjects in two tables of three levels by two: n_lm = 2 0, 1 2, 0 3 gives
// 4/6 + 1/9 + 4/15 + 9/15 - 1 = 29/45, less (2 - 1) / 7.
TEST(LevelAssociation, OfCategoriesByHand) {
  test::SurvivalCase drawn = one_column(std::vector<double>(8, 1.0));
  add(drawn, "aabbbccc", "abc");
  add(drawn, "xxxyyyyy", "xy");
  EXPECT_NEAR(Ranked(drawn).of(1, 2), std::sqrt(29.0 / 45.0 - 1.0 / 7.0), 1e-14);
  EXPECT_NEAR(Ranked(drawn).of(2, 1), Ranked(drawn).of(1, 2), 1e-14);
  EXPECT_EQ(Ranked(drawn).of(0, 1), 0.0); // a constant
}

double spearman(const std::vector<std::int32_t>& left, const std::vector<std::int32_t>& right) {
  double together = 0.0, of_left = 0.0, of_right = 0.0;
  for (std::size_t row = 0; row < left.size(); ++row) {
    together += static_cast<double>(left[row]) * right[row];
    of_left += static_cast<double>(left[row]) * left[row];
    of_right += static_cast<double>(right[row]) * right[row];
  }
  return together / std::sqrt(of_left * of_right);
}

// Of two levels it is Spearman's correlation with the indicator, also with missing levels and numbers.
TEST(LevelAssociation, OfTwoLevelsIsSpearmans) {
  test::SurvivalCase drawn = test::category_case(RandomKey(311), 80, 2, 7);
  drawn.clinical[0][5] = std::nan("");
  const TrainingData data = drawn.data();
  std::vector<Index> subjects(80);
  std::iota(subjects.begin(), subjects.end(), Index{0});
  Scheduler scheduler(1);
  const RankColumns numbers(data.covariates(), subjects, scheduler); // m0 m1 m2 c0 cell=l2
  const RankColumns sets(ForestColumns(data.covariates(), CategoryUse::sets), subjects, scheduler);
  const auto centred = [&](Index column) {
    return centred_ranks(numbers.column(column), numbers.highest(column));
  };
  for (const Index column : {0, 1, 3}) {
    EXPECT_NEAR(level_association(sets, 4, column),
                std::fabs(spearman(centred(4), centred(column))),
                1e-13);
  }
}

// Less what many levels have by chance: noise is about zero.
TEST(LevelAssociation, OfNoiseDoesNotGrowWithLevels) {
  for (const Index levels : {2, 5, 10, 20}) {
    double sum = 0.0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      test::SurvivalCase drawn = test::category_case(RandomKey(seed), 150, levels);
      const double value = Ranked(drawn).of(4, 3);
      sum += value * value;
    }
    // the square of a correlation of noise is 1 / (n - 1) in the mean; below zero nothing is left
    EXPECT_LT(sum / 200.0, 4.0 / 149.0) << levels;
  }
}

} // namespace
} // namespace vigil::forest
