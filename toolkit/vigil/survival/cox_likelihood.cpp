// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_likelihood.hpp"

#include "vigil/survival/interval_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace vigil::survival {

namespace {

constexpr double smallest_at_risk =
    1e-280; // of a risk set, relative to the stratum's largest hazard

} // namespace

std::string_view name_of(Ties ties) noexcept {
  return ties == Ties::breslow ? "breslow" : "efron";
}

std::optional<Ties> parse_ties(std::string_view text) noexcept {
  if (text == "breslow") {
    return Ties::breslow;
  }
  if (text == "efron") {
    return Ties::efron;
  }
  return std::nullopt;
}

CoxLikelihood::CoxLikelihood(const SurvivalOutcome& outcome,
                             const CaseWeights& weights,
                             std::span<const Index> stratum,
                             std::span<const double> offset,
                             Ties ties)
    : ties_(ties), subjects_in_cohort_(weights.subjects()) {
  VIGIL_EXPECTS(size_of(outcome.time) == weights.subjects());
  VIGIL_EXPECTS(stratum.empty() || size_of(stratum) == weights.subjects());
  VIGIL_EXPECTS(offset.empty() || size_of(offset) == weights.subjects());
  subject_.assign(weights.support().begin(), weights.support().end());
  const auto label = [&](Index subject) { return stratum.empty() ? 0 : stratum[at(subject)]; };
  const auto place = [&](Index subject) {
    return std::tuple(label(subject),
                      outcome.time[at(subject)],
                      -static_cast<int>(outcome.event[at(subject)]),
                      subject);
  };
  std::sort(subject_.begin(), subject_.end(), [&](Index left, Index right) {
    return place(left) < place(right);
  });
  for (const Index subject : subject_) {
    stratum_label_.push_back(label(subject));
    weight_.push_back(weights[subject]);
    offset_.push_back(offset.empty() ? 0.0 : offset[at(subject)]);
    event_.push_back(outcome.event[at(subject)]);
    total_weight_ += weight_.back();
  }
  find_event_times(outcome, weights);
}

void CoxLikelihood::find_event_times(const SurvivalOutcome& outcome, const CaseWeights& weights) {
  const auto time = [&](Index row) { return outcome.time[at(subject_[at(row)])]; };
  const auto entry = [&](Index row) {
    return outcome.entry.empty() ? 0.0 : outcome.entry[at(subject_[at(row)])];
  };
  for (Index first = 0, end = 0; first < rows(); first = end) {
    Stratum stratum{.first_row = first, .first_time = size_of(event_time_)};
    const Index label = stratum_label_[at(first)];
    for (end = first; end < rows() && stratum_label_[at(end)] == label;) {
      const Index tie = end;
      while (end < rows() && stratum_label_[at(end)] == label && time(end) == time(tie)) {
        ++end;
      }
      add_event_time(tie, end, time(tie), weights);
      end_time_.insert(end_time_.end(), at(end - tie), size_of(event_time_));
    }
    stratum.end_row = end;
    stratum.end_time = size_of(event_time_);
    for (Index row = first; row < end; ++row) {
      const auto from = event_time_.begin() + stratum.first_time;
      const auto later = std::partition_point(from, event_time_.end(), [&](const EventTime& event) {
        return event.time <= entry(row);
      });
      first_time_.push_back(later - event_time_.begin());
      stratum.nested = stratum.nested && later == from;
    }
    stratum.one_factor =
        stratum.nested && std::all_of(event_time_.begin() + stratum.first_time,
                                      event_time_.end(),
                                      [](const EventTime& event) { return event.steps == 1; });
    level_.push_back(label);
    stratum_.push_back(stratum);
  }
}

void CoxLikelihood::add_event_time(Index first,
                                   Index end,
                                   double time,
                                   const CaseWeights& weights) {
  EventTime event{.time = time, .first = first, .tied_end = first};
  Index times = 0;
  while (event.tied_end < end && event_[at(event.tied_end)] != 0) {
    event.weight += weight_[at(event.tied_end)];
    times += weights.times(subject_[at(event.tied_end)]);
    ++event.tied_end;
  }
  if (event.tied_end == first) {
    return;
  }
  event.steps = ties_ == Ties::efron ? times : 1;
  events_ += event.tied_end - first;
  event_weight_ += event.weight;
  event_time_.push_back(event);
}

Index CoxLikelihood::find_stratum(Index label) const noexcept {
  const auto found = std::lower_bound(level_.begin(), level_.end(), label);
  return found != level_.end() && *found == label ? found - level_.begin() : no_index;
}

template <class Value>
void CoxLikelihood::risk_sums(const Stratum& stratum,
                              std::span<const Value> by_row,
                              std::span<Value> by_time) const {
  if (stratum.nested) {
    Value sum{};
    Index row = stratum.end_row;
    for (Index time = stratum.end_time - 1; time >= stratum.first_time; --time) {
      while (row > event_time_[at(time)].first) {
        sum += by_row[at(--row)];
      }
      by_time[at(time)] = sum;
    }
    return;
  }
  IntervalSums<Value> sums(stratum.end_time - stratum.first_time);
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    sums.add_to_range(first_time_[at(row)] - stratum.first_time,
                      end_time_[at(row)] - stratum.first_time,
                      by_row[at(row)]);
  }
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    by_time[at(time)] = sums.at_point(time - stratum.first_time);
  }
}

template void CoxLikelihood::risk_sums(const Stratum& stratum,
                                       std::span<const double> by_row,
                                       std::span<double> by_time) const;
template void CoxLikelihood::risk_sums(const Stratum& stratum,
                                       std::span<const EightLanes> by_row,
                                       std::span<EightLanes> by_time) const;

void CoxLikelihood::hazard_sums(const Stratum& stratum,
                                std::span<const double> by_time,
                                std::span<double> by_row) const {
  const auto end_of = [&](Index row) {
    return end_time_[at(row)] - (event_[at(row)] != 0 ? 1 : 0);
  };
  if (stratum.nested) {
    std::vector<double> before(at(stratum.end_time - stratum.first_time + 1), 0.0);
    for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
      const Index place = time - stratum.first_time;
      before[at(place + 1)] = before[at(place)] + by_time[at(time)];
    }
    for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
      by_row[at(row)] = before[at(end_of(row) - stratum.first_time)];
    }
    return;
  }
  const IntervalSums<double> sums(
      by_time.subspan(at(stratum.first_time), at(stratum.end_time - stratum.first_time)));
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    by_row[at(row)] = sums.over_range(first_time_[at(row)] - stratum.first_time,
                                      end_of(row) - stratum.first_time);
  }
}

void CoxLikelihood::evaluate_stratum(Index number,
                                     std::span<const double> eta,
                                     CoxPoint& point) const {
  const Stratum& stratum = stratum_[at(number)];
  double shift = -std::numeric_limits<double>::infinity();
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    shift = std::max(shift, eta[at(row)] + offset_[at(row)]);
  }
  point.shift[at(number)] = shift;
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    const double log_relative = eta[at(row)] + offset_[at(row)] - shift;
    point.relative[at(row)] = weight_[at(row)] * std::exp(log_relative);
  }
  risk_sums<double>(stratum, point.relative, point.at_risk);
  double value = 0.0;
  bool overflow = false;
  std::vector<double> own(at(stratum.end_time - stratum.first_time), 0.0);
  for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
    const EventTime& event = event_time_[at(time)];
    double tied = 0.0;
    for (Index row = event.first; row < event.tied_end; ++row) {
      tied += point.relative[at(row)];
      value += weight_[at(row)] * (eta[at(row)] + offset_[at(row)] - shift);
    }
    const auto steps = static_cast<double>(event.steps);
    const double share = event.weight / steps;
    for (Index step = 0; step < event.steps; ++step) {
      const double left_out = static_cast<double>(step) / steps;
      const double denominator = point.at_risk[at(time)] - left_out * tied;
      overflow = overflow || !(denominator > smallest_at_risk);
      value -= share * std::log(denominator);
      point.hazard[at(time)] += share / denominator;
      own[at(time - stratum.first_time)] += share * (1.0 - left_out) / denominator;
    }
  }
  point.value_by_stratum[at(number)] =
      std::isfinite(value) && !overflow ? value : -std::numeric_limits<double>::infinity();
  hazard_sums(stratum, point.hazard, point.expected);
  for (Index row = stratum.first_row; row < stratum.end_row; ++row) {
    const bool event = event_[at(row)] != 0;
    const Index time = end_time_[at(row)] - 1;
    double& expected = point.expected[at(row)];
    expected += event ? own[at(time - stratum.first_time)] : 0.0;
    expected *= point.relative[at(row)];
    point.residual[at(row)] = (event ? weight_[at(row)] : 0.0) - expected;
  }
}

CoxPoint CoxLikelihood::evaluate(std::span<const double> eta) const {
  VIGIL_EXPECTS(size_of(eta) == rows());
  CoxPoint point;
  point.value_by_stratum.assign(at(strata()), 0.0);
  point.shift.assign(at(strata()), 0.0);
  for (auto* by_row : {&point.residual, &point.expected, &point.relative}) {
    by_row->assign(at(rows()), 0.0);
  }
  point.at_risk.assign(event_time_.size(), 0.0);
  point.hazard.assign(event_time_.size(), 0.0);
  for (Index stratum = 0; stratum < strata(); ++stratum) {
    evaluate_stratum(stratum, eta, point);
    point.value += point.value_by_stratum[at(stratum)];
  }
  return point;
}

double CoxLikelihood::saturated_value() const {
  double value = 0.0;
  for (const EventTime& event : event_time_) {
    value -= event.weight * std::log(event.weight);
    const auto steps = static_cast<double>(event.steps);
    for (Index step = 0; step < event.steps; ++step) {
      value -= event.weight / steps * std::log1p(-static_cast<double>(step) / steps);
    }
  }
  return value;
}

CoxBaseline CoxLikelihood::baseline(const CoxPoint& point) const {
  CoxBaseline result{.level = level_, .cumulative_hazard = {}};
  for (Index number = 0; number < strata(); ++number) {
    const Stratum& stratum = stratum_[at(number)];
    const double scale = std::exp(-point.shift[at(number)]);
    StepFunction cumulative;
    double hazard = 0.0;
    for (Index time = stratum.first_time; time < stratum.end_time; ++time) {
      hazard += scale * point.hazard[at(time)];
      cumulative.time.push_back(event_time_[at(time)].time);
      cumulative.value.push_back(hazard);
    }
    result.cumulative_hazard.push_back(std::move(cumulative));
  }
  return result;
}

} // namespace vigil::survival
