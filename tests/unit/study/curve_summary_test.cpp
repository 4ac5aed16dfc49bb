// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/curve_summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vigil {
namespace {

/// Two subjects with survival in steps at 1, 2 and 4; nothing is known later than 5.
class StepModel {
public:
  explicit StepModel(bool limits) : limits_(limits) {}

  [[nodiscard]] Prediction
  predict(const Covariates&, const PredictionRequest& request, FitContext&) const {
    Prediction prediction;
    prediction.score = {1.0, 2.0};
    prediction.risk = table(request.horizons);
    if (limits_) {
      prediction.lower = prediction.upper = prediction.risk;
    }
    if (request.curves) {
      prediction.curves = table(times_);
    }
    return prediction;
  }
  [[nodiscard]] FitStatus status() const { return FitStatus::converged; }
  [[nodiscard]] std::vector<SelectedFeature> selected() const { return {}; }
  [[nodiscard]] Record record() const { return Record("steps"); }

private:
  [[nodiscard]] RiskTable table(std::span<const double> horizons) const {
    RiskTable result = undefined_risk(2, horizons);
    for (Index number = 0; number < size_of(horizons); ++number) {
      const double time = horizons[at(number)];
      const int steps = time < 1 ? 0 : time < 2 ? 1 : time < 4 ? 2 : 3;
      const bool known = time <= 5.0;
      result.at_horizon(number)[0] =
          known ? 0.25 * steps : std::numeric_limits<double>::quiet_NaN();
      result.at_horizon(number)[1] =
          known ? 0.125 * steps : std::numeric_limits<double>::quiet_NaN();
    }
    return result;
  }
  std::vector<double> times_{1, 2, 4};
  bool limits_;
};

class CurveSummaryTest : public testing::Test {
protected:
  CurvePrediction predict(const CurveRequest& request, bool limits = false) {
    const FeatureMatrix features(2);
    const ClinicalBlock clinical(2);
    Scheduler scheduler(1);
    FitContext context{scheduler};
    return predict_curves(AnyModel(StepModel(limits)),
                          {.features = features, .clinical = clinical},
                          request,
                          context);
  }
};

TEST_F(CurveSummaryTest, RestrictedMeansByHand) {
  const std::vector<double> ends{3.0, 0.5, 5.0, 6.0};
  const auto found = predict({.horizons = {}, .restricted = ends, .quantiles = {}});
  ASSERT_EQ(found.restricted_mean.size(), 4U);
  EXPECT_EQ(found.restricted_mean[0], (std::vector<double>{1 + 0.75 + 0.5, 1 + 0.875 + 0.75}));
  EXPECT_EQ(found.restricted_mean[1], (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(found.restricted_mean[2],
            (std::vector<double>{1 + 0.75 + 2 * 0.5 + 0.25, 1 + 0.875 + 2 * 0.75 + 0.625}));
  EXPECT_TRUE(std::isnan(found.restricted_mean[3][0])); // beyond what the model knows
  EXPECT_TRUE(std::isnan(found.restricted_mean[3][1]));
}

TEST_F(CurveSummaryTest, QuantilesByHand) {
  const std::vector<double> quantiles{0.5, 0.1, 0.75};
  const auto found = predict({.horizons = {}, .restricted = {}, .quantiles = quantiles});
  EXPECT_EQ(found.time_quantile[0][0], 2.0); // S is 1/2 there
  EXPECT_TRUE(std::isnan(found.time_quantile[0][1]));
  EXPECT_EQ(found.time_quantile[1], (std::vector<double>{1.0, 1.0}));
  EXPECT_EQ(found.time_quantile[2][0], 4.0);
}

TEST_F(CurveSummaryTest, TheHorizonsAreThoseAskedFor) {
  const std::vector<double> horizons{4.0, 1.0}, ends{2.0};
  const auto found = predict({.horizons = horizons, .restricted = ends, .quantiles = {}}, true);
  const Prediction& prediction = found.prediction;
  EXPECT_EQ(prediction.risk.horizon, horizons);
  EXPECT_EQ(prediction.risk.value, (std::vector<double>{0.75, 0.375, 0.25, 0.125}));
  EXPECT_EQ(prediction.upper->value, prediction.risk.value);
  EXPECT_EQ(prediction.lower->horizon, horizons);
  EXPECT_FALSE(prediction.curves.has_value());
  EXPECT_EQ(prediction.score, (std::vector<double>{1.0, 2.0}));
}

TEST_F(CurveSummaryTest, WithoutRequestsItIsThePrediction) {
  const std::vector<double> horizons{4.0};
  const auto found = predict({.horizons = horizons, .restricted = {}, .quantiles = {}});
  EXPECT_EQ(found.prediction.risk.value, (std::vector<double>{0.75, 0.375}));
  EXPECT_TRUE(found.restricted_mean.empty());
  EXPECT_TRUE(found.time_quantile.empty());
}

} // namespace
} // namespace vigil
