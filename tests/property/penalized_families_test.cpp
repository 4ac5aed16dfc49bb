// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/penalized/relaxed.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 70, markers = 90, clinical = 2, columns = markers + clinical;

enum class Family { cox, gaussian, binomial, poisson };

// Drawn markers in different units, two unpenalized clinical columns, case weights and an offset.
struct Problem {
  test::SurvivalCase made;
  Family family;
  Outcome outcome;
  CaseWeights weights = CaseWeights::ones(subjects);

  explicit Problem(Family family_)
      : made(RandomKey(61), subjects, markers, clinical), family(family_), outcome(made.survival) {
    RandomStream draw(RandomKey(62));
    std::vector<double> sampling, value, count;
    std::vector<std::uint8_t> label;
    for (Index i = 0; i < subjects; ++i) {
      const auto first = static_cast<double>(made.marker_values[at(i)]);
      const double eta = first + 0.5 * made.clinical[0][at(i)];
      sampling.push_back(i % 9 == 0 ? 0.0 : 0.3 + draw.exponential());
      made.offset.push_back(0.2 * draw.normal());
      value.push_back(3.0 + eta + draw.normal());
      label.push_back(draw.uniform() < 1.0 / (1.0 + std::exp(-eta)) ? 1 : 0);
      count.push_back(std::floor(std::exp(0.5 * eta) * draw.exponential() + 0.5));
    }
    for (Index marker = 0; marker < markers; ++marker) {
      const auto unit = static_cast<float>(std::pow(4.0, static_cast<double>(marker % 5 - 2)));
      for (Index i = 0; i < subjects; ++i) {
        float& cell = made.marker_values[at(marker * subjects + i)];
        cell = unit * (cell + static_cast<float>(marker % 3));
      }
    }
    weights = weights.with_sampling(sampling);
    switch (family) {
    case Family::cox:
      break;
    case Family::gaussian:
      outcome = ContinuousOutcome{.value = value, .unit = ""};
      break;
    case Family::binomial:
      outcome = BinaryOutcome{.label = label};
      break;
    case Family::poisson:
      outcome = CountOutcome{.count = count};
      break;
    }
  }

  [[nodiscard]] TrainingData data() {
    const TrainingData survival = made.data();
    return {.features = survival.features,
            .clinical = survival.clinical,
            .outcome = outcome,
            .stratum = survival.stratum,
            .offset = survival.offset,
            .centre = survival.centre,
            .group = survival.group};
  }
  [[nodiscard]] double raw(Index column, Index subject) const {
    return column < markers
               ? static_cast<double>(made.marker_values[at(column * subjects + subject)])
               : made.clinical[at(column - markers)][at(subject)];
  }

  // Derivative of log L by each subject's linear predictor, by the definition.
  [[nodiscard]] std::vector<double> residual(const std::vector<double>& eta) const {
    std::vector<double> result(at(subjects), 0.0);
    for (Index i = 0; i < subjects; ++i) {
      const double weight = weights[i];
      if (const auto* continuous = std::get_if<ContinuousOutcome>(&outcome)) {
        result[at(i)] = weight * (continuous->value[at(i)] - eta[at(i)]);
      } else if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
        result[at(i)] = weight * (binary->label[at(i)] - 1.0 / (1.0 + std::exp(-eta[at(i)])));
      } else if (const auto* counts = std::get_if<CountOutcome>(&outcome)) {
        result[at(i)] = weight * (counts->count[at(i)] - std::exp(eta[at(i)]));
      } else if (made.survival.event[at(i)] == 1 && weight > 0.0) { // no two times are equal
        double sum = 0.0;
        const auto at_risk = [&](Index j) {
          return made.survival.time[at(j)] >= made.survival.time[at(i)];
        };
        for (Index j = 0; j < subjects; ++j) {
          sum += at_risk(j) ? weights[j] * std::exp(eta[at(j)]) : 0.0;
        }
        result[at(i)] += weight;
        for (Index j = 0; j < subjects; ++j) {
          result[at(j)] -= at_risk(j) ? weight * weights[j] * std::exp(eta[at(j)]) / sum : 0.0;
        }
      }
    }
    return result;
  }
};

PathFit
fit(Problem& problem, const PenaltyOptions& penalty, const LambdaGrid& grid, int threads = 1) {
  const TrainingData data = problem.data();
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&problem.weights, 1}, {}, scheduler);
  const FitItem item{problem.weights, preparations[0], RandomKey(1)};
  return fit_paths({data, {&item, 1}}, penalty, grid, context)[0];
}

std::vector<double> coefficients_at(const PathFit& path, Index point) {
  std::vector<double> b(at(columns), 0.0);
  const auto features = path.coefficients.features_at(point);
  for (std::size_t k = 0; k < features.size(); ++k) {
    b[at(features[k])] = path.coefficients.values_at(point)[k];
  }
  return b;
}

class EveryFamily : public testing::TestWithParam<std::tuple<Family, double, bool>> {};

// KKT per raw unit: with s the SD of a column, its gradient is g / s and its coefficient b s.
TEST_P(EveryFamily, KktRecomputedPlainlyOverAllColumns) {
  const auto [family, l1_ratio, limits] = GetParam();
  Problem problem(family);
  PenaltyOptions penalty{.l1_ratio = l1_ratio};
  for (Index column = 0; column < columns; ++column) {
    penalty.factor.push_back(column >= markers || column % 11 == 5 ? 0.0
                             : column % 2 == 0                     ? 1.0
                                                                   : 1.5);
    if (limits) {
      penalty.lower.push_back(column % 4 == 0 ? 0.0 : column % 4 == 1 ? -0.02 : -HUGE_VAL);
      penalty.upper.push_back(column % 3 == 0 ? 0.05 : column % 3 == 1 ? 0.0 : HUGE_VAL);
    }
  }
  const PathFit path = fit(problem, penalty, {.points = 25, .smallest_fraction = 0.05});
  ASSERT_GT(path.points(), 10);
  Index at_a_limit = 0;
  for (Index point = 0; point < path.points(); ++point) {
    const auto b = coefficients_at(path, point);
    std::vector<double> eta(at(subjects), path.intercept.empty() ? 0.0 : path.intercept[at(point)]);
    for (Index i = 0; i < subjects; ++i) {
      eta[at(i)] += problem.made.offset[at(i)];
      for (Index column = 0; column < columns; ++column) {
        eta[at(i)] += b[at(column)] * problem.raw(column, i);
      }
    }
    const auto residual = problem.residual(eta);
    EXPECT_NEAR(std::accumulate(residual.begin(), residual.end(), 0.0), 0.0, 1e-8);
    double worst = 0.0;
    for (Index column = 0; column < columns; ++column) {
      double mean = 0.0, variance = 0.0, product = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        mean += problem.weights[i] * problem.raw(column, i) / problem.weights.total();
      }
      for (Index i = 0; i < subjects; ++i) {
        const double distance = problem.raw(column, i) - mean;
        variance += problem.weights[i] * distance * distance / problem.weights.total();
        product += residual[at(i)] * distance / problem.weights.total();
      }
      const double sd = std::sqrt(variance), factor = penalty.factor[at(column)];
      const double l1 = path.lambda[at(point)] * l1_ratio * factor;
      const double value = b[at(column)];
      const double force =
          product / sd - path.lambda[at(point)] * (1.0 - l1_ratio) * factor * value * sd;
      // how much the objective falls per unit, upwards and downwards
      double up = value < 0.0 ? force + l1 : force - l1,
             down = value > 0.0 ? l1 - force : -force - l1;
      if (limits) {
        const bool highest = value == penalty.upper[at(column)] ||
                             std::fabs(value - penalty.upper[at(column)]) < 1e-15;
        const bool lowest = value == penalty.lower[at(column)] ||
                            std::fabs(value - penalty.lower[at(column)]) < 1e-15;
        EXPECT_LE(value, penalty.upper[at(column)] + 1e-15);
        EXPECT_GE(value, penalty.lower[at(column)] - 1e-15);
        up = highest ? 0.0 : up;
        down = lowest ? 0.0 : down;
        at_a_limit += value != 0.0 && (highest || lowest) ? 1 : 0;
      }
      worst = std::max(worst, std::max(up, down) / (l1 > 0.0 ? l1 : path.largest_lambda));
    }
    // 1e-8 is what the engine grants; sums of 70 terms of the size of the outcome against lambda
    EXPECT_LT(path.kkt_violation[at(point)], 1e-7) << "point " << point;
    EXPECT_LT(worst, path.kkt_violation[at(point)] + 1e-9) << "point " << point;
  }
  EXPECT_EQ(at_a_limit > 0, limits);
}

INSTANTIATE_TEST_SUITE_P(Families,
                         EveryFamily,
                         testing::Combine(testing::Values(Family::cox,
                                                          Family::gaussian,
                                                          Family::binomial,
                                                          Family::poisson),
                                          testing::Values(1.0, 0.4),
                                          testing::Bool()));

class RelaxedFits : public testing::TestWithParam<Family> {};

// At a maximum without a penalty the score of each of its columns is zero, and that of the intercept.
TEST_P(RelaxedFits, ScoresRecomputedPlainlyAreZero) {
  Problem problem(GetParam());
  const TrainingData data = problem.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&problem.weights, 1}, {}, scheduler);
  const FitItem item{problem.weights, preparations[0], RandomKey(1)};
  const PenaltyOptions penalty;
  const PathRequest request{penalty, {.points = 25, .smallest_fraction = 0.2}};
  PathBatch fits({data, {&item, 1}}, {&request, 1}, context);
  fits.run(std::vector<Index>{25});
  const RelaxedPath path = relaxed_path(data, fits.fitter(0), fits.columns(), 25);
  ASSERT_GT(path.fitted(), 10) << path.ended_because;
  for (Index point = 0; point < path.fitted(); ++point) {
    const auto features = path.coefficients.features_at(point);
    std::vector<double> eta(at(subjects), path.intercept.empty() ? 0.0 : path.intercept[at(point)]);
    for (Index i = 0; i < subjects; ++i) {
      eta[at(i)] += problem.made.offset[at(i)];
      for (std::size_t place = 0; place < features.size(); ++place) {
        eta[at(i)] += path.coefficients.values_at(point)[place] * problem.raw(features[place], i);
      }
    }
    const auto residual = problem.residual(eta);
    EXPECT_NEAR(std::accumulate(residual.begin(), residual.end(), 0.0), 0.0, 1e-8);
    for (const Index feature : features) {
      const auto& rule = preparations[0].column(feature);
      double score = 0.0;
      for (Index i = 0; i < subjects; ++i) {
        score += residual[at(i)] * (problem.raw(feature, i) - rule.centre) / rule.scale;
      }
      // 1e-11 of an SD and event is what Newton's method ends at; means of 70 terms
      EXPECT_NEAR(score / problem.weights.total(), 0.0, 1e-10)
          << "point " << point << ", column " << feature;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    RelaxedFits,
    testing::Values(Family::cox, Family::gaussian, Family::binomial, Family::poisson));

class Orders : public testing::TestWithParam<Family> {};

// The optimum is the same: violations of 1e-8 of lambda over curvatures that are not small.
constexpr double same_optimum = 1e-6;

TEST_P(Orders, OfFeaturesAndSubjectsDoNotMatter) {
  Problem problem(GetParam()), turned(GetParam());
  const auto feature = [](Index column) { return (column * 37 + 11) % markers; }; // 37, 90 coprime
  const auto subject = [](Index i) { return (i * 27 + 5) % subjects; };           // 27, 70 coprime
  std::vector<Index> listed;
  std::vector<double> sampling;
  for (Index i = 0; i < subjects; ++i) {
    listed.push_back(subject(i));
    sampling.push_back(problem.weights[subject(i)]);
    turned.made.offset[at(i)] = problem.made.offset[at(subject(i))];
    for (Index column = 0; column < markers; ++column) {
      turned.made.marker_values[at(column * subjects + i)] =
          problem.made.marker_values[at(feature(column) * subjects + subject(i))];
    }
    for (Index column = 0; column < clinical; ++column) {
      turned.made.clinical[at(column)][at(i)] = problem.made.clinical[at(column)][at(subject(i))];
    }
  }
  turned.outcome = select_subjects(problem.outcome, listed);
  turned.weights = CaseWeights::ones(subjects).with_sampling(sampling);
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.1};
  const PathFit left = fit(problem, {}, grid), right = fit(turned, {}, grid);
  ASSERT_EQ(left.points(), right.points());
  for (Index point = 0; point < left.points(); ++point) {
    EXPECT_NEAR(left.lambda[at(point)], right.lambda[at(point)], 1e-12 * left.largest_lambda);
    EXPECT_NEAR(left.objective[at(point)],
                right.objective[at(point)],
                1e-11 * (1.0 + std::fabs(left.objective[at(point)])));
    const auto b = coefficients_at(left, point), other = coefficients_at(right, point);
    for (Index column = 0; column < markers; ++column) {
      const double unit = std::pow(4.0, static_cast<double>(feature(column) % 5 - 2));
      EXPECT_NEAR(unit * b[at(feature(column))], unit * other[at(column)], same_optimum);
    }
  }
}

TEST_P(Orders, OfTheLambdasDoesNotMatter) {
  Problem problem(GetParam());
  const PathFit whole = fit(problem, {}, {.points = 6, .smallest_fraction = 0.2});
  std::vector<double> values = whole.lambda;
  std::rotate(values.begin(), values.begin() + 2, values.end());
  std::swap(values[0], values[3]);
  const PathFit mixed = fit(problem, {}, {.values = values});
  ASSERT_EQ(mixed.lambda, whole.lambda);
  EXPECT_EQ(mixed.coefficients.value, whole.coefficients.value);
  EXPECT_EQ(mixed.coefficients.feature, whole.coefficients.feature);
}

TEST_P(Orders, OfThreadsDoesNotChangeABit) {
  Problem problem(GetParam());
  const LambdaGrid grid{.points = 15, .smallest_fraction = 0.1};
  const PathFit one = fit(problem, {}, grid, 1);
  for (const int threads : {2, 7}) {
    const PathFit more = fit(problem, {}, grid, threads);
    EXPECT_EQ(one.coefficients.value, more.coefficients.value);
    EXPECT_EQ(one.coefficients.feature, more.coefficients.feature);
    EXPECT_EQ(one.intercept, more.intercept);
    EXPECT_EQ(one.kkt_violation, more.kkt_violation);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    Orders,
    testing::Values(Family::cox, Family::gaussian, Family::binomial, Family::poisson));

// lambda -> 0 without leaving the penalized path: the shrinkage of the lasso is lambda over the curvature (about 0.1).
TEST(SmallLambda, EndsAtTheUnpenalizedCoxFit) {
  for (const survival::Ties ties : {survival::Ties::breslow, survival::Ties::efron}) {
    for (const bool delayed : {false, true}) {
      for (const bool strata : {false, true}) {
        test::SurvivalCase made(RandomKey(63), 150, 4, 1);
        RandomStream draw(RandomKey(64));
        std::vector<double> sampling;
        for (Index i = 0; i < 150; ++i) {
          made.survival.time[at(i)] = std::ceil(6.0 * made.survival.time[at(i)]) / 6.0;
          sampling.push_back(0.5 + draw.uniform());
          if (delayed) {
            made.survival.entry.push_back(0.5 * made.survival.time[at(i)] * draw.uniform());
          }
          if (strata) {
            made.stratum.push_back(i % 3);
          }
        }
        const CaseWeights weights = CaseWeights::ones(150).with_sampling(sampling);
        const TrainingData data = made.data();
        Scheduler scheduler(1);
        FitContext context{scheduler};
        const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
        const FitItem item{weights, preparations[0], RandomKey(1)};
        const PathFit path = fit_paths({data, {&item, 1}},
                                       {.l1_ratio = 0.5, .ties = ties},
                                       {.values = {1e-2, 1e-4, 1e-7, 1e-10}},
                                       context)[0];
        std::vector<double> values(made.marker_values.begin(), made.marker_values.end());
        values.insert(values.end(), made.clinical[0].begin(), made.clinical[0].end());
        const survival::CoxLikelihood likelihood(made.survival, weights, made.stratum, {}, ties);
        const auto exact = survival::fit_cox(likelihood, values);
        ASSERT_EQ(path.points(), 4);
        ASSERT_EQ(path.coefficients.values_at(3).size(), 5U);
        for (Index column = 0; column < 5; ++column) {
          EXPECT_NEAR(
              path.coefficients.values_at(3)[at(column)], exact.coefficient[at(column)], 1e-8);
        }
      }
    }
  }
}

} // namespace
} // namespace vigil::penalized
