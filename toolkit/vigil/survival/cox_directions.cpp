// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_likelihood.hpp"

namespace vigil::survival {

// With D the denominators of an event time and xbar the mean of x over each, a row of relative hazard r gets
//   r sum_{times at risk} sum_l factor(time, xbar_l) / D_l,   times 1 - l / m at its own event.
template <class Factor>
void CoxLikelihood::spread_means(const Stratum& stratum,
                                 const CoxPoint& point,
                                 std::span<const double> column,
                                 const Factor& factor,
                                 std::span<double> out) const {
  std::vector<double> by_row(at(rows())), by_time(event_time_.size()), own(event_time_.size());
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    by_row[at(row)] = point.relative[at(row)] * column[at(row)];
  }
  risk_sums<double>(stratum, by_row, by_time);
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    const EventTime& event = event_time_[at(time)];
    double tied = 0.0, tied_relative = 0.0;
    for (Index row = event.first; row < event.tied_end; ++row) {
      tied += by_row[at(row)];
      tied_relative += point.relative[at(row)];
    }
    double all = 0.0;
    for (Index step = 0; step < event.steps; ++step) {
      const double left_out = static_cast<double>(step) / static_cast<double>(event.steps);
      const double denominator = point.at_risk[at(time)] - left_out * tied_relative;
      const double mean = (by_time[at(time)] - left_out * tied) / denominator;
      const double share = factor(event, mean) / denominator;
      all += share;
      own[at(time)] += (1.0 - left_out) * share;
    }
    by_time[at(time)] = all;
  }
  hazard_sums(stratum, by_time, by_row);
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    const double at_event = event_[at(row)] != 0 ? own[at(end_time_[at(row)] - 1)] : 0.0;
    out[at(row)] += point.relative[at(row)] * (by_row[at(row)] + at_event);
  }
}

std::vector<double> CoxLikelihood::score_direction(const CoxPoint& point,
                                                   std::span<const double> multiplier) const {
  VIGIL_EXPECTS(size_of(multiplier) == rows());
  std::vector<double> result(at(rows()), 0.0);
  for (Index number = 0; number < strata(); ++number) {
    const auto factor = [&](const EventTime& event, double mean) {
      double events = 0.0;
      for (Index row = event.first; row < event.tied_end; ++row) {
        events += weight_[at(row)] * multiplier[at(row)];
      }
      return (event.weight * mean - events) / static_cast<double>(event.steps);
    };
    spread_means(stratum_[at(number)], point, multiplier, factor, result);
  }
  for (Index row = 0; row < rows(); ++row) {
    result[at(row)] += point.residual[at(row)] * multiplier[at(row)];
  }
  return result;
}

std::vector<double> CoxLikelihood::multiply_information(const CoxPoint& point,
                                                        std::span<const double> column) const {
  VIGIL_EXPECTS(size_of(column) == rows());
  std::vector<double> result(at(rows()), 0.0);
  for (Index number = 0; number < strata(); ++number) {
    const auto factor = [](const EventTime& event, double mean) {
      return -event.weight * mean / static_cast<double>(event.steps);
    };
    spread_means(stratum_[at(number)], point, column, factor, result);
  }
  for (Index row = 0; row < rows(); ++row) {
    result[at(row)] += point.expected[at(row)] * column[at(row)];
  }
  return result;
}

} // namespace vigil::survival
