// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/efficient_score.hpp"

#include "vigil/numeric/sums.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace vigil::survival {

namespace {

constexpr double least_share = 1e-9; // of what a difference is taken of

ScoreFault fault_of(double positive, double own, double efficient) {
  if (!std::isfinite(positive) || !std::isfinite(efficient)) {
    return ScoreFault::too_large;
  }
  if (!(own > least_share * positive)) {
    return ScoreFault::no_variation;
  }
  return efficient > least_share * own ? ScoreFault::none : ScoreFault::collinear;
}

} // namespace

double ScoreTest::z() const noexcept {
  return fault == ScoreFault::none ? score / std::sqrt(information)
                                   : std::numeric_limits<double>::quiet_NaN();
}

EfficientScore::EfficientScore(const CoxLikelihood& likelihood,
                               CoxPoint point,
                               std::vector<double> adjusted)
    : likelihood_(likelihood), point_(std::move(point)),
      order_(likelihood.rows() == 0 ? 0 : size_of(adjusted) / likelihood.rows()),
      adjusted_(std::move(adjusted)) {
  for (Index column = 0; column < order_; ++column) {
    const auto product = likelihood_.multiply_information(point_, column_of(adjusted_, column));
    product_.insert(product_.end(), product.begin(), product.end());
  }
  inverse_ =
      CholeskyFactor(likelihood_.information(point_, adjusted_), order_, least_share).inverse();
  for (Index stratum = 0; stratum < likelihood_.strata(); ++stratum) {
    curvatures_.push_back(likelihood_.stratum_curvature(stratum, point_));
  }
}

void EfficientScore::test(std::span<const EightLanes> columns, std::span<ScoreTest> out) const {
  VIGIL_EXPECTS(size_of(columns) == rows() && size_of(out) == EightLanes::count);
  const auto own = likelihood_.lane_information(curvatures_, columns);
  const EightLanes score = dot(point_.residual, columns);
  std::vector<EightLanes> mixed; // I_zx
  for (Index column = 0; column < order_; ++column) {
    mixed.push_back(dot(column_of(product_, column), columns));
  }
  EightLanes efficient = own.value();
  for (Index column = 0; column < order_; ++column) {
    EightLanes solution;
    for (Index other = 0; other < order_; ++other) {
      solution += inverse_[at(column * order_ + other)] * mixed[at(other)];
    }
    efficient -= mixed[at(column)] * solution;
  }
  for (Index lane = 0; lane < EightLanes::count; ++lane) {
    out[at(lane)] = {.score = score[lane],
                     .information = efficient[lane],
                     .fault = fault_of(own.positive[lane], own.value()[lane], efficient[lane])};
  }
}

std::vector<double> EfficientScore::direction(std::span<const double> multiplier) const {
  std::vector<double> result = likelihood_.score_direction(point_, multiplier);
  std::vector<double> adjusted_sum;
  for (Index column = 0; column < order_; ++column) {
    adjusted_sum.push_back(dot(column_of(adjusted_, column), result));
  }
  for (Index column = 0; column < order_; ++column) {
    const double factor =
        dot(std::span(inverse_).subspan(at(column * order_), at(order_)), adjusted_sum);
    const auto product = column_of(product_, column);
    for (Index row = 0; row < rows(); ++row) {
      result[at(row)] -= factor * product[at(row)];
    }
  }
  return result;
}

} // namespace vigil::survival
