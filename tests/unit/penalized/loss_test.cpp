// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/random.hpp"
#include "vigil/penalized/cox_loss.hpp"
#include "vigil/penalized/gaussian_loss.hpp"
#include "vigil/penalized/logistic_loss.hpp"
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/poisson_loss.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace vigil::penalized {
namespace {

using test::relative;

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Family { gaussian, binomial, poisson };

/// Rows of a regression with an intercept.
struct Rows {
  std::vector<double> response, weight, offset;
  [[nodiscard]] Index count() const { return size_of(response); }
};

std::unique_ptr<const Loss> loss_of(Family family, const Rows& rows) {
  const auto weights = CaseWeights::ones(rows.count()).with_sampling(rows.weight);
  if (family == Family::gaussian) {
    return make_gaussian_loss({.value = rows.response, .unit = "1"}, weights, rows.offset);
  }
  if (family == Family::poisson) {
    return make_poisson_loss({.count = rows.response}, weights, rows.offset);
  }
  BinaryOutcome outcome;
  for (const double value : rows.response) {
    outcome.label.push_back(value > 0.0 ? 1 : 0);
  }
  return make_logistic_loss(outcome, weights, rows.offset);
}

/// The log-likelihood of the textbook at one intercept; Poisson without its constant sum w log(y!).
double plain_value(Family family, const Rows& rows, double intercept, std::span<const double> eta) {
  double value = 0.0;
  for (std::size_t i = 0; i < rows.response.size(); ++i) {
    const double linear = intercept + eta[i] + rows.offset[i], y = rows.response[i];
    double term = 0.0;
    if (family == Family::gaussian) {
      term = -0.5 * (y - linear) * (y - linear);
    } else if (family == Family::binomial) {
      const double p = 1.0 / (1.0 + std::exp(-linear));
      term = y > 0.0 ? std::log(p) : std::log(1.0 - p);
    } else {
      term = y * linear - std::exp(linear);
    }
    value += rows.weight[i] * term;
  }
  return value;
}

Rows draw_rows(Family family, Index count, std::uint64_t seed = 1) {
  RandomStream draw(RandomKey(seed).child("rows"));
  Rows rows;
  for (Index i = 0; i < count; ++i) {
    rows.offset.push_back(0.4 * draw.normal());
    rows.weight.push_back(0.2 + draw.exponential());
    const double signal = 0.3 + 1.2 * draw.normal();
    rows.response.push_back(family == Family::gaussian   ? signal
                            : family == Family::binomial ? (signal > 0.0 ? 1.0 : 0.0)
                                                         : std::floor(std::exp(signal)));
  }
  return rows;
}

std::vector<double> draw_values(Index count, const char* name, double scale = 1.0) {
  RandomStream draw(RandomKey(5).child(name));
  std::vector<double> values(at(count));
  for (double& value : values) {
    value = scale * draw.normal();
  }
  return values;
}

double total(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> moved(std::span<const double> eta, std::span<const double> by, double times) {
  std::vector<double> result(eta.begin(), eta.end());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += times * by[i];
  }
  return result;
}

double dot_of(std::span<const double> left, std::span<const double> right) {
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

class InterceptLosses : public testing::TestWithParam<Family> {};

TEST_P(InterceptLosses, HaveTheValueOfTheFormulaAtTheirIntercept) {
  const Rows rows = draw_rows(GetParam(), 40);
  const auto loss = loss_of(GetParam(), rows);
  for (const auto& eta : {std::vector<double>(40, 0.0), draw_values(40, "eta")}) {
    const LossPoint point = loss->evaluate(eta);
    const double expected = plain_value(GetParam(), rows, point.intercept, eta);
    EXPECT_NEAR(point.value, expected, relative(expected, 1e-13, "sums of 40 terms"));
    EXPECT_EQ(loss->value(eta), point.value);
  }
}

TEST_P(InterceptLosses, MaximiseOverTheIntercept) {
  const Rows rows = draw_rows(GetParam(), 40);
  const auto loss = loss_of(GetParam(), rows);
  const auto eta = draw_values(40, "eta", 2.0);
  const LossPoint point = loss->evaluate(eta);
  EXPECT_NEAR(total(point.residual), 0.0, 1e-13 * loss->total_weight());
  const auto value = [&](double step) {
    return plain_value(GetParam(), rows, point.intercept + step, eta);
  };
  EXPECT_LT(value(1e-3), point.value);
  EXPECT_LT(value(-1e-3), point.value);
}

TEST_P(InterceptLosses, HaveResidualsThatAreTheDerivativeOfTheValue) {
  const Rows rows = draw_rows(GetParam(), 25);
  const auto loss = loss_of(GetParam(), rows);
  const auto eta = draw_values(25, "eta");
  const auto residual = loss->evaluate(eta).residual;
  constexpr double step = 1e-5;
  for (Index i = 0; i < 25; ++i) {
    std::vector<double> unit(25, 0.0);
    unit[at(i)] = 1.0;
    const double slope =
        (loss->value(moved(eta, unit, step)) - loss->value(moved(eta, unit, -step))) / (2.0 * step);
    // Rounding of the value over the step, 1e-15 x 100 / 1e-5, and the third derivative times step^2.
    EXPECT_NEAR(residual[at(i)], slope, 2e-8) << "row " << i;
  }
}

TEST_P(InterceptLosses, HaveTheCurvatureOfTheProfileLikelihood) {
  const Rows rows = draw_rows(GetParam(), 25);
  const auto loss = loss_of(GetParam(), rows);
  const auto eta = draw_values(25, "eta");
  const auto curvature = loss->curvature(eta);
  ASSERT_EQ(curvature->positive_rows(), 25);
  ASSERT_EQ(curvature->negative_rows(), 0);
  const std::vector<std::vector<double>> columns{
      draw_values(25, "first"), draw_values(25, "second"), std::vector<double>(25, 3.0)};
  std::vector<std::vector<double>> factor(3, std::vector<double>(25));
  for (std::size_t j = 0; j < 3; ++j) {
    curvature->transform(columns[j], factor[j], {});
  }
  constexpr double step = 1e-5;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto ahead = loss->evaluate(moved(eta, columns[k], step)).residual,
               behind = loss->evaluate(moved(eta, columns[k], -step)).residual;
    for (std::size_t j = 0; j < 3; ++j) {
      const double difference =
          -(dot_of(columns[j], ahead) - dot_of(columns[j], behind)) / (2.0 * step);
      EXPECT_NEAR(dot_of(factor[j], factor[k]), difference, 1e-7) << j << ", " << k;
    }
  }
  EXPECT_NEAR(dot_of(factor[2], factor[2]), 0.0, 1e-26) << "a constant column has no curvature";
}

TEST_P(InterceptLosses, TransformBackByTheTransposedMap) {
  const auto loss = loss_of(GetParam(), draw_rows(GetParam(), 25));
  const auto curvature = loss->curvature(draw_values(25, "eta"));
  const auto column = draw_values(25, "column"), right = draw_values(25, "right");
  std::vector<double> positive(25), back(25);
  curvature->transform(column, positive, {});
  curvature->transform_back(right, back);
  EXPECT_NEAR(dot_of(back, column), dot_of(right, positive), 1e-12);
}

// Eight columns at a time where there is one factor, with a rest; one by one with Efron's ties.
TEST(CoxCurvature, TransformsColumnsTogetherAsEachAlone) {
  constexpr Index rows = 40, count = 19, first = 2;
  SurvivalOutcome outcome;
  const auto drawn = draw_values(rows, "time");
  std::vector<Index> stratum;
  for (Index row = 0; row < rows; ++row) {
    outcome.time.push_back(1.0 + std::floor(3.0 * std::fabs(drawn[at(row)]))); // with ties
    outcome.event.push_back(row % 3 == 0 ? 0 : 1);
    stratum.push_back(row % 2);
  }
  for (const auto ties : {survival::Ties::breslow, survival::Ties::efron}) {
    const CoxLoss loss(outcome, CaseWeights::ones(rows), stratum, {}, ties);
    const auto curvature = loss.curvature(draw_values(rows, "eta"));
    EXPECT_EQ(curvature->negative_rows() > 0, ties == survival::Ties::efron);
    GrowingMatrix columns = zeros(rows, count), positive = zeros(curvature->positive_rows(), count),
                  negative = zeros(curvature->negative_rows(), count);
    for (Index column = 0; column < count; ++column) {
      const auto values = draw_values(rows, ("column " + std::to_string(column)).c_str());
      std::copy(values.begin(), values.end(), columns.column(column).begin());
    }
    curvature->transform_columns(view(columns), first, positive, negative);
    for (Index column = 0; column < count; ++column) {
      std::vector<double> above(at(positive.rows()), 0.0), below(at(negative.rows()), 0.0);
      if (column >= first) {
        curvature->transform(columns.column(column), above, below);
      }
      EXPECT_TRUE(std::equal(above.begin(), above.end(), positive.column(column).begin()));
      EXPECT_TRUE(std::equal(below.begin(), below.end(), negative.column(column).begin()));
    }
  }
}

TEST_P(InterceptLosses, CountAWeightOfTwoAsTheRowTwice) {
  Rows rows = draw_rows(GetParam(), 30), twice = rows;
  auto eta = draw_values(30, "eta"), eta_twice = eta;
  for (const std::size_t row : {3U, 17U}) {
    twice.response.push_back(rows.response[row]);
    twice.weight.push_back(rows.weight[row]);
    twice.offset.push_back(rows.offset[row]);
    eta_twice.push_back(eta[row]);
    rows.weight[row] *= 2.0;
  }
  const auto left = loss_of(GetParam(), rows), right = loss_of(GetParam(), twice);
  const LossPoint one = left->evaluate(eta), two = right->evaluate(eta_twice);
  EXPECT_NEAR(one.value, two.value, relative(two.value, 1e-14, "order of the sums"));
  EXPECT_NEAR(one.intercept, two.intercept, 1e-14);
  EXPECT_NEAR(one.residual[3], two.residual[3] + two.residual[30], 1e-13);
  EXPECT_NEAR(one.residual[5], two.residual[5], 1e-13);
  EXPECT_NEAR(left->saturated_value(), right->saturated_value(), 1e-12);
  EXPECT_NEAR(left->total_weight(), right->total_weight(), 1e-12);
  EXPECT_EQ(left->event_weight(), left->total_weight());
}

TEST_P(InterceptLosses, ReadNothingOfASubjectOfWeightZero) {
  Rows rows = draw_rows(GetParam(), 30), without;
  auto eta = draw_values(30, "eta");
  rows.weight[0] = rows.weight[12] = 0.0;
  rows.offset[0] = std::nan("");
  rows.response[12] = GetParam() == Family::binomial ? 0.0 : infinity;
  std::vector<double> eta_without;
  std::vector<Index> subjects;
  for (std::size_t i = 0; i < 30; ++i) {
    if (rows.weight[i] > 0.0) {
      without.response.push_back(rows.response[i]);
      without.weight.push_back(rows.weight[i]);
      without.offset.push_back(rows.offset[i]);
      eta_without.push_back(eta[i]);
      subjects.push_back(static_cast<Index>(i));
    }
  }
  const auto left = loss_of(GetParam(), rows), right = loss_of(GetParam(), without);
  ASSERT_EQ(left->rows(), 28);
  EXPECT_TRUE(std::equal(
      subjects.begin(), subjects.end(), left->subjects().begin(), left->subjects().end()));
  const LossPoint one = left->evaluate(eta_without), two = right->evaluate(eta_without);
  EXPECT_EQ(one.value, two.value);
  EXPECT_EQ(one.residual, two.residual);
}

TEST_P(InterceptLosses, AddTheOffsetToTheLinearPredictor) {
  const Rows rows = draw_rows(GetParam(), 30);
  Rows without = rows;
  without.offset.assign(30, 0.0);
  const auto eta = draw_values(30, "eta");
  const LossPoint one = loss_of(GetParam(), rows)->evaluate(eta),
                  two = loss_of(GetParam(), without)->evaluate(moved(eta, rows.offset, 1.0));
  EXPECT_NEAR(one.value, two.value, relative(two.value, 1e-13, "rounding"));
  EXPECT_NEAR(one.intercept, two.intercept, 1e-13);
}

TEST_P(InterceptLosses, DoNotChangeWithAConstant) {
  const Rows rows = draw_rows(GetParam(), 30);
  const auto loss = loss_of(GetParam(), rows);
  const auto eta = draw_values(30, "eta");
  const LossPoint base = loss->evaluate(eta);
  for (const double constant : {-1000.0, -3.0, 500.0}) {
    const LossPoint point = loss->evaluate(moved(eta, std::vector<double>(30, 1.0), constant));
    const double lost = 1e-15 * std::fabs(constant) * loss->total_weight();
    EXPECT_NEAR(point.value, base.value, lost);
    EXPECT_NEAR(point.intercept + constant, base.intercept, 1e-15 * std::fabs(constant) + 1e-12);
    for (Index i = 0; i < 30; ++i) {
      EXPECT_NEAR(point.residual[at(i)], base.residual[at(i)], lost);
    }
  }
}

TEST_P(InterceptLosses, StayFiniteFarOut) {
  const Rows rows = draw_rows(GetParam(), 60);
  const auto loss = loss_of(GetParam(), rows);
  for (const double scale : {10.0, 100.0, 1000.0}) {
    const auto eta = draw_values(60, "eta", scale);
    const LossPoint point = loss->evaluate(eta);
    EXPECT_TRUE(std::isfinite(point.value));
    EXPECT_TRUE(std::isfinite(point.intercept));
    double size = 0.0;
    for (const double residual : point.residual) {
      size += std::fabs(residual);
    }
    EXPECT_NEAR(total(point.residual), 0.0, 1e-13 * size) << "scale " << scale;
    std::vector<double> factor(60);
    loss->curvature(eta)->transform(draw_values(60, "column"), factor, {});
    EXPECT_TRUE(std::all_of(
        factor.begin(), factor.end(), [](double value) { return std::isfinite(value); }));
  }
}

TEST_P(InterceptLosses, HaveNoValueOnOverflow) {
  const Rows rows = draw_rows(GetParam(), 10);
  const auto loss = loss_of(GetParam(), rows);
  auto eta = draw_values(10, "eta");
  eta[4] = infinity;
  EXPECT_EQ(loss->value(eta), -infinity);
  EXPECT_EQ(loss->evaluate(eta).value, -infinity);
  eta[4] = std::nan("");
  EXPECT_EQ(loss->value(eta), -infinity);
  eta[4] = 1e300;
  EXPECT_FALSE(std::isnan(loss->value(eta)));
}

TEST_P(InterceptLosses, AreBelowTheSaturatedValue) {
  const Rows rows = draw_rows(GetParam(), 40);
  const auto loss = loss_of(GetParam(), rows);
  EXPECT_LT(loss->value(draw_values(40, "eta")), loss->saturated_value());
  EXPECT_TRUE(loss->undefined_because().empty());
  EXPECT_TRUE(loss->has_intercept());
}

INSTANTIATE_TEST_SUITE_P(Each,
                         InterceptLosses,
                         testing::Values(Family::gaussian, Family::binomial, Family::poisson),
                         [](const auto& each) {
                           return std::string(each.param == Family::gaussian   ? "gaussian"
                                              : each.param == Family::binomial ? "binomial"
                                                                               : "poisson");
                         });

Rows plain_rows(std::vector<double> response) {
  const std::size_t count = response.size();
  return {std::move(response), std::vector<double>(count, 1.0), std::vector<double>(count, 0.0)};
}

TEST(GaussianLoss, IsTheSumOfSquaresAboutTheMeanWithoutCovariates) {
  const auto loss = loss_of(Family::gaussian, plain_rows({1.0, 2.0, 6.0}));
  const LossPoint point = loss->evaluate(std::vector<double>(3, 0.0));
  EXPECT_EQ(point.intercept, 3.0);
  EXPECT_EQ(point.value, -7.0); // -(4 + 1 + 9) / 2
  EXPECT_EQ(point.residual, (std::vector<double>{-2.0, -1.0, 3.0}));
  EXPECT_EQ(loss->saturated_value(), 0.0);
  EXPECT_EQ(loss->events(), 3);
}

TEST(LogisticLoss, HasTheLogOddsAsInterceptWithoutCovariates) {
  Rows rows = plain_rows({1.0, 0.0, 0.0, 1.0});
  rows.weight = {1.0, 2.0, 3.0, 4.0};
  const auto loss = loss_of(Family::binomial, rows);
  const LossPoint point = loss->evaluate(std::vector<double>(4, 0.0));
  EXPECT_NEAR(point.intercept, 0.0, 1e-15); // 5 of 10
  EXPECT_NEAR(point.value, -10.0 * std::log(2.0), 1e-14);
  rows.weight[3] = 1.0;
  const LossPoint fewer = loss_of(Family::binomial, rows)->evaluate(std::vector<double>(4, 0.0));
  EXPECT_NEAR(fewer.intercept, std::log(2.0 / 5.0), 1e-15);
  EXPECT_NEAR(fewer.value, 2.0 * std::log(2.0 / 7.0) + 5.0 * std::log(5.0 / 7.0), 1e-14);
}

TEST(LogisticLoss, SolvesTwoLevelsInClosedForm) {
  // p = z t / (1 + z t) at two levels with equal weight: sum p = 1 makes the intercept minus the mean of the levels.
  const auto loss = loss_of(Family::binomial, plain_rows({1.0, 0.0}));
  for (const double gap : {1.0, 30.0, 600.0, 2000.0}) {
    const std::vector<double> eta{gap, 0.0};
    const LossPoint point = loss->evaluate(eta);
    EXPECT_NEAR(total(point.residual), 0.0, 1e-15);
    EXPECT_NEAR(point.value, -2.0 * std::log1p(std::exp(-0.5 * gap)), 1e-15);
    EXPECT_NEAR(point.intercept, -0.5 * gap, gap > 60.0 ? gap : 1e-15 * std::exp(0.5 * gap))
        << "flat where p is 0 or 1 to rounding";
  }
}

TEST(LogisticLoss, FindsAnInterceptBesideAPlateau) {
  // Half of the rows at -1000, half at 1000, three in ten are ones: the intercept lies at the upper level, where
  // p = 0.6 among the upper rows.
  std::vector<double> label, eta;
  for (int i = 0; i < 20; ++i) {
    label.push_back(i % 10 < 3 ? 1.0 : 0.0);
    eta.push_back(i % 2 == 0 ? -1000.0 : 1000.0);
  }
  const LossPoint point = loss_of(Family::binomial, plain_rows(label))->evaluate(eta);
  EXPECT_NEAR(point.intercept, -1000.0 + std::log(0.6 / 0.4), 1e-12);
  EXPECT_NEAR(total(point.residual), 0.0, 1e-12);
}

TEST(LogisticLoss, SeparatedClassesReachTheSaturatedValue) {
  const Rows rows = plain_rows({1.0, 1.0, 0.0, 0.0, 0.0});
  const auto loss = loss_of(Family::binomial, rows);
  const std::vector<double> eta{1e3, 1e3, -1e3, -1e3, -1e3};
  const LossPoint point = loss->evaluate(eta);
  EXPECT_EQ(point.value, 0.0);
  std::vector<double> factor(5, 1.0);
  loss->curvature(eta)->transform(std::vector<double>{1.0, 2.0, 3.0, 4.0, 5.0}, factor, {});
  for (const double value : factor) {
    EXPECT_TRUE(std::isfinite(value));
    EXPECT_LT(std::fabs(value), 1e-6);
  }
}

TEST(LogisticLoss, KeepsARareClassAccurate) {
  // One in a million by weight: the residual of the rare row is its weight to the last digits.
  Rows rows = plain_rows({1.0, 0.0, 0.0});
  rows.weight = {1e-6, 0.5, 0.5};
  const LossPoint point = loss_of(Family::binomial, rows)->evaluate(std::vector<double>(3, 0.0));
  EXPECT_NEAR(point.intercept, std::log(1e-6), 1e-14);
  EXPECT_NEAR(total(point.residual), 0.0, 1e-21);
}

TEST(LogisticLoss, CountsTheRarerClass) {
  EXPECT_EQ(loss_of(Family::binomial, plain_rows({1.0, 1.0, 1.0, 0.0}))->events(), 1);
  EXPECT_EQ(loss_of(Family::binomial, plain_rows({0.0, 1.0, 0.0, 0.0, 1.0}))->events(), 2);
}

TEST(PoissonLoss, HasTheLogMeanAsInterceptWithoutCovariates) {
  const auto loss = loss_of(Family::poisson, plain_rows({0.0, 3.0, 6.0}));
  const LossPoint point = loss->evaluate(std::vector<double>(3, 0.0));
  EXPECT_NEAR(point.intercept, std::log(3.0), 1e-15);
  EXPECT_NEAR(point.value, 9.0 * std::log(3.0) - 9.0, 1e-14);
  EXPECT_NEAR(
      loss->saturated_value(), 3.0 * std::log(3.0) - 3.0 + 6.0 * std::log(6.0) - 6.0, 1e-14);
  EXPECT_EQ(loss->events(), 3);
}

TEST(PoissonLoss, SharesTheCountsInProportionToTheExposure) {
  Rows rows = plain_rows({2.0, 4.0});
  rows.offset = {std::log(10.0), std::log(20.0)};
  const auto point = loss_of(Family::poisson, rows)->evaluate(std::vector<double>(2, 0.0));
  EXPECT_NEAR(point.intercept, std::log(0.2), 1e-15);
  EXPECT_NEAR(point.residual[0], 0.0, 1e-15);
  EXPECT_NEAR(point.value, loss_of(Family::poisson, rows)->saturated_value(), 1e-14);
}

TEST(InterceptLoss, SaysWhyNothingCanBeFitted) {
  const auto reason = [](Family family, const Rows& rows) {
    return std::string(loss_of(family, rows)->undefined_because());
  };
  EXPECT_EQ(reason(Family::gaussian, plain_rows({0.1, 0.1, 0.1})), "constant outcome");
  EXPECT_EQ(reason(Family::binomial, plain_rows({1.0, 1.0})), "one class");
  EXPECT_EQ(reason(Family::binomial, plain_rows({0.0, 0.0})), "one class");
  EXPECT_EQ(reason(Family::poisson, plain_rows({0.0, 0.0})), "no events");
  Rows moved_by_offset = plain_rows({0.1, 0.2, 0.3});
  moved_by_offset.offset = {1.1, 1.2, 1.3};
  EXPECT_EQ(reason(Family::gaussian, moved_by_offset), "constant outcome");
  Rows one_left = plain_rows({1.0, 0.0, 1.0});
  one_left.weight[1] = 0.0;
  EXPECT_EQ(reason(Family::binomial, one_left), "one class");
  one_left.weight = {0.0, 0.0, 0.0};
  for (const Family family : {Family::gaussian, Family::binomial, Family::poisson}) {
    EXPECT_FALSE(reason(family, one_left).empty());
    EXPECT_EQ(loss_of(family, one_left)->evaluate({}).value, 0.0);
  }
}

TEST(InterceptLoss, IsAtItsLimitWhereNothingCanBeFitted) {
  const std::vector<double> eta{0.5, -0.5, 2.0};
  const auto one_class = loss_of(Family::binomial, plain_rows({1.0, 1.0, 1.0}))->evaluate(eta);
  EXPECT_EQ(one_class.value, 0.0);
  EXPECT_EQ(one_class.intercept, infinity);
  EXPECT_EQ(one_class.residual, (std::vector<double>(3, 0.0)));
  const auto no_events = loss_of(Family::poisson, plain_rows({0.0, 0.0, 0.0}));
  EXPECT_EQ(no_events->evaluate(eta).value, 0.0);
  EXPECT_EQ(no_events->evaluate(eta).intercept, -infinity);
  std::vector<double> factor(3, 1.0);
  no_events->curvature(eta)->transform(eta, factor, {});
  EXPECT_EQ(factor, (std::vector<double>(3, 0.0)));
}

} // namespace
} // namespace vigil::penalized
