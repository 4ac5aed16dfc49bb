// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 60;

// Groups (seven for 36 markers) that lie across the order of the markers, correlated inside; the last six markers and
// the clinical column, which is not penalized, are in none. Penalty factors between 0.5 and 1.7, markers in different
// units.
struct Problem {
  Index markers, columns, groups;
  test::SurvivalCase made;
  Outcome outcome;
  PenaltyOptions penalty;
  bool standardize;

  Problem(bool gaussian, double share, double l1_ratio, bool standardized, Index markers_ = 36)
      : markers(markers_), columns(markers + 1), groups(markers / 5),
        made(RandomKey(71), subjects, markers, 1),
        outcome(made.survival), penalty{.l1_ratio = l1_ratio, .within_group_share = share},
        standardize(standardized) {
    RandomStream draw(RandomKey(72));
    std::vector<double> value, common(at(groups * subjects));
    for (double& each : common) {
      each = draw.normal();
    }
    for (Index i = 0; i < subjects; ++i) {
      value.push_back(2.0 + static_cast<double>(made.marker_values[at(i)]) +
                      0.7 * static_cast<double>(made.marker_values[at(groups * subjects + i)]) +
                      0.5 * made.clinical[0][at(i)] + draw.normal());
    }
    for (Index marker = 0; marker < markers; ++marker) {
      const double unit = std::pow(1.5, static_cast<double>(marker % 3 - 1));
      for (Index i = 0; i < subjects; ++i) {
        float& cell = made.marker_values[at(marker * subjects + i)];
        const double shared =
            marker < markers - 6 ? common[at(marker % groups * subjects + i)] : 0.0;
        cell = static_cast<float>(unit * (static_cast<double>(cell) + 0.8 * shared));
      }
      penalty.group.push_back(marker < markers - 6 ? 3 * (marker % groups) : no_index);
      penalty.factor.push_back(0.5 + 0.4 * static_cast<double>(marker % 4));
    }
    penalty.group.push_back(no_index);
    penalty.factor.push_back(0.0);
    if (gaussian) {
      outcome = ContinuousOutcome{.value = value, .unit = ""};
    }
  }
  [[nodiscard]] TrainingData data() {
    const TrainingData all = made.data();
    return {.features = all.features,
            .clinical = all.clinical,
            .outcome = outcome,
            .stratum = all.stratum,
            .offset = all.offset,
            .centre = all.centre,
            .group = all.group};
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < markers
               ? static_cast<double>(made.marker_values[at(column * subjects + subject)])
               : made.clinical[0][at(subject)];
  }
};

PathFit fit(Problem& problem, const LambdaGrid& grid, int threads = 1) {
  const TrainingData data = problem.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const CaseWeights weights = CaseWeights::ones(subjects);
  const auto preparations = fit_preparations(
      data, {&weights, 1}, {.impute = "median", .standardize = problem.standardize}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, problem.penalty, grid, context)[0];
}

std::vector<double> coefficients_at(const Problem& problem, const PathFit& path, Index point) {
  std::vector<double> b(at(problem.columns), 0.0);
  const auto features = path.coefficients.features_at(point);
  for (std::size_t k = 0; k < features.size(); ++k) {
    b[at(features[k])] = path.coefficients.values_at(point)[k];
  }
  return b;
}

// The definition, plainly: columns standardised by loops, risk sets by sorting, accelerated proximal gradient.
class Plain {
public:
  explicit Plain(const Problem& problem)
      : problem_(problem), penalty_(problem.penalty), columns_(problem.columns) {
    for (Index column = 0; column < columns_; ++column) {
      double mean = 0.0, variance = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        mean += problem.raw(column, i) / subjects;
      }
      for (Index i = 0; i < subjects; ++i) {
        variance += std::pow(problem.raw(column, i) - mean, 2.0) / subjects;
      }
      scale_.push_back(problem.standardize ? std::sqrt(variance) : 1.0);
      for (Index i = 0; i < subjects; ++i) {
        x_.push_back((problem.raw(column, i) - mean) / scale_.back());
      }
    }
    std::map<Index, std::vector<Index>> named;
    for (Index column = 0; column < columns_; ++column) {
      if (penalty_.group[at(column)] != no_index) {
        named[penalty_.group[at(column)]].push_back(column);
      }
    }
    for (const auto& [name, members] : named) {
      groups_.push_back(members);
      double sum = 0.0;
      for (const Index column : members) {
        sum += factor(column) * factor(column);
      }
      weight_.push_back(std::sqrt(sum));
    }
    order_.resize(at(subjects));
    std::iota(order_.begin(), order_.end(), Index{0});
    std::sort(order_.begin(), order_.end(), [&](Index left, Index right) {
      return problem.made.survival.time[at(left)] > problem.made.survival.time[at(right)];
    });
  }

  [[nodiscard]] double factor(Index column) const { return penalty_.factor[at(column)]; }
  [[nodiscard]] const std::vector<double>& scale() const { return scale_; }
  [[nodiscard]] bool grouped(Index column) const { return penalty_.group[at(column)] != no_index; }

  // -(1/W) log L and its gradient.
  double smooth(const std::vector<double>& b, std::vector<double>& gradient) const {
    std::vector<double> eta(at(subjects), 0.0), residual(at(subjects), 0.0);
    for (Index column = 0; column < columns_; ++column) {
      for (Index i = 0; i < subjects; ++i) {
        eta[at(i)] += b[at(column)] * x_[at(column * subjects + i)];
      }
    }
    double value = 0.0;
    if (const auto* continuous = std::get_if<ContinuousOutcome>(&problem_.outcome)) {
      const double mean =
          std::accumulate(continuous->value.begin(), continuous->value.end(), 0.0) / subjects;
      for (Index i = 0; i < subjects; ++i) { // columns_ are centred: the intercept is the mean
        residual[at(i)] = continuous->value[at(i)] - mean - eta[at(i)];
        value += residual[at(i)] * residual[at(i)] / 2.0;
      }
    } else {
      const auto& survival = problem_.made.survival;
      double sum = 0.0; // over the risk set; no two times are equal
      std::vector<double> risk;
      for (const Index i : order_) {
        sum += std::exp(eta[at(i)]);
        risk.push_back(sum);
        value += survival.event[at(i)] == 1 ? std::log(sum) - eta[at(i)] : 0.0;
      }
      double hazard = 0.0;
      for (std::size_t place = order_.size(); place-- > 0;) {
        const std::size_t i = at(order_[place]);
        hazard += survival.event[i] == 1 ? 1.0 / risk[place] : 0.0;
        residual[i] = (survival.event[i] == 1 ? 1.0 : 0.0) - std::exp(eta[i]) * hazard;
      }
    }
    gradient.assign(at(columns_), 0.0);
    for (Index column = 0; column < columns_; ++column) {
      for (Index i = 0; i < subjects; ++i) {
        gradient[at(column)] -= residual[at(i)] * x_[at(column * subjects + i)] / subjects;
      }
    }
    return value / subjects;
  }

  [[nodiscard]] double penalty(const std::vector<double>& b, double lambda) const {
    const double t = lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    double sum = 0.0;
    for (Index column = 0; column < columns_; ++column) {
      const double v = factor(column), value = b[at(column)];
      sum += t * (grouped(column) ? m : 1.0) * v * std::fabs(value) +
             lambda * (1.0 - penalty_.l1_ratio) / 2.0 * v * value * value;
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      sum += t * (1.0 - m) * weight_[group] * norm(b, group);
    }
    return sum;
  }

  // argmin ||x - z||^2 / 2 + step penalty(x); ridge and l1 by column, then the norm by group.
  [[nodiscard]] std::vector<double> prox(std::vector<double> z, double step, double lambda) const {
    const double t = step * lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    for (Index column = 0; column < columns_; ++column) {
      double& value = z[at(column)];
      const double l1 = t * (grouped(column) ? m : 1.0) * factor(column);
      value = value > l1 ? value - l1 : value < -l1 ? value + l1 : 0.0;
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double length = norm(z, group), cut = t * (1.0 - m) * weight_[group];
      for (const Index column : groups_[group]) {
        z[at(column)] *= length > cut ? 1.0 - cut / length : 0.0;
      }
    }
    return z;
  }

  // Least objective at a lambda, and where. The ridge part counts as smooth.
  double minimise(double lambda, std::vector<double>& b) const {
    std::vector<double> ahead(b), gradient;
    double momentum = 1.0, steep = 1.0;
    const auto with_ridge = [&](const std::vector<double>& x, std::vector<double>& g) {
      double value = smooth(x, g);
      for (Index column = 0; column < columns_; ++column) {
        const double l2 = lambda * (1.0 - penalty_.l1_ratio) * factor(column);
        value += l2 * x[at(column)] * x[at(column)] / 2.0;
        g[at(column)] += l2 * x[at(column)];
      }
      return value;
    };
    int still = 0;
    for (int iteration = 0; iteration < 100000 && still < 20; ++iteration) {
      const double value = with_ridge(ahead, gradient);
      std::vector<double> next, ignored;
      for (;;) {
        next = ahead;
        for (std::size_t k = 0; k < next.size(); ++k) {
          next[k] -= gradient[k] / steep;
        }
        next = prox(next, 1.0 / steep, lambda);
        double model = value, squares = 0.0;
        for (std::size_t k = 0; k < next.size(); ++k) {
          const double d = next[k] - ahead[k];
          model += gradient[k] * d + steep / 2.0 * d * d;
          squares += d * d;
        }
        if (squares < 1e-20 || with_ridge(next, ignored) <= model + 1e-15) {
          break;
        }
        steep *= 1.5;
      }
      double turn = 0.0, moved = 0.0, size = 0.0;
      for (std::size_t k = 0; k < next.size(); ++k) {
        turn += (ahead[k] - next[k]) * (next[k] - b[k]);
        moved = std::max(moved, std::fabs(next[k] - b[k]));
        size = std::max(size, std::fabs(next[k]));
      }
      const double grown =
          turn > 0.0 ? 1.0 : (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0;
      const double extra = turn > 0.0 ? 0.0 : (momentum - 1.0) / grown;
      for (std::size_t k = 0; k < next.size(); ++k) {
        ahead[k] = next[k] + extra * (next[k] - b[k]);
      }
      momentum = grown;
      b = next;
      still = moved <= 1e-12 * (size + 1e-3) ? still + 1 : 0;
    }
    return smooth(b, gradient) + penalty(b, lambda);
  }

  // Largest violation of the optimality conditions, as docs/methods/penalized_path.md defines it.
  [[nodiscard]] double
  violation(const std::vector<double>& b, double lambda, double largest) const {
    std::vector<double> gradient;
    smooth(b, gradient);
    const double t = lambda * penalty_.l1_ratio, m = penalty_.within_group_share;
    const auto pull = [&](Index column) {
      return -gradient[at(column)] -
             lambda * (1.0 - penalty_.l1_ratio) * factor(column) * b[at(column)];
    };
    double worst = 0.0;
    for (Index column = 0; column < columns_; ++column) {
      if (!grouped(column)) {
        const double l1 = t * factor(column), value = b[at(column)];
        const double off = value > 0.0   ? std::fabs(pull(column) - l1)
                           : value < 0.0 ? std::fabs(pull(column) + l1)
                                         : std::max(0.0, std::fabs(pull(column)) - l1);
        worst = std::max(worst, off / (l1 > 0.0 ? l1 : largest));
      }
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      const double length = norm(b, group), unit = t * (1.0 - m) * weight_[group];
      double squares = 0.0;
      for (const Index column : groups_[group]) {
        const double l1 = t * m * factor(column), value = b[at(column)];
        const double rest = pull(column) - (length > 0.0 ? unit * value / length : 0.0);
        const double off = value > 0.0   ? rest - l1
                           : value < 0.0 ? rest + l1
                                         : std::max(0.0, std::fabs(rest) - l1);
        squares += off * off;
      }
      const double distance = std::sqrt(squares) / unit;
      worst = std::max(worst, length > 0.0 ? distance : distance - 1.0);
    }
    return worst;
  }

private:
  [[nodiscard]] double norm(const std::vector<double>& b, std::size_t group) const {
    double sum = 0.0;
    for (const Index column : groups_[group]) {
      sum += b[at(column)] * b[at(column)];
    }
    return std::sqrt(sum);
  }

  const Problem& problem_;
  const PenaltyOptions& penalty_;
  Index columns_;
  std::vector<double> scale_, x_, weight_;
  std::vector<std::vector<Index>> groups_;
  std::vector<Index> order_;
};

struct Setting {
  bool gaussian;
  double share, l1_ratio;
  bool standardize;
};

class EverySetting : public testing::TestWithParam<Setting> {
protected:
  Problem problem{
      GetParam().gaussian, GetParam().share, GetParam().l1_ratio, GetParam().standardize};
};

TEST_P(EverySetting, EveryPointIsTheMinimumOfAPlainReference) {
  const PathFit path = fit(problem, {.points = 12, .smallest_fraction = 0.05});
  const Plain plain(problem);
  ASSERT_EQ(path.points(), 12);
  std::vector<double> reference(at(problem.columns), 0.0);
  Index partly = 0, whole = 0; // groups with some members at zero, and without
  for (Index point = 0; point < path.points(); ++point) {
    const double lambda = path.lambda[at(point)];
    std::vector<double> b = coefficients_at(problem, path, point), gradient;
    std::map<Index, std::pair<Index, Index>> counts;
    for (Index column = 0; column < problem.columns; ++column) {
      b[at(column)] *= plain.scale()[at(column)];
      if (plain.grouped(column)) {
        auto& [zero, nonzero] = counts[problem.penalty.group[at(column)]];
        ++(b[at(column)] == 0.0 ? zero : nonzero);
      }
    }
    for (const auto& [group, count] : counts) {
      partly += count.first > 0 && count.second > 0 ? 1 : 0;
      whole += count.first == 0 ? 1 : 0;
    }
    const double objective = plain.smooth(b, gradient) + plain.penalty(b, lambda);
    EXPECT_NEAR(path.objective[at(point)], objective, 1e-13 * std::fabs(objective));
    const double least = plain.minimise(lambda, reference);
    // the reference stops where steps are 1e-12 of the coefficients, the path at violations of 1e-8
    EXPECT_NEAR(objective, least, 1e-9 * std::fabs(least)) << "point " << point;
    EXPECT_LT(objective, least + 1e-13 * std::fabs(least)) << "point " << point;
    EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
    // sums of 60 terms of the size of the outcome against lambda
    EXPECT_LT(plain.violation(b, lambda, path.largest_lambda),
              path.kkt_violation[at(point)] + 1e-10)
        << "point " << point;
  }
  if (GetParam().share == 0.0) {
    EXPECT_GT(whole, 0);
    EXPECT_EQ(partly, 0);
  } else {
    EXPECT_GT(partly, 0);
  }
}

TEST_P(EverySetting, LargestLambdaIsWhereTheFirstGroupEnters) {
  const double largest = fit(problem, {.points = 1}).largest_lambda;
  const PathFit path = fit(problem, {.values = {1.00001 * largest, 0.9999 * largest}});
  const auto penalized = [&](Index point) {
    const auto b = coefficients_at(problem, path, point);
    return std::count_if(b.begin(), b.begin() + problem.markers, [](double x) { return x != 0.0; });
  };
  EXPECT_EQ(penalized(0), 0);
  EXPECT_GT(penalized(1), 0);
}

// Where most groups are left at zero by bounds of their members' gradients, and no reference is fast.
TEST(ManyColumns, MeetTheOptimalityConditionsOverAllGroups) {
  for (const double share : {0.0, 0.5}) {
    Problem problem(false, share, 0.9, true, 1500);
    const PathFit path = fit(problem, {.points = 20, .smallest_fraction = 0.2});
    const Plain plain(problem);
    ASSERT_EQ(path.points(), 20);
    EXPECT_GT(path.nonzero.back(), 20);
    for (Index point = 0; point < path.points(); ++point) {
      std::vector<double> b = coefficients_at(problem, path, point);
      for (Index column = 0; column < problem.columns; ++column) {
        b[at(column)] *= plain.scale()[at(column)];
      }
      EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
      EXPECT_LT(plain.violation(b, path.lambda[at(point)], path.largest_lambda),
                path.kkt_violation[at(point)] + 1e-10)
          << "point " << point;
    }
  }
}

// A penalized clinical column in a group of markers, and in none.
TEST(ClinicalColumns, ArePenalizedInGroupsAndAlone) {
  for (const Index group : {Index{3}, no_index}) {
    for (const double share : {0.0, 0.5}) {
      Problem problem(false, share, 1.0, true, 300);
      problem.penalty.factor.back() = 1.2;
      problem.penalty.group.back() = group;
      const PathFit path = fit(problem, {.points = 15, .smallest_fraction = 0.2});
      const Plain plain(problem);
      ASSERT_EQ(path.points(), 15);
      EXPECT_EQ(coefficients_at(problem, path, 0).back(), 0.0);
      EXPECT_NE(coefficients_at(problem, path, 14).back(), 0.0);
      for (Index point = 0; point < path.points(); ++point) {
        std::vector<double> b = coefficients_at(problem, path, point);
        for (Index column = 0; column < problem.columns; ++column) {
          b[at(column)] *= plain.scale()[at(column)];
        }
        EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
        EXPECT_LT(plain.violation(b, path.lambda[at(point)], path.largest_lambda),
                  path.kkt_violation[at(point)] + 1e-10)
            << "point " << point;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings,
                         EverySetting,
                         testing::Values(Setting{true, 0.0, 1.0, true},
                                         Setting{true, 0.5, 1.0, true},
                                         Setting{true, 0.0, 0.9, false},
                                         Setting{true, 0.95, 0.9, true},
                                         Setting{false, 0.0, 1.0, true},
                                         Setting{false, 0.3, 1.0, false},
                                         Setting{false, 0.0, 0.9, false},
                                         Setting{false, 0.5, 0.9, true}));

// Both paths are the same optimum: violations of 1e-8 of lambda over curvatures that are not small.
constexpr double same_optimum = 1e-7;

TEST(GroupsOfOne, AreTheLasso) {
  for (const bool gaussian : {true, false}) {
    for (const double l1_ratio : {1.0, 0.7}) {
      Problem lasso(gaussian, 0.0, l1_ratio, true), single(gaussian, 0.5, l1_ratio, true);
      lasso.penalty.group.clear();
      std::iota(single.penalty.group.begin(), single.penalty.group.end() - 1, Index{0});
      const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
      const PathFit left = fit(lasso, grid), right = fit(single, grid);
      ASSERT_EQ(left.lambda, right.lambda);
      for (Index point = 0; point < left.points(); ++point) {
        const auto b = coefficients_at(lasso, left, point);
        const auto other = coefficients_at(single, right, point);
        for (Index column = 0; column < lasso.columns; ++column) {
          EXPECT_NEAR(b[at(column)], other[at(column)], same_optimum);
        }
      }
    }
  }
}

class EveryShare : public testing::TestWithParam<double> {};

TEST_P(EveryShare, OrderOfFeaturesDoesNotMatter) {
  Problem problem(false, GetParam(), 0.9, true), turned(false, GetParam(), 0.9, true);
  const auto feature = [](Index column) { return (column * 7 + 5) % 36; }; // 7, 36 coprime
  for (Index column = 0; column < problem.markers; ++column) {
    turned.penalty.group[at(column)] = problem.penalty.group[at(feature(column))];
    turned.penalty.factor[at(column)] = problem.penalty.factor[at(feature(column))];
    std::copy_n(problem.made.marker_values.begin() + feature(column) * subjects,
                subjects,
                turned.made.marker_values.begin() + column * subjects);
  }
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
  const PathFit left = fit(problem, grid), right = fit(turned, grid);
  ASSERT_EQ(left.points(), right.points());
  for (Index point = 0; point < left.points(); ++point) {
    EXPECT_NEAR(left.lambda[at(point)], right.lambda[at(point)], 1e-12 * left.largest_lambda);
    const auto b = coefficients_at(problem, left, point);
    const auto other = coefficients_at(turned, right, point);
    for (Index column = 0; column < problem.markers; ++column) {
      EXPECT_NEAR(b[at(feature(column))], other[at(column)], same_optimum);
    }
  }
}

void expect_same_bytes(const PathFit& left, const PathFit& right) {
  EXPECT_EQ(left.lambda, right.lambda);
  EXPECT_EQ(left.coefficients.value, right.coefficients.value);
  EXPECT_EQ(left.coefficients.feature, right.coefficients.feature);
  EXPECT_EQ(left.kkt_violation, right.kkt_violation);
  EXPECT_EQ(left.objective, right.objective);
}

TEST_P(EveryShare, BlocksAndThreadsDoNotChangeABit) {
  Problem problem(false, GetParam(), 0.9, true);
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.05};
  const PathFit one = fit(problem, grid);
  for (const int threads : {2, 7}) {
    expect_same_bytes(one, fit(problem, grid, threads));
  }
  for (const Index block : {5, 16}) {
    problem.made.block_features = block;
    expect_same_bytes(one, fit(problem, grid, 2));
  }
}

TEST_P(EveryShare, CrossValidationSolvesItsFoldsWithTheSameGroups) {
  Problem problem(false, GetParam(), 1.0, true);
  const TrainingData data = problem.data();
  const CaseWeights weights = CaseWeights::ones(subjects);
  std::vector<CrossValidation> results;
  for (const int threads : {1, 7}) {
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(3)};
    const PathRequest request{problem.penalty, {.points = 10, .smallest_fraction = 0.1}};
    results.push_back(
        cross_validate({data, {&item, 1}}, {&request, 1}, {.folds = 4, .full_grid = true}, context)
            .front());
  }
  ASSERT_FALSE(results[0].undefined());
  EXPECT_EQ(results[0].loss, results[1].loss);
  expect_same_bytes(results[0].path, results[1].path);
  expect_same_bytes(results[0].path, fit(problem, {.points = 10, .smallest_fraction = 0.1}));
  EXPECT_LT(results[0].loss[at(results[0].minimum)], results[0].loss[0]);
}

INSTANTIATE_TEST_SUITE_P(Shares, EveryShare, testing::Values(0.0, 0.5));

// A group of which a resample keeps one column, and one whose columns it does not keep at all.
TEST(Groups, WeighTheColumnsThatAreKept) {
  Problem problem(true, 0.4, 1.0, true), lone(true, 0.4, 1.0, true);
  for (Index marker = 7; marker < 30; marker += 7) { // constant, but for the first of group 0
    std::fill_n(problem.made.marker_values.begin() + marker * subjects, subjects, 1.0F);
    lone.penalty.group[at(marker)] = no_index;
  }
  for (Index marker = 1; marker < 30; marker += 7) { // all of the second
    std::fill_n(problem.made.marker_values.begin() + marker * subjects, subjects, 1.0F);
  }
  lone.penalty.group[0] = no_index;
  lone.made.marker_values = problem.made.marker_values;
  const LambdaGrid grid{.points = 10, .smallest_fraction = 0.1};
  expect_same_bytes(fit(problem, grid), fit(lone, grid));
}

} // namespace
} // namespace vigil::penalized
