// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/checked_bounds.hpp"

#include <gtest/gtest.h>

#include <cmath>
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

TEST(CheckedBounds, SayNothingBeforeTheFirstProduct) {
  RandomStream draw(RandomKey(71));
  const Drawn drawn(draw);
  CheckedBounds bounds(markers);
  const std::vector<double> residual(at(rows), 0.5);
  EXPECT_TRUE(std::isinf(bounds.distance(drawn.subspace(), residual)));
  bounds.move_to(drawn.subspace(), residual, drawn.norm);
  EXPECT_EQ(bounds.distance(drawn.subspace(), residual), 0.0);
  bounds.set(3, 2.0);
  for (Index marker = 0; marker < markers; ++marker) {
    EXPECT_EQ(std::isinf(bounds.values()[at(marker)]), marker != 3);
  }
}

// Many small steps, some products on the way: what is held stays above the products by the definition, and the bound
// from here to the next residual too.
TEST(CheckedBounds, StayAboveEveryProductOnALongWalk) {
  RandomStream draw(RandomKey(72));
  const Drawn drawn(draw);
  const ResidualSubspace subspace = drawn.subspace();
  CheckedBounds bounds(markers);
  std::vector<double> residual(at(rows));
  for (double& value : residual) {
    value = draw.normal();
  }
  double narrowest = HUGE_VAL;
  for (Index step = 0; step < 2000; ++step) {
    const double size = std::pow(10.0, -6.0 + 5.0 * draw.uniform());
    for (double& value : residual) {
      value += size * draw.normal();
    }
    const double distance = bounds.distance(subspace, residual);
    for (Index marker = 0; marker < markers; ++marker) {
      const double bound = static_cast<double>(bounds.values()[at(marker)]) +
                           static_cast<double>(drawn.norm[at(marker)]) * distance;
      const double product = drawn.product(marker, residual);
      ASSERT_GE(bound, product) << "step " << step << ", marker " << marker;
      narrowest = std::min(narrowest, bound - product);
    }
    if (step % 3 == 0) {
      bounds.move_to(subspace, residual, drawn.norm);
      const Index marker = (step / 3) % markers;
      bounds.set(marker, drawn.product(marker, residual));
    }
  }
  EXPECT_LT(narrowest, 1e-4); // worth something: a small step leaves a bound close
}

} // namespace
} // namespace vigil::penalized
