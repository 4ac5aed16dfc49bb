// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/cross_products.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::survival {

// Z of one stratum, rows from the last to the first: with S_i the sum of `relative` from row i on and xbar_i the
// mean of the rows from i on,
//   z_i = sqrt(A_i relative_i S_{i+1} / S_i) (x_i - xbar_{i+1}),   xbar_i = xbar_{i+1} + relative_i / S_i (x_i - xbar_{i+1})
// where A_i is the cumulative hazard up to row i. A row without relative hazard, or the last one, gives 0.
std::vector<double> CoxLikelihood::one_factor(const Stratum& stratum,
                                              const CoxPoint& point,
                                              std::span<const double> columns) const {
  const Index length = stratum.end_row - stratum.first_row;
  std::vector<double> root(at(length), 0.0), step(at(length), 0.0);
  double rest = 0.0;
  for (Index row = stratum.end_row - 1; row >= stratum.first_row; --row) {
    const Index place = row - stratum.first_row;
    const double relative = point.relative[at(row)];
    const double sum = rest + relative;
    if (relative > 0.0) {
      step[at(place)] = relative / sum;
      root[at(place)] = std::sqrt(std::max(0.0, point.expected[at(row)] * (rest / sum)));
    }
    rest = sum;
  }
  const Index order = size_of(columns) / rows();
  std::vector<double> factor(at(length * order));
  for (Index column = 0; column < order; ++column) {
    const auto values = columns.subspan(at(column * rows() + stratum.first_row), at(length));
    double mean = 0.0;
    for (Index place = length - 1; place >= 0; --place) {
      const double distance = values[at(place)] - mean;
      factor[at(column * length + place)] = root[at(place)] * distance;
      mean += step[at(place)] * distance;
    }
  }
  return factor;
}

void CoxLikelihood::subtract_means(const Stratum& stratum,
                                   const CoxPoint& point,
                                   std::span<const double> centred,
                                   std::span<double> out) const {
  const Index order = size_of(centred) / rows();
  Index steps = 0;
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    steps += event_time_[at(time)].steps;
  }
  std::vector<double> means(at(steps * order)), by_row(at(rows())), by_time(event_time_.size());
  for (Index column = 0; column < order; ++column) {
    for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
      by_row[at(row)] = point.relative[at(row)] * centred[at(column * rows() + row)];
    }
    risk_sums(stratum, by_row, by_time);
    Index place = column * steps;
    for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
      const EventTime& event = event_time_[at(time)];
      double tied = 0.0, tied_column = 0.0;
      for (Index row = event.first; row < event.tied_end; ++row) {
        tied += point.relative[at(row)];
        tied_column += by_row[at(row)];
      }
      const auto count = static_cast<double>(event.steps);
      const double root = std::sqrt(event.weight / count);
      for (Index step = 0; step < event.steps; ++step) {
        const double left_out = static_cast<double>(step) / count;
        means[at(place++)] = root * (by_time[at(time)] - left_out * tied_column) /
                             (point.at_risk[at(time)] - left_out * tied);
      }
    }
  }
  add_cross_products(means, steps, -1.0, out);
}

void CoxLikelihood::add_information(Index number,
                                    const CoxPoint& point,
                                    std::span<const double> columns,
                                    std::span<double> out) const {
  const Stratum& stratum = stratum_[at(number)];
  const Index length = stratum.end_row - stratum.first_row;
  if (stratum.first_time == stratum.end_time || columns.empty()) {
    return;
  }
  if (stratum.one_factor) {
    add_cross_products(one_factor(stratum, point, columns), length, 1.0, out);
    return;
  }
  const Index order = size_of(columns) / rows();
  const auto expected =
      std::span<const double>(point.expected).subspan(at(stratum.first_row), at(length));
  const double total = sum(expected);
  std::vector<double> centred(columns.begin(), columns.end());
  std::vector<double> weighted(at(length * order));
  for (Index column = 0; column < order; ++column) {
    const auto values =
        std::span<double>(centred).subspan(at(column * rows() + stratum.first_row), at(length));
    const double mean = total > 0.0 ? dot(values, expected) / total : 0.0;
    for (Index place = 0; place < length; ++place) {
      values[at(place)] -= mean;
      weighted[at(column * length + place)] =
          std::sqrt(std::max(0.0, expected[at(place)])) * values[at(place)];
    }
  }
  add_cross_products(weighted, length, 1.0, out);
  subtract_means(stratum, point, centred, out);
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
    risk_sums(stratum, by_row, by_time);
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
