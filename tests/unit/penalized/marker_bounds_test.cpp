// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/marker_bounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index rows = 40, markers = 30;

struct Drawn {
  std::vector<double> weight, columns; ///< marker after marker
  std::vector<float> norm;

  explicit Drawn(RandomStream& draw) : weight(at(rows)), columns(at(rows * markers)) {
    for (double& value : weight) {
      value = 0.25 + 2.0 * draw.uniform();
    }
    for (double& value : columns) {
      value = draw.normal();
    }
    for (Index marker = 0; marker < markers; ++marker) {
      double squares = 0.0;
      for (Index row = 0; row < rows; ++row) {
        squares += weight[at(row)] * std::pow(columns[at(marker * rows + row)], 2);
      }
      norm.push_back(static_cast<float>(1.00001 * std::sqrt(squares)));
    }
  }
  [[nodiscard]] double product(Index marker, const std::vector<double>& residual) const {
    double sum = 0.0;
    for (Index row = 0; row < rows; ++row) {
      sum += columns[at(marker * rows + row)] * residual[at(row)];
    }
    return std::fabs(sum);
  }
  [[nodiscard]] ResidualSubspace subspace() const { return {weight, markers, 2}; }
};

// Whether a marker's bound, of all that is known, is at most a limit: asked as a path asks.
class Asked {
public:
  Asked(const Drawn& drawn, const ResidualSubspace& subspace)
      : subspace_(subspace), norms_{.norm = drawn.norm, .uncentred = drawn.norm},
        one_(at(markers), 1.0F), skip_(at(markers), 0) {}

  void move_to(const std::vector<double>& residual) {
    bounds_.move_to(subspace_, residual, norms_);
    split_ = subspace_.split(residual);
  }
  void set(Index marker, double bound) { bounds_.set(marker, bound, norms_); }
  std::vector<Index> undecided(double limit) { return bounds_.undecided(question(limit)); }
  auto undecided(double limit, double most, Index skipped) {
    return bounds_.undecided(question(limit), most, skipped);
  }
  std::vector<Index> pointed(double limit) { return bounds_.pointed(question(limit)); }

private:
  [[nodiscard]] MarkerBounds::Question question(double limit) const {
    return {.subspace = subspace_,
            .split = split_,
            .norms = norms_,
            .limit = limit,
            .factor = one_,
            .skip = skip_};
  }
  const ResidualSubspace& subspace_;
  MarkerNorms norms_;
  std::vector<float> one_;
  std::vector<std::uint8_t> skip_;
  ResidualSubspace::Split split_;
  MarkerBounds bounds_{markers};
};

std::vector<double> drawn_residual(RandomStream& draw) {
  std::vector<double> residual(at(rows));
  for (double& value : residual) {
    value = draw.normal();
  }
  return residual;
}

TEST(MarkerBounds, SayNothingBeforeTheFirstProduct) {
  RandomStream draw(RandomKey(71));
  const Drawn drawn(draw);
  const ResidualSubspace subspace = drawn.subspace(); // without a direction
  Asked asked(drawn, subspace);
  const auto residual = drawn_residual(draw);
  asked.move_to(residual);
  const double norm = subspace.norm(residual);
  const auto largest = static_cast<double>(*std::ranges::max_element(drawn.norm));
  EXPECT_TRUE(asked.undecided(1.01 * largest * norm).empty()); // as Cauchy and Schwarz have it
  EXPECT_TRUE(asked.pointed(0.0).empty());
  EXPECT_EQ(size_of(asked.undecided(0.01 * norm)), markers);
  asked.set(3, 0.001 * norm);
  const auto left = asked.undecided(0.01 * norm);
  EXPECT_EQ(size_of(left), markers - 1);
  EXPECT_EQ(std::ranges::count(left, 3), 0);
}

TEST(MarkerBounds, AreNotListedWhereMoreAreOpenThanIsWorthIt) {
  RandomStream draw(RandomKey(70));
  const Drawn drawn(draw);
  const ResidualSubspace subspace = drawn.subspace();
  Asked asked(drawn, subspace);
  const auto residual = drawn_residual(draw);
  asked.move_to(residual);
  const double limit = 0.01 * subspace.norm(residual);
  constexpr Index known = 3;
  for (Index marker = 0; marker < known; ++marker) {
    asked.set(marker, 0.1 * limit);
  }
  constexpr Index open = markers - known;
  ASSERT_EQ(size_of(asked.undecided(limit)), open);
  EXPECT_FALSE(asked.undecided(limit, open - 1, 0).has_value());
  EXPECT_FALSE(asked.undecided(limit, open - 3, 2).has_value()); // 2 of them may be of no interest
  EXPECT_EQ(asked.undecided(limit, open - 2, 2), asked.undecided(limit));
  EXPECT_EQ(asked.undecided(limit, open, 0), asked.undecided(limit));
}

// Many steps, large and small, some products on the way: a marker that is called decided is below the limit by the
// definition, and a marker far below the limit is called decided after a small step.
TEST(MarkerBounds, StayAboveEveryProductOnALongWalk) {
  RandomStream draw(RandomKey(72));
  const Drawn drawn(draw);
  const ResidualSubspace subspace = drawn.subspace();
  Asked asked(drawn, subspace);
  auto residual = drawn_residual(draw);
  Index decided = 0, known = 0;
  for (Index step = 0; step < 6000; ++step) {
    const double size = std::pow(10.0, -6.0 + 5.0 * draw.uniform());
    for (double& value : residual) {
      value = (step % 1000 == 999 ? 0.1 : 1.0) * (value + size * draw.normal());
    }
    asked.move_to(residual);
    const Index marker = draw.index_below(markers);
    const double product = drawn.product(marker, residual);
    if (step % 2 == 0) {
      asked.set(marker, product);
      // roundings of at most 1.1e-6 of norm times four residuals, and the margin 1e-6 of the limit
      const double rounding =
          1e-5 * (product + static_cast<double>(drawn.norm[at(marker)]) * subspace.norm(residual));
      EXPECT_EQ(std::ranges::count(asked.undecided(product + rounding), marker), 0) << step;
      ++known;
    }
    const double limit = drawn.product(draw.index_below(markers), residual);
    const auto open = asked.undecided(limit);
    for (Index each = 0; each < markers; ++each) {
      if (std::ranges::count(open, each) == 0) {
        ASSERT_LE(drawn.product(each, residual), limit) << "step " << step << ", marker " << each;
        ++decided;
      }
    }
  }
  EXPECT_EQ(known, 3000);
  EXPECT_GT(decided, 6000); // most bounds are old
}

// What sweeps say at one residual is held near it.
TEST(MarkerBounds, HoldWhatTheSweepsSaid) {
  RandomStream draw(RandomKey(73));
  const Drawn drawn(draw);
  ResidualSubspace subspace = drawn.subspace();
  auto residual = drawn_residual(draw);
  subspace.add(residual, subspace.norm(residual));
  for (Index marker = 0; marker < markers; ++marker) {
    double product = 0.0;
    for (Index row = 0; row < rows; ++row) {
      product += drawn.columns[at(marker * rows + row)] *
                 static_cast<double>(subspace.last_direction()[at(row)]);
    }
    subspace.last_products()[at(marker)] = static_cast<float>(product);
  }
  Asked asked(drawn, subspace);
  asked.move_to(residual);
  double largest = 0.0;
  for (Index marker = 0; marker < markers; ++marker) {
    largest = std::max(largest, drawn.product(marker, residual));
  }
  EXPECT_TRUE(asked.undecided(1.001 * largest).empty());
  EXPECT_EQ(size_of(asked.pointed(0.999 * largest)), 1);
  EXPECT_EQ(size_of(asked.undecided(0.999 * largest)), 1);
  residual[0] += 1e-5;
  asked.move_to(residual);
  subspace.drop_oldest(); // the sweep is forgotten, not what it said
  asked.move_to(residual);
  EXPECT_TRUE(asked.undecided(1.001 * largest).empty());
}

TEST(MarkerBounds, AResidualWithoutEndLeavesAllOpen) {
  RandomStream draw(RandomKey(74));
  const Drawn drawn(draw);
  const ResidualSubspace subspace = drawn.subspace();
  Asked asked(drawn, subspace);
  auto residual = drawn_residual(draw);
  asked.move_to(residual);
  asked.set(2, 0.1);
  const double first = residual[0];
  residual[0] = HUGE_VAL;
  asked.move_to(residual);
  EXPECT_EQ(size_of(asked.undecided(1.0)), markers);
  residual[0] = first;
  asked.move_to(residual);
  EXPECT_EQ(size_of(asked.undecided(0.2)), markers); // nothing from before is used
}

} // namespace
} // namespace vigil::penalized
