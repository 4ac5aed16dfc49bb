// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/select/entry_order.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace vigil::select {
namespace {

/// A path fitted to a case, and what entry_orders needs beside it.
struct Fitted {
  test::SurvivalCase made;
  TrainingData data;
  CaseWeights weights;
  Scheduler scheduler{2};
  FitContext context{scheduler};
  std::vector<Preparation> prepared;
  penalized::PenaltyOptions penalty;
  penalized::PathFit path = {};

  Fitted(Index subjects,
         Index markers,
         Index clinical,
         penalized::PenaltyOptions options = {},
         std::uint64_t seed = 21)
      : made(RandomKey(seed), subjects, markers, clinical), data(made.data()),
        weights(CaseWeights::ones(subjects)),
        prepared(fit_preparations(data, std::vector{weights}, {}, scheduler)),
        penalty(std::move(options)) {}

  [[nodiscard]] FitItem item() const { return {weights, prepared.front(), RandomKey(1)}; }
  void fit(const penalized::LambdaGrid& grid) {
    const std::vector<FitItem> items{item()};
    path = penalized::fit_paths({data, items}, penalty, grid, context).front();
  }
  [[nodiscard]] std::vector<Index> order(Index most) {
    const FitItem fitted_item = item();
    const std::vector<FittedPath> fitted{{fitted_item, penalty, path}};
    return entry_orders(data, fitted, most, context).front();
  }
  void add_point(const std::vector<std::pair<Index, double>>& coefficients) {
    for (const auto& [column, value] : coefficients) {
      path.coefficients.feature.push_back(column);
      path.coefficients.value.push_back(value);
    }
    path.coefficients.point_start.push_back(size_of(path.coefficients.feature));
    path.lambda.push_back(1.0 / static_cast<double>(path.coefficients.points()));
  }
  /// |score| on the standardised scale of a marker at linear predictors x'b, by loops; the times have no ties.
  [[nodiscard]] double score(Index marker, const std::vector<std::pair<Index, double>>& b) const {
    const auto value = [&](Index column, Index i) {
      return column < made.markers
                 ? static_cast<double>(made.marker_values[at(column * made.subjects + i)])
                 : made.clinical[at(column - made.markers)][at(i)];
    };
    std::vector<double> relative(at(made.subjects), 0.0);
    for (Index i = 0; i < made.subjects; ++i) {
      for (const auto& [column, coefficient] : b) {
        relative[at(i)] += coefficient * value(column, i);
      }
      relative[at(i)] = std::exp(relative[at(i)]);
    }
    double sum = 0.0;
    for (Index i = 0; i < made.subjects; ++i) {
      double total = 0.0, moment = 0.0;
      for (Index j = 0; j < made.subjects && made.survival.event[at(i)] == 1; ++j) {
        if (made.survival.time[at(j)] >= made.survival.time[at(i)]) {
          total += relative[at(j)];
          moment += relative[at(j)] * value(marker, j);
        }
      }
      sum += total > 0.0 ? value(marker, i) - moment / total : 0.0;
    }
    return std::fabs(sum) / prepared.front().column(marker).scale;
  }
};

TEST(EntryOrder, FollowsThePathAndCountsWhatHasLeftAgain) {
  Fitted fitted(20, 5, 0);
  fitted.add_point({});
  fitted.add_point({{3, 0.1}});
  fitted.add_point({{1, -0.1}, {3, 0.2}});
  fitted.add_point({{1, -0.2}}); // 3 has left
  fitted.add_point({{0, 0.1}, {1, -0.3}, {3, 0.1}});
  EXPECT_EQ(fitted.order(9), (std::vector<Index>{3, 1, 0}));
  EXPECT_EQ(fitted.order(2), (std::vector<Index>{3, 1}));
  EXPECT_EQ(fitted.order(1), (std::vector<Index>{3}));
}

TEST(EntryOrder, LeavesUnpenalizedColumnsOut) {
  Fitted fitted(20, 3, 1);
  fitted.add_point({{3, 0.5}});
  fitted.add_point({{2, 0.1}, {3, 0.5}});
  EXPECT_EQ(fitted.order(5), (std::vector<Index>{2}));
}

TEST(EntryOrder, OfNoPathIsEmpty) {
  Fitted fitted(20, 3, 1);
  fitted.path.undefined = true;
  EXPECT_TRUE(fitted.order(5).empty());
}

// A coarse grid, so that many enter at once: each step against scores by the definition, at the solution before.
TEST(EntryOrder, IsByScoreAtTheSolutionBefore) {
  penalized::PenaltyOptions penalty;
  penalty.factor = std::vector<double>(13, 1.0);
  penalty.factor[4] = 0.4;
  penalty.factor[7] = 2.5;
  penalty.factor[12] = 0.0;
  Fitted fitted(60, 12, 1, penalty);
  fitted.fit({.points = 6, .smallest_fraction = 0.05});
  const std::vector<Index> order = fitted.order(12);
  std::set<Index> entered;
  std::size_t place = 0;
  Index compared = 0;
  for (Index point = 1; point < fitted.path.points(); ++point) {
    std::vector<std::pair<Index, double>> before;
    const auto features = fitted.path.coefficients.features_at(point - 1);
    const auto values = fitted.path.coefficients.values_at(point - 1);
    for (std::size_t k = 0; k < features.size(); ++k) {
      before.push_back({features[k], values[k]});
    }
    std::vector<std::pair<double, Index>> wanted;
    for (const Index column : fitted.path.coefficients.features_at(point)) {
      if (column < 12 && entered.insert(column).second) {
        wanted.push_back({-fitted.score(column, before) / penalty.factor[at(column)], column});
      }
    }
    std::sort(wanted.begin(), wanted.end());
    for (const auto& [score, column] : wanted) {
      ASSERT_LT(place, order.size());
      EXPECT_EQ(order[place++], column) << "point " << point;
    }
    compared += size_of(wanted) > 2 ? 1 : 0;
  }
  EXPECT_EQ(place, order.size());
  EXPECT_GE(compared, 2) << "the grid is not coarse enough to test anything";
}

/// Pairs of features that two orders put in opposite order.
Index inversions(const std::vector<Index>& one, const std::vector<Index>& other) {
  Index count = 0;
  for (auto left = one.begin(); left != one.end(); ++left) {
    for (auto right = left + 1; right != one.end(); ++right) {
      count += std::find(other.begin(), other.end(), *left) >
                       std::find(other.begin(), other.end(), *right)
                   ? 1
                   : 0;
    }
  }
  return count;
}

/// Features in order of their point of entry, by column within a point.
std::vector<Index> by_column(const penalized::PathFit& path, Index most) {
  std::vector<Index> order;
  std::set<Index> entered;
  for (Index point = 0; point < path.points() && size_of(order) < most; ++point) {
    for (const Index column : path.coefficients.features_at(point)) {
      if (entered.insert(column).second) {
        order.push_back(column);
      }
    }
  }
  return order;
}

// A grid so fine that features enter one at a time says which one really came first. On a grid of 20 points down to
// 0.15 the order by score has fewer than half of the wrong pairs that the order by column has.
TEST(EntryOrder, WithinAStepIsNearlyThatOfAFineGrid) {
  Index by_score = 0, by_number = 0;
  for (const std::uint64_t seed : {100, 101, 102, 103}) {
    Fitted fitted(150, 200, 0, {}, seed);
    fitted.fit({.points = 1000, .smallest_fraction = 0.15});
    const std::vector<Index> fine = fitted.order(40);
    fitted.fit({.points = 20, .smallest_fraction = 0.15});
    by_score += inversions(fitted.order(40), fine);
    by_number += inversions(by_column(fitted.path, 40), fine);
  }
  EXPECT_LT(2 * by_score, by_number) << by_score << " of " << by_number;
  EXPECT_GT(by_number, 50);
}

TEST(EntryOrder, DoesNotDependOnTheMemory) {
  Fitted fitted(60, 12, 1);
  fitted.fit({.points = 5, .smallest_fraction = 0.05});
  const FitItem item = fitted.item();
  const std::vector<FittedPath> paths(4, {item, fitted.penalty, fitted.path});
  FitContext small{fitted.scheduler, 4 * 8 * 60};
  EXPECT_EQ(entry_orders(fitted.data, paths, 8, fitted.context),
            entry_orders(fitted.data, paths, 8, small));
}

} // namespace
} // namespace vigil::select
