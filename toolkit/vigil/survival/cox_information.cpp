// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/cross_products.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::survival {

// One factor, rows from the last to the first: with S_i the sum of `relative` from row i on and xbar_i the mean of
// the rows from i on,
//   z_i = sqrt(A_i relative_i S_{i+1} / S_i) (x_i - xbar_{i+1}),   xbar_i = xbar_{i+1} + relative_i / S_i (x_i - xbar_{i+1})
// where A_i is the cumulative hazard up to row i. A row without relative hazard, or the last one, gives 0.
//
// Two factors: P has sqrt(expected_i) (x_i - mean), N the risk-set means at each denominator; mean weighted by expected.
CoxLikelihood::StratumCurvature CoxLikelihood::stratum_curvature(Index number,
                                                                 const CoxPoint& point) const {
  const Stratum& stratum = stratum_[at(number)];
  StratumCurvature result{.stratum = number};
  if (stratum.first_time == stratum.end_time) {
    return result;
  }
  const Index length = stratum.end_row - stratum.first_row;
  result.positive_rows = length;
  result.root.assign(at(length), 0.0);
  result.step.assign(at(length), 0.0);
  if (stratum.one_factor) {
    double rest = 0.0;
    for (Index place = length - 1; place >= 0; --place) {
      const Index row = stratum.first_row + place;
      const double relative = point.relative[at(row)];
      const double sum = rest + relative;
      if (relative > 0.0) {
        result.step[at(place)] = relative / sum;
        result.root[at(place)] = std::sqrt(std::max(0.0, point.expected[at(row)] * (rest / sum)));
      }
      rest = sum;
    }
    return result;
  }
  const auto expected =
      std::span<const double>(point.expected).subspan(at(stratum.first_row), at(length));
  const double total = sum(expected);
  for (Index place = 0; place < length; ++place) {
    const double own = std::max(0.0, expected[at(place)]);
    result.root[at(place)] = std::sqrt(own);
    result.step[at(place)] = total > 0.0 ? expected[at(place)] / total : 0.0;
  }
  const auto relative = point.relative.begin() + stratum.first_row;
  result.relative.assign(relative, relative + length);
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    const EventTime& event = event_time_[at(time)];
    double tied = 0.0;
    for (Index row = event.first; row < event.tied_end; ++row) {
      tied += point.relative[at(row)];
    }
    const auto count = static_cast<double>(event.steps);
    for (Index step = 0; step < event.steps; ++step) {
      const double left_out = static_cast<double>(step) / count;
      result.denominator.push_back(point.at_risk[at(time)] - left_out * tied);
    }
  }
  result.negative_rows = size_of(result.denominator);
  return result;
}

namespace {

// One factor: take(place, z) from the last row to the first. Value: of one column or of several side by side.
template <class Value, class Take>
void visit_nested(const CoxLikelihood::StratumCurvature& curvature,
                  const Value* values,
                  const Take& take) {
  Value mean{};
  for (Index place = curvature.positive_rows - 1; place >= 0; --place) {
    const Value distance = values[place] - mean;
    take(place, curvature.root[at(place)] * distance);
    mean += curvature.step[at(place)] * distance;
  }
}

// One factor of columns side by side, so that one waits while the others compute; each comes out as it would alone.
template <Index Count>
void transform_nested(const CoxLikelihood::StratumCurvature& curvature,
                      const std::array<const double*, at(Count)>& values,
                      const std::array<double*, at(Count)>& positive) {
  std::array<double, at(Count)> mean{};
  for (Index place = curvature.positive_rows - 1; place >= 0; --place) {
    const double root = curvature.root[at(place)], step = curvature.step[at(place)];
    for (std::size_t each = 0; each < at(Count); ++each) {
      const double distance = values[each][place] - mean[each];
      positive[each][place] = root * distance;
      mean[each] += step * distance;
    }
  }
}

} // namespace

template <class Value, class Positive, class Negative>
void CoxLikelihood::visit_means(const StratumCurvature& curvature,
                                std::span<const Value> values,
                                const Positive& take_positive,
                                const Negative& take_negative) const {
  const Stratum& stratum = stratum_[at(curvature.stratum)];
  const Value mean = dot(curvature.step, values);
  std::vector<Value> by_row(at(rows())), by_time(event_time_.size());
  for (Index place = 0; place < curvature.positive_rows; ++place) {
    const Value centred = values[at(place)] - mean;
    take_positive(place, curvature.root[at(place)] * centred);
    by_row[at(stratum.first_row + place)] = curvature.relative[at(place)] * centred;
  }
  risk_sums<Value>(stratum, by_row, by_time);
  Index place = 0;
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    const EventTime& event = event_time_[at(time)];
    Value tied{};
    for (Index row = event.first; row < event.tied_end; ++row) {
      tied += by_row[at(row)];
    }
    const auto count = static_cast<double>(event.steps);
    const double root = std::sqrt(event.weight / count);
    for (Index step = 0; step < event.steps; ++step, ++place) {
      const double left_out = static_cast<double>(step) / count;
      take_negative(
          place, root * (by_time[at(time)] - left_out * tied) / curvature.denominator[at(place)]);
    }
  }
}

void CoxLikelihood::transform(const StratumCurvature& curvature,
                              std::span<const double> column,
                              std::span<double> positive,
                              std::span<double> negative) const {
  const Stratum& stratum = stratum_[at(curvature.stratum)];
  const auto values =
      column.subspan(at(stratum.first_row), at(stratum.end_row - stratum.first_row));
  if (curvature.positive_rows == 0) {
    return;
  }
  if (curvature.relative.empty()) {
    transform_nested<1>(curvature, {values.data()}, {positive.data()});
  } else {
    visit_means(
        curvature,
        values,
        [&](Index place, double value) { positive[at(place)] = value; },
        [&](Index place, double value) { negative[at(place)] = value; });
  }
}

void CoxLikelihood::transform_together(const StratumCurvature& curvature,
                                       const std::array<const double*, at(together)>& columns,
                                       const std::array<double*, at(together)>& positive) const {
  VIGIL_EXPECTS(curvature.relative.empty());
  auto values = columns;
  for (const double*& each : values) {
    each += stratum_[at(curvature.stratum)].first_row;
  }
  transform_nested<together>(curvature, values, positive);
}

CoxLikelihood::LaneInformation
CoxLikelihood::lane_information(std::span<const StratumCurvature> curvatures,
                                std::span<const EightLanes> columns) const {
  VIGIL_EXPECTS(size_of(columns) == rows());
  LaneInformation result;
  const auto add_positive = [&](Index, const EightLanes& value) {
    result.positive += value * value;
  };
  const auto add_negative = [&](Index, const EightLanes& value) {
    result.negative += value * value;
  };
  for (const StratumCurvature& curvature : curvatures) {
    const Stratum& stratum = stratum_[at(curvature.stratum)];
    const auto values = columns.subspan(at(stratum.first_row), at(curvature.positive_rows));
    if (curvature.relative.empty()) {
      visit_nested(curvature, values.data(), add_positive);
    } else {
      visit_means(curvature, values, add_positive, add_negative);
    }
  }
  return result;
}

void CoxLikelihood::transform_back(const StratumCurvature& curvature,
                                   std::span<const double> positive,
                                   std::span<double> column) const {
  VIGIL_EXPECTS(curvature.relative.empty() && size_of(positive) == curvature.positive_rows);
  const Stratum& stratum = stratum_[at(curvature.stratum)];
  double mean = 0.0; // derivative by the running mean, from the first row to the last
  for (Index place = 0; place < curvature.positive_rows; ++place) {
    const double distance =
        curvature.root[at(place)] * positive[at(place)] + curvature.step[at(place)] * mean;
    column[at(stratum.first_row + place)] = distance;
    mean -= distance;
  }
}

void CoxLikelihood::add_information(Index number,
                                    const CoxPoint& point,
                                    std::span<const double> columns,
                                    std::span<double> out) const {
  const StratumCurvature curvature = stratum_curvature(number, point);
  const Index order = rows() == 0 ? 0 : size_of(columns) / rows();
  if (curvature.positive_rows == 0 || order == 0) {
    return;
  }
  std::vector<double> positive(at(curvature.positive_rows * order)),
      negative(at(curvature.negative_rows * order));
  for (Index column = 0; column < order; ++column) {
    transform(curvature,
              columns.subspan(at(column * rows()), at(rows())),
              std::span(positive).subspan(at(column * curvature.positive_rows),
                                          at(curvature.positive_rows)),
              std::span(negative).subspan(at(column * curvature.negative_rows),
                                          at(curvature.negative_rows)));
  }
  add_cross_products(positive, curvature.positive_rows, 1.0, out);
  add_cross_products(negative, curvature.negative_rows, -1.0, out);
}

std::vector<double> CoxLikelihood::information(const CoxPoint& point,
                                               std::span<const double> columns) const {
  const Index order = rows() == 0 ? 0 : size_of(columns) / rows();
  std::vector<double> result(at(order * order), 0.0);
  for (Index stratum = 0; stratum < strata(); ++stratum) {
    add_information(stratum, point, columns, result);
  }
  return result;
}

CoxLikelihood::BaselineMoments CoxLikelihood::baseline_moments(
    Index number, const CoxPoint& point, std::span<const double> columns) const {
  const Stratum& stratum = stratum_[at(number)];
  const Index order = size_of(columns) / rows();
  const Index times = stratum.end_time - stratum.first_time;
  const double scale = std::exp(-point.shift[at(number)]);
  BaselineMoments result{std::vector<double>(at(times), 0.0),
                         std::vector<double>(at(times * order), 0.0)};
  std::vector<double> by_row(at(rows())), by_time(event_time_.size());
  for (Index column = -1; column < order; ++column) { // column -1 is the constant 1
    for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
      by_row[at(row)] =
          point.relative[at(row)] * (column < 0 ? 1.0 : columns[at(column * rows() + row)]);
    }
    risk_sums<double>(stratum, by_row, by_time);
    for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
      const EventTime& event = event_time_[at(time)];
      double tied = 0.0, tied_column = 0.0;
      for (Index row = event.first; row < event.tied_end; ++row) {
        tied += point.relative[at(row)];
        tied_column += by_row[at(row)];
      }
      const auto count = static_cast<double>(event.steps);
      const Index place = time - stratum.first_time;
      for (Index step = 0; step < event.steps; ++step) {
        const double left_out = static_cast<double>(step) / count;
        const double denominator = point.at_risk[at(time)] - left_out * tied;
        const double share = event.weight / count / (denominator * denominator);
        if (column < 0) {
          result.variance[at(place)] += scale * scale * share;
        } else {
          result.mean[at(place * order + column)] +=
              scale * share * (by_time[at(time)] - left_out * tied_column);
        }
      }
    }
  }
  return result;
}

} // namespace vigil::survival
