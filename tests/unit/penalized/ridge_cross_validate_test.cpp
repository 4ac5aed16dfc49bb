// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Held-out losses of ridge by the rows, where no fold has coefficients, beside those of the folds' own coefficients.
#include "vigil/penalized/cross_validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <cmath>
#include <string>
#include <variant>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 60, markers = 90, clinical = 2, folds = 4;
const PenaltyOptions ridge{.l1_ratio = 0.0};

struct Case {
  test::SurvivalCase made{RandomKey(91), subjects, markers, clinical};
  Outcome outcome;
  CaseWeights weights = CaseWeights::ones(subjects);

  explicit Case(bool continuous) {
    RandomStream draw(RandomKey(92));
    std::vector<double> value, sampling;
    for (Index i = 0; i < subjects; ++i) {
      value.push_back(5.0 + static_cast<double>(made.marker_values[at(i)]) + draw.normal());
      sampling.push_back(i % 11 == 3 ? 0.0 : 0.5 + draw.uniform());
      made.offset.push_back(0.3 * draw.normal());
    }
    for (Index j = 0; j < markers; ++j) {
      for (Index i = 0; i < subjects; ++i) {
        float& cell = made.marker_values[at(j * subjects + i)];
        cell = (i + j) % 17 == 0 ? std::nanf("") : 2.0F * cell + 1.0F;
      }
    }
    weights = weights.with_sampling(sampling);
    outcome = continuous ? Outcome(ContinuousOutcome{value, ""}) : Outcome(made.survival);
  }
  [[nodiscard]] TrainingData data() {
    const TrainingData parts = made.data();
    return {.features = parts.features,
            .clinical = parts.clinical,
            .outcome = outcome,
            .offset = parts.offset};
  }
  // x'b of one subject at one point, without intercept and offset.
  [[nodiscard]] double
  predictor(const PathFit& path, Index point, const Preparation& preparation, Index i) const {
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    double sum = 0.0;
    for (std::size_t k = 0; k < features.size(); ++k) {
      const double raw =
          features[k] < markers
              ? static_cast<double>(made.marker_values[at(features[k] * subjects + i)])
              : made.clinical[at(features[k] - markers)][at(i)];
      sum += values[k] * (raw == raw ? raw : preparation.column(features[k]).fill);
    }
    return sum;
  }
};

double log_likelihood(const TrainingData& data,
                      const CaseWeights& weights,
                      const std::vector<double>& eta) {
  const auto loss = make_loss(data, weights, survival::Ties::breslow);
  std::vector<double> rows;
  for (const Index subject : loss->subjects()) {
    rows.push_back(eta[at(subject)]);
  }
  return loss->value(rows);
}

void compare(bool continuous) {
  Case drawn(continuous);
  const TrainingData data = drawn.data();
  Scheduler scheduler(2);
  FitContext context{scheduler};
  const auto prepared = fit_preparations(data, {&drawn.weights, 1}, {}, scheduler);
  const FitItem item{drawn.weights, prepared[0], RandomKey(5)};
  const PathRequest request{ridge, {.points = 22, .smallest_fraction = 0.01}};
  const CvOptions options{.folds = folds,
                          .loss = continuous ? CvLoss::deviance : CvLoss::partial_likelihood,
                          .full_grid = true};
  const CrossValidation cv = cross_validate({data, {&item, 1}}, {&request, 1}, options, context)[0];
  ASSERT_EQ(cv.path.points(), 22);
  EXPECT_EQ(cv.path.nonzero.back(), markers + clinical);
  for (Index fold = 0; fold < folds; ++fold) {
    std::vector<std::uint32_t> times(at(subjects), 0);
    double held_out = 0.0;
    for (const Index i : drawn.weights.support()) {
      const bool out = cv.fold_of[0][at(i)] == fold + 1;
      times[at(i)] = out ? 0 : 1;
      held_out +=
          out && (continuous || drawn.made.survival.event[at(i)] == 1) ? drawn.weights[i] : 0.0;
    }
    const CaseWeights train = drawn.weights.with_times(times);
    const auto own = fit_preparations(data, {&train, 1}, {}, scheduler);
    const FitItem fit{train, own[0], RandomKey(1)};
    const PathFit path =
        fit_paths({data, {&fit, 1}}, ridge, {.values = cv.path.lambda}, context)[0];
    ASSERT_EQ(path.points(), 22);
    for (Index point = 0; point < path.points(); ++point) {
      std::vector<double> eta(at(subjects), 0.0);
      double squares = 0.0;
      for (const Index i : drawn.weights.support()) {
        eta[at(i)] = drawn.predictor(path, point, own[0], i);
        if (const auto* observed = std::get_if<ContinuousOutcome>(&drawn.outcome)) {
          const double distance = observed->value[at(i)] - eta[at(i)] - drawn.made.offset[at(i)] -
                                  path.intercept[at(point)];
          squares += times[at(i)] == 0 ? drawn.weights[i] * distance * distance : 0.0;
        }
      }
      const double expected =
          continuous
              ? squares / held_out
              : -2.0 *
                    (log_likelihood(data, drawn.weights, eta) - log_likelihood(data, train, eta)) /
                    held_out;
      // predictors of either way agree to 1e-10 or so, sums of 60 terms of size 1 to 10
      EXPECT_NEAR(cv.fold_loss[at(point * folds + fold)], expected, 1e-9 * (1.0 + expected))
          << "point " << point << ", fold " << fold;
    }
  }
}

TEST(RidgeCrossValidate, LossesAreThoseOfTheFoldsCoefficients) {
  compare(false);
}

TEST(RidgeCrossValidate, DevianceHasTheFoldsIntercept) {
  compare(true);
}

} // namespace
} // namespace vigil::penalized
