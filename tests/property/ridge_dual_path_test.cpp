// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/penalized/fit_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/path_bytes.hpp"
#include "tests/support/plain_solution.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 50, markers = 600, clinical = 2;
const PenaltyOptions ridge{.l1_ratio = 0.0};
const LambdaGrid grid{.points = 6, .smallest_fraction = 0.01};

struct Case {
  test::SurvivalCase made{RandomKey(81), subjects, markers, clinical};
  std::vector<CaseWeights> weights;

  Case() {
    for (Index item = 0; item < 3; ++item) {
      RandomStream draw(RandomKey(82).child(item));
      std::vector<std::uint32_t> times;
      for (Index i = 0; i < subjects; ++i) {
        times.push_back(item == 0 ? 1 : static_cast<std::uint32_t>(draw.index_below(3)));
      }
      weights.push_back(CaseWeights::ones(subjects).with_times(times));
    }
    for (Index j = 0; j < markers; j += 7) {
      made.marker_values[at(j * subjects + j % subjects)] = std::nanf("");
    }
  }
};

// Paths of the listed items; streamed: the matrix is not in memory.
std::vector<std::string>
batch_bytes(Index block_features, bool streamed, int threads, const std::vector<Index>& items) {
  Case drawn;
  drawn.made.block_features = block_features;
  const TrainingData resident = drawn.made.data();
  std::vector<Index> everybody;
  for (Index i = 0; i < subjects; ++i) {
    everybody.push_back(i);
  }
  std::vector<FeatureInfo> info;
  for (Index marker = 0; marker < markers; ++marker) {
    info.push_back(resident.features.info(marker));
  }
  const auto source = resident_source(subjects, markers, drawn.made.marker_values, block_features);
  const FeatureMatrix matrix(subject_subset(source, everybody), info);
  EXPECT_TRUE(matrix.source().in_memory().empty());
  const TrainingData data{.features = streamed ? matrix : resident.features,
                          .clinical = resident.clinical,
                          .outcome = resident.outcome};
  Scheduler scheduler(threads);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, drawn.weights, {}, scheduler);
  std::vector<FitItem> batch;
  for (const Index item : items) {
    batch.push_back({drawn.weights[at(item)], preparations[at(item)], RandomKey(1).child(item)});
  }
  std::vector<std::string> result(3);
  const auto paths = fit_paths({data, batch}, ridge, grid, context);
  for (std::size_t place = 0; place < items.size(); ++place) {
    EXPECT_EQ(paths[place].points(), 6);
    result[at(items[place])] = test::bytes_of(paths[place]);
  }
  return result;
}

TEST(RidgeByTheRows, BytesDependOnTheItemAlone) {
  const auto all = batch_bytes(600, false, 1, {0, 1, 2});
  EXPECT_TRUE(all[1] != all[2]);
  EXPECT_TRUE(all == batch_bytes(100, false, 2, {2, 1, 0}));
  EXPECT_TRUE(all == batch_bytes(7, true, 1, {0, 1, 2}));
  EXPECT_TRUE(all == batch_bytes(300, true, 2, {1, 0, 2}));
  EXPECT_TRUE(all == batch_bytes(5000, true, 7, {2, 0, 1}));
  for (Index item = 0; item < 3; ++item) {
    EXPECT_TRUE(all[at(item)] == batch_bytes(64, true, 2, {item})[at(item)]);
  }
}

TEST(RidgeByTheRows, GarbageInWeightZeroLeavesEveryByteAlone) {
  const auto bytes = [](bool garbage) {
    Case drawn;
    std::vector<std::uint32_t> times(at(subjects), 1);
    for (Index i = 0; i < subjects; i += 4) {
      times[at(i)] = 0;
      for (Index j = 0; garbage && j < markers; ++j) {
        drawn.made.marker_values[at(j * subjects + i)] = j % 3 == 0   ? std::nanf("")
                                                         : j % 3 == 1 ? INFINITY
                                                                      : -1e30F;
      }
    }
    const TrainingData data = drawn.made.data();
    Scheduler scheduler(2);
    FitContext context{scheduler};
    const CaseWeights weights = CaseWeights::ones(subjects).with_times(times);
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(1)};
    return test::bytes_of(fit_paths({data, {&item, 1}}, ridge, grid, context)[0]);
  };
  EXPECT_TRUE(bytes(false) == bytes(true));
}

// A path in parts is the path; by its coefficients the linear predictor at prepared values is that of the rows.
TEST(RidgeByTheRows, PartsAndPreparedPredictor) {
  Case drawn;
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations =
      fit_preparations(data, {&drawn.weights[1], 1}, {.standardize = false}, scheduler);
  const FitItem item{drawn.weights[1], preparations[0], RandomKey(1)};
  const PathFit whole = fit_paths({data, {&item, 1}}, ridge, grid, context)[0];
  const PathRequest request{ridge, grid};
  PathBatch parts({data, {&item, 1}}, {&request, 1}, context);
  for (const Index until : {0, 2, 3}) {
    parts.run(std::vector<Index>{until});
    EXPECT_EQ(parts.path(0).points(), until);
    EXPECT_FALSE(parts.path(0).ended);
  }
  const PathFitter& fitter = parts.fitter(0);
  const auto features = parts.path(0).coefficients.features_at(2);
  const auto values = parts.path(0).coefficients.values_at(2);
  EXPECT_EQ(size_of(features), markers + clinical);
  const auto eta = fitter.prepared_eta();
  for (Index row = 0; row < fitter.loss().rows(); ++row) {
    const Index i = fitter.loss().subjects()[at(row)];
    double sum = 0.0, size = 0.0;
    for (std::size_t k = 0; k < features.size(); ++k) {
      const double raw =
          features[k] < markers
              ? static_cast<double>(drawn.made.marker_values[at(features[k] * subjects + i)])
              : drawn.made.clinical[at(features[k] - markers)][at(i)];
      const double part = values[k] * preparations[0].apply(features[k], raw);
      sum += part;
      size += std::fabs(part);
    }
    EXPECT_NEAR(
        eta[at(row)], sum, 1e-10 * (1.0 + size)); // the certificate over a curvature of about 1
  }
  parts.run(std::vector<Index>{std::numeric_limits<Index>::max()});
  EXPECT_TRUE(parts.path(0).ended);
  EXPECT_TRUE(test::bytes_of(parts.path(0)) == test::bytes_of(whole));
}

// The same problem through the working set of all columns, which limits that bind nowhere ask for.
TEST(RidgeByTheRows, IsTheWorkingSetOfAllColumns) {
  Case drawn;
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&drawn.weights[2], 1}, {}, scheduler);
  const FitItem item{drawn.weights[2], preparations[0], RandomKey(1)};
  PenaltyOptions limited = ridge;
  limited.lower.assign(at(data.columns()), -1e6);
  limited.upper.assign(at(data.columns()), 1e6);
  const PathRequest by_rows{ridge, grid}, by_columns{limited, grid};
  PathBatch rows({data, {&item, 1}}, {&by_rows, 1}, context);
  PathBatch all({data, {&item, 1}}, {&by_columns, 1}, context);
  EXPECT_NE(rows.fitter(0).dual(), nullptr);
  EXPECT_EQ(all.fitter(0).dual(), nullptr);
  const std::vector<Index> to_the_end{std::numeric_limits<Index>::max()};
  rows.run(to_the_end);
  all.run(to_the_end);
  const PathFit &left = rows.path(0), &right = all.path(0);
  ASSERT_EQ(left.lambda, right.lambda);
  ASSERT_EQ(left.coefficients.feature, right.coefficients.feature);
  // each of 602 gradients of the other may be off by 1e-8 of the largest lambda, the curvature is at least lambda
  const double worst = std::sqrt(602.0) * 1e-8 / grid.smallest_fraction;
  double largest = 0.0;
  for (std::size_t k = 0; k < left.coefficients.value.size(); ++k) {
    largest =
        std::max(largest, std::fabs(left.coefficients.value[k] - right.coefficients.value[k]));
  }
  EXPECT_LT(largest, worst);
  for (Index point = 0; point < left.points(); ++point) {
    EXPECT_NEAR(left.objective[at(point)], right.objective[at(point)], 1e-9);
    EXPECT_NEAR(left.deviance_explained[at(point)], right.deviance_explained[at(point)], 1e-6);
    EXPECT_EQ(left.nonzero[at(point)], right.nonzero[at(point)]);
  }
  EXPECT_EQ(rows.whole_passes(), 3); // null gradient, kernel, coefficients
}

// b = (Z'Z / n + lambda I)^-1 Z'(y - mean) / n, with more than one tile of rows and more than one panel of columns.
TEST(RidgeByTheRows, IsTheNormalEquationsForGaussianOutcomes) {
  constexpr Index rows = 300, order = 560;
  test::SurvivalCase made(RandomKey(75), rows, order, 0);
  const TrainingData parts = made.data();
  RandomStream draw(RandomKey(76));
  std::vector<double> y;
  double mean = 0.0;
  for (Index i = 0; i < rows; ++i) {
    y.push_back(static_cast<double>(made.marker_values[at(i)]) + draw.normal());
    mean += y.back() / static_cast<double>(rows);
  }
  const Outcome outcome(ContinuousOutcome{y, ""});
  const TrainingData data{
      .features = parts.features, .clinical = parts.clinical, .outcome = outcome};
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const CaseWeights ones = CaseWeights::ones(rows);
  const auto preparations = fit_preparations(data, {&ones, 1}, {}, scheduler);
  const FitItem item{ones, preparations[0], RandomKey(1)};
  constexpr double lambda = 0.8;
  const PathFit path =
      fit_paths({data, {&item, 1}}, {.l1_ratio = 0.0}, {.values = {lambda}}, context)[0];
  std::vector<double> z, matrix(at(order * order), 0.0), right(at(order), 0.0);
  for (Index j = 0; j < order; ++j) {
    for (Index i = 0; i < rows; ++i) {
      const auto raw = static_cast<double>(made.marker_values[at(j * rows + i)]);
      z.push_back(preparations[0].apply(j, raw));
      right[at(j)] += z.back() * (y[at(i)] - mean) / static_cast<double>(rows);
    }
    for (Index k = 0; k <= j; ++k) {
      double sum = j == k ? lambda : 0.0;
      for (Index i = 0; i < rows; ++i) {
        sum += z[at(j * rows + i)] * z[at(k * rows + i)] / static_cast<double>(rows);
      }
      matrix[at(j * order + k)] = matrix[at(k * order + j)] = sum;
    }
  }
  const auto expected = test::solution(std::move(matrix), std::move(right));
  ASSERT_EQ(size_of(path.coefficients.value), order);
  for (Index j = 0; j < order; ++j) {
    // coefficients below 1; the equations are well conditioned, lambda against eigenvalues of about 5
    EXPECT_NEAR(
        path.coefficients.value[at(j)] * preparations[0].column(j).scale, expected[at(j)], 1e-11);
  }
}

TEST(RidgeByTheRows, LimitsOnSize) {
  Case drawn;
  const TrainingData data = drawn.made.data();
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&drawn.weights[0], 1}, {}, scheduler);
  const FitItem item{drawn.weights[0], preparations[0], RandomKey(1)};
  // 40 bytes x 600 columns x 200,000 lambdas = 4.8e9 > 4 GiB = 4.3e9
  EXPECT_THROW(static_cast<void>(fit_paths({data, {&item, 1}}, ridge, {.points = 200000}, context)),
               ConfigError);
  test::SurvivalCase tall(RandomKey(83), 20001, 1, 0);
  const TrainingData many = tall.data();
  const CaseWeights ones = CaseWeights::ones(20001);
  const auto prepared = fit_preparations(many, {&ones, 1}, {}, scheduler);
  const auto loss = make_loss(many, ones, survival::Ties::breslow);
  const std::vector<double> factor{1.0};
  const RidgeDual dual(many, prepared[0], factor, *loss);
  EXPECT_THROW(dual.check_size(1, std::numeric_limits<Index>::max()), ConfigError);
  EXPECT_FALSE(RidgeDual::suits(ridge, factor, 20001));
}

} // namespace
} // namespace vigil::penalized
