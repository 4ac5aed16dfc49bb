// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_norms.hpp"

#include <gtest/gtest.h>

#include "tests/support/survival_case.hpp"
#include <cmath>
#include <limits>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr Index subjects = 30, markers = 42; // two beyond the last four

// Subject 4 counts `times` times, and every second marker says little of the others.
struct Case {
  test::SurvivalCase made{RandomKey(5), subjects, markers, 0};
  CaseWeights weights = CaseWeights::ones(subjects);

  explicit Case(std::uint32_t times) {
    for (Index marker = 0; marker < markers; marker += 2) {
      for (Index i = 0; i < subjects; ++i) {
        made.marker_values[at(marker * subjects + i)] *= i == 4 ? 5.0F : 0.1F;
      }
    }
    std::vector<std::uint32_t> counted(at(subjects), 1);
    counted[4] = times;
    weights = weights.with_times(counted);
  }
};

// Root of sum w z^2, z centred and scaled by the preparation.
double plain_norm(const Case& the, const Preparation& preparation, Index marker) {
  double sum = 0.0;
  for (Index i = 0; i < subjects; ++i) {
    const auto rule = preparation.column(marker);
    const double z =
        (static_cast<double>(the.made.marker_values[at(marker * subjects + i)]) - rule.centre) /
        rule.scale;
    sum += the.weights[i] * z * z;
  }
  return std::sqrt(sum);
}

TEST(MarkerNorms, AreNeverBelowThoseOfTheFitsOwnWeights) {
  Scheduler scheduler(1);
  for (const std::uint32_t times : {1U, 3U, 12U}) {
    Case the(times);
    const TrainingData data = the.made.data();
    const CaseWeights ones = CaseWeights::ones(subjects);
    for (const CaseWeights& prepared_on : {ones, the.weights}) {
      const auto preparation = fit_preparations(data, {&prepared_on, 1}, {}, scheduler);
      const FitItem item{the.weights, preparation[0], RandomKey(1)};
      const std::vector<float> factor(at(markers), 1.0F);
      const MarkerNorms norms = marker_norms(data, item, prepared_on, factor);
      for (Index marker = 0; marker < markers; ++marker) {
        const double plain = plain_norm(the, preparation[0], marker);
        EXPECT_GE(static_cast<double>(norms.norm[at(marker)]), plain) << times << " " << marker;
        EXPECT_GE(norms.uncentred[at(marker)], norms.norm[at(marker)]);
        if (prepared_on[4] == the.weights[4]) { // then it is that norm
          EXPECT_LT(static_cast<double>(norms.norm[at(marker)]), 1.0001 * plain);
        }
      }
    }
  }
}

TEST(MarkerNorms, AreInfiniteWhereARowCountsThatDidNotCountInThePreparation) {
  Scheduler scheduler(1);
  Case the(1);
  std::vector<std::uint32_t> without(at(subjects), 1);
  without[7] = 0;
  const TrainingData data = the.made.data();
  const CaseWeights prepared_on = the.weights.with_times(without);
  const auto preparation = fit_preparations(data, {&prepared_on, 1}, {}, scheduler);
  const FitItem item{the.weights, preparation[0], RandomKey(1)};
  const MarkerNorms norms =
      marker_norms(data, item, prepared_on, std::vector<float>(at(markers), 1.0F));
  EXPECT_EQ(norms.norm[0], std::numeric_limits<float>::infinity());
}

TEST(MarkerNorms, CentreAndScaleArePreparedOnesOfTheStoredColumn) {
  Scheduler scheduler(1);
  Case the(1);
  for (Index i = 0; i < subjects; ++i) { // a scale whose inverse is no normal float
    the.made.marker_values[at(3 * subjects + i)] *= 1e38F;
  }
  const TrainingData data = the.made.data();
  const auto preparation = fit_preparations(data, {&the.weights, 1}, {}, scheduler);
  const FitItem item{the.weights, preparation[0], RandomKey(1)};
  const MarkerNorms norms =
      marker_norms(data, item, the.weights, std::vector<float>(at(markers), 1.0F));
  for (Index marker = 0; marker < markers; ++marker) {
    const auto rule = preparation[0].column(marker);
    if (marker == 3) {
      ASSERT_GT(rule.scale, 8.6e37);
      EXPECT_EQ(norms.inverse_scale[3], 0.0F);
      EXPECT_EQ(norms.norm[3], std::numeric_limits<float>::infinity());
      EXPECT_EQ(norms.uncentred[3], std::numeric_limits<float>::infinity());
    } else {
      EXPECT_EQ(norms.centre[at(marker)],
                static_cast<float>(rule.centre - data.features.offset(marker)));
      EXPECT_EQ(norms.inverse_scale[at(marker)], static_cast<float>(1.0 / rule.scale));
    }
  }
}

TEST(MarkerNorms, AMarkerThatIsNotKeptHasAHugeFactorAndNoNorm) {
  Scheduler scheduler(1);
  Case the(1);
  const TrainingData data = the.made.data();
  const auto preparation = fit_preparations(data, {&the.weights, 1}, {}, scheduler);
  std::vector<double> factor(at(markers), 1.0);
  factor[3] = -1.0;
  const auto floats = marker_factors(factor, markers);
  EXPECT_GT(floats[3], 1e20F);
  EXPECT_EQ(floats[2], 1.0F);
  const FitItem item{the.weights, preparation[0], RandomKey(1)};
  const MarkerNorms norms = marker_norms(data, item, the.weights, floats);
  EXPECT_EQ(norms.norm[3], 0.0F);
  EXPECT_GT(norms.norm[2], 0.0F);
}

// All standardised columns have the norm root W: the kernel of the bounds then reads one instead of a list.
TEST(MarkerNorms, AreOneWhereColumnsAreStandardisedKeptAndOfOneFactor) {
  Scheduler scheduler(1);
  Case the(3);
  const TrainingData data = the.made.data();
  const auto norms_of = [&](bool standardize, const std::vector<float>& factor) {
    const auto preparation =
        fit_preparations(data, {&the.weights, 1}, {.standardize = standardize}, scheduler);
    return marker_norms(data, {the.weights, preparation[0], RandomKey(1)}, the.weights, factor);
  };
  std::vector<float> factor(at(markers), 1.0F);
  const MarkerNorms norms = norms_of(true, factor);
  EXPECT_TRUE(norms.same);
  for (const float norm : norms.norm) {
    EXPECT_EQ(norm, norms.norm[0]);
    EXPECT_GE(static_cast<double>(norm), std::sqrt(the.weights.total()));
  }
  EXPECT_FALSE(norms_of(false, factor).same);
  factor[5] = 0.5F;
  EXPECT_FALSE(norms_of(true, factor).same);
  factor[5] = marker_factors(std::vector<double>{-1.0}, 1)[0];
  EXPECT_FALSE(norms_of(true, factor).same);
}

} // namespace
} // namespace vigil::penalized
