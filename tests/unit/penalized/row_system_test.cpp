// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/row_system.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr double scale = 0.1;
constexpr Index columns = 60, rows = 12;

// Random P and N = 0.6 of the first rows of P.
struct Problem {
  GrowingMatrix positive{rows}, negative;
  std::vector<double> factor;
  double ridge = 0.5;

  explicit Problem(Index less) : negative(less) {
    RandomStream draw{RandomKey(7)};
    positive.resize(rows, columns);
    negative.resize(less, columns);
    for (Index column = 0; column < columns; ++column) {
      for (Index row = 0; row < rows; ++row) {
        positive(row, column) = draw.normal();
      }
      for (Index row = 0; row < less; ++row) {
        negative(row, column) = 0.6 * positive(row, column);
      }
      factor.push_back(0.5 + draw.uniform());
    }
  }
  [[nodiscard]] RowSystemTerms terms() const {
    return {.positive = view(positive),
            .negative = view(negative),
            .scale = scale,
            .ridge = ridge,
            .factor = factor};
  }
  [[nodiscard]] double q(Index row, Index column) const {
    return row < rows ? positive(row, column) : negative(row - rows, column);
  }
  // Largest |K z - right| over the largest |right|, K by its definition.
  [[nodiscard]] double error(const RowSystem& system, const std::vector<Index>& listed) const {
    const Index order = rows + negative.rows();
    std::vector<double> right(at(order));
    for (Index row = 0; row < order; ++row) {
      right[at(row)] = std::cos(static_cast<double>(row));
    }
    std::vector<double> z(right);
    system.solve(z);
    double worst = 0.0;
    for (Index row = 0; row < order; ++row) {
      double sum = (row < rows ? 1.0 : -1.0) * z[at(row)];
      for (Index other = 0; other < order; ++other) {
        for (const Index column : listed) {
          sum += scale * q(row, column) * q(other, column) / (ridge * factor[at(column)]) *
                 z[at(other)];
        }
      }
      worst = std::max(worst, std::fabs(sum - right[at(row)]));
    }
    return worst;
  }
};

std::vector<Index> range(Index first, Index end) {
  std::vector<Index> result;
  for (Index column = first; column < end; ++column) {
    result.push_back(column);
  }
  return result;
}

class RowSystemTest : public testing::TestWithParam<Index> {};
INSTANTIATE_TEST_SUITE_P(RowsOfN, RowSystemTest, testing::Values(0, 5));

// Tolerance: the matrix has a condition of about 1e3.
constexpr double rounding = 1e-11;

TEST_P(RowSystemTest, FollowsColumnsThatComeAndGo) {
  const Problem problem(GetParam());
  RowSystem system;
  bool changed = false;
  const std::vector<std::vector<Index>> sets{range(0, 30), // made anew
                                             range(0, 33), // border: three join
                                             range(2, 33), // two leave the factor
                                             range(2, 32), // one leaves the border
                                             range(0, 32), // two return
                                             range(0, 31),
                                             range(0, 60), // too many for a border
                                             range(10, 50)};
  for (const auto& set : sets) {
    ASSERT_TRUE(system.follow(problem.terms(), set, changed));
    EXPECT_TRUE(changed);
    EXPECT_LT(problem.error(system, set), rounding) << set.front() << " " << set.back();
    ASSERT_TRUE(system.follow(problem.terms(), set, changed));
    EXPECT_FALSE(changed);
  }
}

TEST_P(RowSystemTest, ManySmallChangesEndInANewFactor) {
  const Problem problem(GetParam());
  RowSystem system;
  bool changed = false;
  RandomStream draw{RandomKey(11)};
  std::vector<char> in(at(columns), 1);
  for (int step = 0; step < 100; ++step) {
    in[at(static_cast<Index>(draw.uniform() * columns))] ^= 1;
    std::vector<Index> set;
    for (Index column = 0; column < columns; ++column) {
      if (in[at(column)] != 0) {
        set.push_back(column);
      }
    }
    ASSERT_TRUE(system.follow(problem.terms(), set, changed));
    ASSERT_LT(problem.error(system, set), rounding) << step;
  }
}

TEST_P(RowSystemTest, AnotherRidgeAndOtherNumbersAreAnotherMatrix) {
  Problem problem(GetParam());
  RowSystem system;
  bool changed = false;
  ASSERT_TRUE(system.follow(problem.terms(), range(0, 30), changed));
  ASSERT_TRUE(system.follow(problem.terms(), range(0, 32), changed));
  problem.ridge = 0.2;
  ASSERT_TRUE(system.follow(problem.terms(), range(0, 32), changed));
  EXPECT_TRUE(changed);
  EXPECT_LT(problem.error(system, range(0, 32)), rounding);

  const std::vector<Index> kept = range(1, columns); // column 0 was part of the sums
  for (const bool in_sums : {false, true}) {
    RowSystem renumbered;
    ASSERT_TRUE(renumbered.follow(problem.terms(), in_sums ? range(0, 30) : range(1, 30), changed));
    ASSERT_TRUE(renumbered.follow(problem.terms(), range(1, 32), changed));
    Problem after = problem;
    after.positive.keep_columns(kept);
    after.negative.keep_columns(kept);
    after.factor.erase(after.factor.begin());
    renumbered.renumber(kept);
    ASSERT_TRUE(renumbered.follow(after.terms(), range(0, 31), changed));
    EXPECT_TRUE(changed);
    EXPECT_LT(after.error(renumbered, range(0, 31)), rounding);
  }
}

TEST_P(RowSystemTest, NoColumnsLeaveTheSigns) {
  const Problem problem(GetParam());
  RowSystem system;
  bool changed = false;
  ASSERT_TRUE(system.follow(problem.terms(), {}, changed));
  EXPECT_LT(problem.error(system, {}), rounding);
}

// Columns that are taken out of the sums before they go leave a factor that goes on; those of the border too.
TEST_P(RowSystemTest, ColumnsTakenOutInTimeMayGo) {
  const Problem problem(GetParam());
  RowSystem system;
  bool changed = false;
  ASSERT_TRUE(system.follow(problem.terms(), range(0, 30), changed));
  ASSERT_TRUE(system.follow(problem.terms(), range(2, 33), changed)); // 0 and 1 left the factor
  for (const Index gone : {1, 2, 4}) {                                // the last one is in use
    RowSystem other = system;
    Problem after = problem;
    const std::vector<Index> kept = range(gone, columns);
    other.take_out(problem.terms(), kept);
    after.positive.keep_columns(kept);
    after.negative.keep_columns(kept);
    after.factor.erase(after.factor.begin(), after.factor.begin() + gone);
    other.renumber(kept);
    const Index first = std::max<Index>(0, 2 - gone);
    for (const Index end : {33 - gone, 35 - gone, 20 - gone}) {
      ASSERT_TRUE(other.follow(after.terms(), range(first, end), changed));
      EXPECT_LT(after.error(other, range(first, end)), rounding) << gone << " " << end;
    }
  }
}

// P = diag(root) (X - mean): of another curvature the sums are transforms of those of X.
class Centred final : public Curvature {
public:
  explicit Centred(double spread) : spread_(spread) {}
  [[nodiscard]] Index positive_rows() const noexcept override { return rows; }
  [[nodiscard]] Index negative_rows() const noexcept override { return 0; }
  void transform(std::span<const double> column,
                 std::span<double> positive,
                 std::span<double> negative) const override {
    ASSERT_TRUE(negative.empty());
    double mean = 0.0;
    for (const double value : column) {
      mean += value / rows;
    }
    for (Index row = 0; row < rows; ++row) {
      positive[at(row)] = (1.0 + spread_ * static_cast<double>(row)) * (column[at(row)] - mean);
    }
  }
  void transform_back(std::span<const double>, std::span<double>) const override {}

private:
  double spread_;
};

TEST(RowSystem, AnotherCurvatureTransformsTheSums) {
  Problem problem(0);
  const GrowingMatrix x = problem.positive;
  RowSystem system;
  bool changed = false;
  Index end = 30;
  for (const double spread : {0.0, 0.1, 0.3}) {
    const Centred curvature(spread);
    for (Index column = 0; column < columns; ++column) {
      curvature.transform(x.column(column), problem.positive.column(column), {});
    }
    RowSystemTerms terms = problem.terms();
    terms.columns = view(x);
    terms.curvature = &curvature;
    system.forget();
    for (const Index step : {0, 3, -1}) {
      end += step;
      ASSERT_TRUE(system.follow(terms, range(0, end), changed));
      EXPECT_LT(problem.error(system, range(0, end)), rounding) << spread << " " << end;
      ASSERT_TRUE(system.holds(range(0, end)));
      std::vector<double> y(at(rows), 0.0), product(at(rows));
      y[1] = 2.0;
      system.multiply_columns(terms, y, product);
      for (Index row = 0; row < rows; ++row) {
        double sum = 0.0;
        for (Index column = 0; column < end; ++column) {
          sum += 2.0 * x(1, column) * x(row, column) / problem.factor[at(column)];
        }
        EXPECT_NEAR(product[at(row)], sum, 1e-12 * 60.0);
      }
    }
    EXPECT_FALSE(system.holds(range(0, end + 1)));
  }
}

} // namespace
} // namespace vigil::penalized
