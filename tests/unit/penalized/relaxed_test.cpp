// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/relaxed.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index to_the_end = std::numeric_limits<Index>::max();
constexpr double left_out = std::numeric_limits<double>::infinity();

/// A path of all rows and its relaxed fits.
struct Relaxed {
  Scheduler scheduler{1};
  FitContext context{scheduler};
  const TrainingData& data;
  PenaltyOptions penalty;
  CaseWeights weights;
  std::vector<Preparation> preparations;
  FitItem item;
  PathRequest request;
  PathBatch fits;
  RelaxedPath path;

  Relaxed(const TrainingData& of, PenaltyOptions how, LambdaGrid grid, CaseWeights within)
      : data(of), penalty(std::move(how)), weights(std::move(within)),
        preparations(fit_preparations(data, {&weights, 1}, {}, scheduler)),
        item{weights, preparations[0], RandomKey(1)}, request{penalty, std::move(grid)},
        fits({data, {&item, 1}}, {&request, 1}, context) {
    fits.run(std::vector<Index>{to_the_end});
    path = relaxed_path(data, fits.fitter(0), fits.columns(), to_the_end);
  }
};

/// Penalized clinical columns, in double, with an outcome.
struct Columns {
  ClinicalBlock clinical;
  FeatureMatrix features;
  Outcome outcome;
  TrainingData data{.features = features, .clinical = clinical, .outcome = outcome};

  Columns(const std::vector<std::vector<double>>& columns, Outcome of)
      : clinical(size_of(columns.front())), features(size_of(columns.front())),
        outcome(std::move(of)) {
    for (const auto& column : columns) {
      clinical.add({.name = "x" + std::to_string(clinical.columns()), .penalized = true}, column);
    }
  }
  [[nodiscard]] Relaxed relax(PenaltyOptions how = {}, LambdaGrid grid = {.points = 40}) const {
    return Relaxed(data, std::move(how), std::move(grid), CaseWeights::ones(data.subjects()));
  }
};

std::vector<double> drawn(const RandomKey& key, Index count) {
  RandomStream draw(key);
  std::vector<double> values;
  for (Index i = 0; i < count; ++i) {
    values.push_back(draw.normal());
  }
  return values;
}

// Strata, an unpenalized column, rows twice and absent; columns enter and leave along the path. The reference is Newton's
// method of the module survival on the raw columns.
TEST(Relaxed, IsTheMaximumOnTheColumnsOfEachPoint) {
  test::SurvivalCase made(RandomKey(61), 150, 25, 1);
  std::vector<std::uint32_t> times(150, 1);
  for (Index i = 0; i < 150; ++i) {
    made.stratum.push_back(i % 2);
    times[at(i)] = i % 13 == 0 ? 0 : i % 9 == 0 ? 2 : 1;
  }
  const TrainingData data = made.data();
  const Relaxed relaxed(data,
                        {},
                        {.points = 30, .smallest_fraction = 0.02},
                        CaseWeights::ones(150).with_times(times));
  const survival::CoxLikelihood likelihood(std::get<SurvivalOutcome>(data.outcome),
                                           relaxed.weights,
                                           data.stratum,
                                           {},
                                           survival::Ties::breslow);
  const PathFit& path = relaxed.fits.path(0);
  ASSERT_EQ(relaxed.path.fitted(), path.points()) << relaxed.path.ended_because;
  for (Index point = 0; point < path.points(); ++point) {
    const auto features = relaxed.path.coefficients.features_at(point);
    const auto own = path.coefficients.features_at(point);
    ASSERT_TRUE(std::equal(features.begin(), features.end(), own.begin(), own.end()));
    EXPECT_EQ(relaxed.path.nonzero[at(point)], path.nonzero[at(point)]);
    std::vector<double> values;
    for (const Index feature : features) {
      for (Index subject = 0; subject < 150; ++subject) {
        values.push_back(feature < 25
                             ? static_cast<double>(made.marker_values[at(feature * 150 + subject)])
                             : made.clinical[0][at(subject)]);
      }
    }
    const auto newton = survival::fit_cox(likelihood, values);
    for (std::size_t place = 0; place < features.size(); ++place) {
      EXPECT_NEAR(
          relaxed.path.coefficients.values_at(point)[place], newton.coefficient[place], 1e-7)
          << "both end at a gradient of 1e-9; point " << point;
    }
    const double explained =
        (newton.log_likelihood - path.null_value) / (path.saturated_value - path.null_value);
    EXPECT_NEAR(relaxed.path.deviance_explained[at(point)], explained, 1e-9);
    EXPECT_GE(relaxed.path.deviance_explained[at(point)],
              path.deviance_explained[at(point)] - 1e-12);
  }
}

// More columns than subjects: the fits end before the columns outnumber what the outcome can tell.
TEST(Relaxed, EndsWhereColumnsOutnumberEvents) {
  test::SurvivalCase made(RandomKey(62), 60, 200, 0);
  const TrainingData data = made.data();
  const Relaxed relaxed(data, {}, {}, CaseWeights::ones(60));
  const RelaxedPath& path = relaxed.path;
  ASSERT_LT(path.points(), relaxed.fits.path(0).points());
  EXPECT_GT(path.fitted(), 5);
  EXPECT_FALSE(path.ended_because.empty());
  EXPECT_TRUE(std::isnan(path.deviance_explained.back()));
  EXPECT_TRUE(path.coefficients.features_at(path.points() - 1).empty());
  EXPECT_TRUE(path.status.back() == FitStatus::saturated ||
              path.status.back() == FitStatus::undefined);
  // The size of a ridge fit of the same columns, where there is a maximum, has a limit as its lambda falls.
  const auto ridge_size = [&](Index point, double lambda) {
    PenaltyOptions penalty{.l1_ratio = 0.0, .factor = std::vector<double>(200, left_out)};
    for (const Index feature : relaxed.fits.path(0).coefficients.features_at(point)) {
      penalty.factor[at(feature)] = 1.0;
    }
    const Relaxed ridge(data, penalty, {.values = {lambda}}, CaseWeights::ones(60));
    double sum = 0.0;
    for (const double value : ridge.fits.path(0).coefficients.values_at(0)) {
      sum += value * value;
    }
    return std::sqrt(sum);
  };
  const auto growth = [&](Index point) { // by a tenth of lambda, over that of the tenth before
    const double middle = ridge_size(point, 1e-4);
    return (ridge_size(point, 1e-5) - middle) / (middle - ridge_size(point, 1e-3));
  };
  EXPECT_GT(growth(path.points() - 1), 1.0); // without a maximum it goes on at least as a logarithm
  EXPECT_LT(growth(path.fitted() - 1), 0.5); // with one the distance falls with lambda
  for (Index point = 0; point < path.fitted(); ++point) {
    EXPECT_EQ(path.status[at(point)], FitStatus::converged);
    for (const double value : path.coefficients.values_at(point)) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(Relaxed, LeastSquaresEndsBeforeAsManyColumnsAsSubjects) {
  std::vector<std::vector<double>> columns;
  for (Index column = 0; column < 40; ++column) {
    columns.push_back(drawn(RandomKey(63).child(column), 15));
  }
  const Columns made(columns, ContinuousOutcome{.value = drawn(RandomKey(64), 15), .unit = ""});
  const Relaxed relaxed = made.relax({.l1_ratio = 0.5}, {.points = 60, .smallest_fraction = 1e-3});
  ASSERT_LT(relaxed.path.points(), relaxed.fits.path(0).points());
  EXPECT_TRUE(relaxed.path.status.back() == FitStatus::undefined ||
              relaxed.path.status.back() == FitStatus::saturated);
}

TEST(Relaxed, SeparatedClassesHaveNoFit) {
  const std::vector<double> x{-3, -2, -1.5, -1, -0.5, 0.4, 1, 1.2, 2, 3};
  const BinaryOutcome separated{.label = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1}};
  const Columns made({x}, separated);
  const Relaxed relaxed = made.relax();
  ASSERT_EQ(relaxed.path.points(), 2); // the null model, then x
  EXPECT_EQ(relaxed.path.fitted(), 1);
  EXPECT_EQ(relaxed.path.status[1], FitStatus::saturated);
  EXPECT_NE(relaxed.path.ended_because.find("separation"), std::string::npos);
  // One subject on the wrong side: a finite maximum, the same for each lambda.
  BinaryOutcome mixed = separated;
  mixed.label[3] = 1;
  const Columns other({x}, mixed);
  const Relaxed finite = other.relax();
  EXPECT_EQ(finite.path.fitted(), finite.fits.path(0).points());
  EXPECT_EQ(finite.path.coefficients.values_at(1)[0], finite.path.coefficients.values_at(30)[0]);
  // A limit holds a separated column back.
  const Relaxed limited = made.relax({.lower = {0.0}, .upper = {0.7}});
  EXPECT_EQ(limited.path.fitted(), limited.fits.path(0).points());
  EXPECT_NEAR(limited.path.coefficients.values_at(limited.path.points() - 1)[0], 0.7, 1e-12);
}

// One column tells one half of the subjects apart and is constant in the other: the deviance stays away from its bound.
TEST(Relaxed, QuasiSeparationIsFoundToo) {
  std::vector<double> half, noise = drawn(RandomKey(65), 40);
  BinaryOutcome outcome;
  for (Index i = 0; i < 40; ++i) {
    half.push_back(i < 10 ? 1.0 : 0.0);
    outcome.label.push_back(i < 10 || i % 2 == 0 ? 1 : 0); // all of the first ten are of class 1
  }
  const Columns made({half, noise}, outcome);
  const Relaxed relaxed = made.relax();
  EXPECT_EQ(relaxed.path.status.back(), FitStatus::undefined);
  EXPECT_NE(relaxed.path.ended_because.find("separation"), std::string::npos);
}

TEST(Relaxed, DependentColumnsHaveNoUniqueFit) {
  const auto x = drawn(RandomKey(66), 50), other = drawn(RandomKey(67), 50);
  std::vector<double> y;
  for (std::size_t i = 0; i < 50; ++i) {
    y.push_back(x[i] + 0.5 * other[i]);
  }
  const Columns made({x, other, x}, ContinuousOutcome{.value = y, .unit = ""});
  const Relaxed relaxed = made.relax({.l1_ratio = 0.5}); // the ridge part keeps both copies
  EXPECT_EQ(relaxed.path.status.back(), FitStatus::undefined);
  EXPECT_NE(relaxed.path.ended_because.find("dependent"), std::string::npos);
  EXPECT_TRUE(std::isnan(relaxed.path.deviance_explained.back()));
}

TEST(RelaxedCv, TheShareOneIsThePathAndTheChoiceIsTheSmallestLoss) {
  test::SurvivalCase made(RandomKey(68), 100, 40, 1);
  const TrainingData data = made.data();
  const CaseWeights weights = CaseWeights::ones(100);
  const auto run = [&](bool relax, int threads) {
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
    const FitItem item{weights, preparations[0], RandomKey(3)};
    const PenaltyOptions penalty;
    const PathRequest request{penalty, {.points = 40}};
    return cross_validate({data, {&item, 1}}, {&request, 1}, {.folds = 4, .relax = relax}, context)
        .front();
  };
  const CrossValidation with = run(true, 1), without = run(false, 1);
  EXPECT_FALSE(without.relaxed.has_value());
  EXPECT_EQ(with.loss, without.loss);
  EXPECT_EQ(with.stopped_at, without.stopped_at);
  ASSERT_TRUE(with.relaxed.has_value());
  const RelaxedValidation& relaxed = *with.relaxed;
  ASSERT_EQ(relaxed.curves.size(), 5U);
  EXPECT_EQ(relaxed.curves[4].gamma, 1.0);
  EXPECT_EQ(relaxed.curves[4].loss, with.loss);
  const double best = relaxed.curves[at(relaxed.best)].loss[at(relaxed.minimum)];
  for (const auto& curve : relaxed.curves) {
    EXPECT_LE(curve.loss.size(), with.loss.size());
    EXPECT_FALSE(curve.loss.empty());
    for (const double loss : curve.loss) {
      EXPECT_TRUE(std::isfinite(loss));
      EXPECT_GE(loss, best);
    }
  }
  EXPECT_LT(best, with.loss[at(with.minimum)]); // few strong columns: shrinkage costs
  const CrossValidation threads = run(true, 3);
  for (std::size_t curve = 0; curve < 5; ++curve) {
    EXPECT_EQ(threads.relaxed->curves[curve].loss, relaxed.curves[curve].loss);
  }
}

} // namespace
} // namespace vigil::penalized
