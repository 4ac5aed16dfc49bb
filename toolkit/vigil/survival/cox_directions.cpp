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

// Beside the map of spread_means, the row's own event: w (x - mean over the denominators of its time).
std::vector<double> CoxLikelihood::score_residuals(const CoxPoint& point,
                                                   std::span<const double> column) const {
  VIGIL_EXPECTS(size_of(column) == rows());
  std::vector<double> result(at(rows()), 0.0), mean(event_time_.size(), 0.0);
  for (Index number = 0; number < strata(); ++number) {
    const auto factor = [&](const EventTime& event, double risk_mean) {
      mean[at(&event - event_time_.data())] += risk_mean / static_cast<double>(event.steps);
      return event.weight * risk_mean / static_cast<double>(event.steps);
    };
    spread_means(stratum_[at(number)], point, column, factor, result);
  }
  for (Index row = 0; row < rows(); ++row) {
    result[at(row)] += point.residual[at(row)] * column[at(row)];
    if (event_[at(row)] != 0) {
      result[at(row)] -= weight_[at(row)] * mean[at(end_time_[at(row)] - 1)];
    }
  }
  return result;
}

std::vector<double> CoxLikelihood::event_times() const {
  std::vector<double> result;
  for (const EventTime& event : event_time_) {
    result.push_back(event.time);
  }
  return result;
}

std::vector<double> CoxLikelihood::weighted_residual(const CoxPoint& point,
                                                     std::span<const double> by_time) const {
  VIGIL_EXPECTS(size_of(by_time) == size_of(event_time_));
  const std::vector<double> ones(at(rows()), 1.0);
  std::vector<double> result(at(rows()), 0.0);
  for (Index number = 0; number < strata(); ++number) {
    const auto factor = [&](const EventTime& event, double) {
      const double weight = by_time[at(&event - event_time_.data())];
      return -weight * event.weight / static_cast<double>(event.steps);
    };
    spread_means(stratum_[at(number)], point, ones, factor, result);
  }
  for (Index row = 0; row < rows(); ++row) {
    if (event_[at(row)] != 0) {
      result[at(row)] += weight_[at(row)] * by_time[at(end_time_[at(row)] - 1)];
    }
  }
  return result;
}

// As multiply_information, with expected events that are weighted too: those of the constant column.
std::vector<double> CoxLikelihood::multiply_weighted_information(
    const CoxPoint& point, std::span<const double> column, std::span<const double> by_time) const {
  VIGIL_EXPECTS(size_of(column) == rows() && size_of(by_time) == size_of(event_time_));
  const std::vector<double> ones(at(rows()), 1.0);
  std::vector<double> result(at(rows()), 0.0), expected(at(rows()), 0.0);
  for (Index number = 0; number < strata(); ++number) {
    const auto share = [&](const EventTime& event) {
      return by_time[at(&event - event_time_.data())] * event.weight /
             static_cast<double>(event.steps);
    };
    spread_means(
        stratum_[at(number)],
        point,
        column,
        [&](const EventTime& event, double mean) { return -share(event) * mean; },
        result);
    spread_means(
        stratum_[at(number)],
        point,
        ones,
        [&](const EventTime& event, double) { return share(event); },
        expected);
  }
  for (Index row = 0; row < rows(); ++row) {
    result[at(row)] += expected[at(row)] * column[at(row)];
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
