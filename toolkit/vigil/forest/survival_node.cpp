// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_node.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace vigil::forest {

namespace {

// The nearest whole number, the even one of two; |value| < 2^51.
std::int64_t nearest(double value) {
  constexpr double shift = 0x1.8p52; // its last bit is worth 1
  return std::bit_cast<std::int64_t>(value + shift) - std::bit_cast<std::int64_t>(shift);
}

/// Of values from 0 to 1: what differs by less than 1e-30 of the range is equal.
constexpr double least_squares = 1e-60;

} // namespace

inline void SurvivalNode::take_residual(std::size_t place,
                                        double event_weight,
                                        double hazard,
                                        ScoreSums& of_scores) {
  const double residual = (moment_[place] & 1U) * event_weight - hazard;
  const double score = weight_[place] * residual, size = std::fabs(score);
  score_[place] = score;
  of_scores.squares += score * residual;
  of_scores.sizes += size;
  of_scores.largest = size > of_scores.largest_size ? place : of_scores.largest;
  of_scores.largest_size = std::max(of_scores.largest_size, size);
}

inline SurvivalNode::EventTime
SurvivalNode::event_time(std::uint32_t number, double died, double at_risk, double k) const {
  const double hazard = died / at_risk;
  // v / Y^2 = D (Y - D) / Y^3, or with whole weights D (Y - D) / ((Y - 1) Y^2)
  const double others = whole_weights_ ? at_risk - 1.0 : at_risk;
  const double factor = others > 0.0 ? died * (at_risk - died) / (others * at_risk * at_risk) : 0.0;
  return {.number = number,
          .weight = k,
          .hazard = hazard,
          .at_risk = at_risk,
          .factor = k * k * factor};
}

// v as D (Y - D) + Y (Q - D) over Y - 1: with weights of 1 the last term is 0, and all bits are those of event_time.
SurvivalNode::EventTime SurvivalNode::weighted_event_time(std::uint32_t number,
                                                          EventSums sums,
                                                          double at_risk,
                                                          double k) const {
  EventTime event = event_time(number, sums.weights, at_risk, k);
  const double others = whole_weights_ ? at_risk - 1.0 : at_risk;
  const double spread =
      sums.weights * (at_risk - sums.weights) + at_risk * (sums.squares - sums.weights);
  event.factor = others > 0.0 ? k * k * (spread / (others * at_risk * at_risk)) : 0.0;
  return event;
}

void SurvivalNode::look_at(const SurvivalRows& all,
                           std::span<const std::uint32_t> copies,
                           std::span<const std::uint32_t> rows,
                           Strata strata,
                           Purpose purpose) {
  rows_ = rows;
  all_ = &all;
  copies_ = copies;
  strata_ = strata;
  weight_.resize(rows.size());
  score_.resize(rows.size());
  sums_.resize(rows.size());
  moment_.resize(rows.size());
  events_.clear();
  ranges_.clear();
  counts_ = {};
  whole_weights_ = all.equal_sampling;
  scores_ = {};
  double at_risk = 0.0;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::uint32_t row = rows[place];
    moment_[place] = all.moment[row];
    weight_[place] = copies[row] * (whole_weights_ ? 1.0 : all.sampling[row]);
    at_risk += weight_[place];
    sums_[place].counts = {1, copies[row], moment_[place] & 1U};
    counts_.add(sums_[place].counts);
  }
  const bool apart = strata == Strata::apart && !all.stratum.empty();
  const bool weighted = !all.event_weight.empty();
  expected_.resize(weighted ? rows.size() : 0);
  if (!all.value.empty()) {
    take_residuals_of_values(all, apart);
  } else if (apart || !all.entered.empty()) {
    list_events(all, apart);
    take_ranges(all, apart);
    weighted ? take_residuals_of_ranges<true>() : take_residuals_of_ranges<false>();
  } else {
    weighted ? take_residuals<true>(all, at_risk) : take_residuals<false>(all, at_risk);
  }
  design_ = 1.0;
  if (!whole_weights_ && scores_.squares > 0.0) {
    take_design(all);
  }
  stratified_.clear();
  if (apart) {
    take_stratified(all);
  }
  const bool nothing = all.value.empty() ? events_.empty() : !(scores_.squares > least_squares);
  if (nothing || counts_.copies() < 2 || (apart && stratified_.nothing())) {
    scores_.squares = 0.0;
  }
  if (purpose == Purpose::cuts && !flat()) {
    take_scores();
    take_inverse();
  }
}

void SurvivalNode::look_at(const SurvivalNode& other, std::span<const std::uint32_t> copies) {
  times_ = other.times_;
  look_at(*other.all_, copies, other.rows_, other.strata_);
}

void SurvivalNode::look_at(const SurvivalNode& other, const TimeWeights& times) {
  times_ = times;
  look_at(*other.all_, other.copies_, other.rows_, other.strata_);
}

// Everybody is at risk from the first event to the own time. One time after another, which is mostly one row.
template <bool weighted>
void SurvivalNode::take_residuals(const SurvivalRows& all, double at_risk) {
  events_.resize(rows_.size() + 1U); // the last one is written and not kept
  double hazard = 0.0, survival = 1.0, squares = 0.0;
  std::size_t events = 0;
  ScoreSums of_scores; // not the member: nothing that is written may be it
  for (std::size_t first = 0, end = 0; first < rows_.size(); first = end) {
    const std::uint32_t time = moment_[first] / 2;
    double weight = 0.0, died = 0.0;
    EventSums sums;
    do {
      weight += weight_[end];
      died += (moment_[end] & 1U) * weight_[end];
      if constexpr (weighted) {
        sums.add(weight_[end], all.event_weight[rows_[end]]);
      }
      ++end;
    } while (end < rows_.size() && moment_[end] / 2 == time);
    const double event_weight = times_.at_survival(survival);
    const std::uint32_t event_number = all.passed[rows_[first]] - 1;
    EventTime& event = events_[events];
    if constexpr (weighted) {
      event = weighted_event_time(event_number, sums, at_risk, event_weight);
      squares += sums.squares / at_risk;
    } else {
      event = event_time(event_number, died, at_risk, event_weight);
    }
    event.first = static_cast<Index>(first);
    hazard += event.weight * event.hazard;
    survival *= 1.0 - (weighted ? died / at_risk : event.hazard);
    events += died > 0.0 ? 1 : 0;
    at_risk -= weight;
    for (std::size_t place = first; place < end; ++place) {
      if constexpr (weighted) {
        take_residual(place, event_weight * all.event_weight[rows_[place]], hazard, of_scores);
        expected_[place] = weight_[place] * squares;
      } else {
        take_residual(place, event_weight, hazard, of_scores);
      }
    }
  }
  events_.resize(events);
  scores_ = of_scores;
}

// Numbers of the event times and how many died, stratum after stratum.
void SurvivalNode::list_events(const SurvivalRows& all, bool apart) {
  const auto stratum = [&](std::size_t place) { return apart ? all.stratum[rows_[place]] : 0U; };
  const auto for_each_event = [&](const auto& visit) {
    for (std::size_t place = 0; place < rows_.size(); ++place) {
      if ((moment_[place] & 1U) != 0) {
        visit(place, stratum(place), all.passed[rows_[place]] - 1);
      }
    }
  };
  std::uint32_t strata = 1;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    strata = std::max(strata, stratum(place) + 1);
  }
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  stratum_start_.assign(strata + 1U, 0);
  next_.assign(strata, none); // first: the event time seen last
  for_each_event([&](std::size_t, std::uint32_t here, std::uint32_t number) {
    stratum_start_[here + 1U] += next_[here] == number ? 0 : 1;
    next_[here] = number;
  });
  std::partial_sum(stratum_start_.begin(), stratum_start_.end(), stratum_start_.begin());
  next_.assign(stratum_start_.begin(), stratum_start_.end() - 1);
  events_.resize(stratum_start_.back());
  died_.assign(events_.size(), 0.0);
  event_sums_.assign(all.event_weight.empty() ? 0 : events_.size(), EventSums{});
  for_each_event([&](std::size_t place, std::uint32_t here, std::uint32_t number) {
    std::uint32_t& next = next_[here];
    if (next == stratum_start_[here] || events_[next - 1].number != number) {
      events_[next++].number = number;
    }
    died_[next - 1] += weight_[place];
    if (!event_sums_.empty()) {
      event_sums_[next - 1].add(weight_[place], all.event_weight[rows_[place]]);
    }
  });
}

void SurvivalNode::take_ranges(const SurvivalRows& all, bool apart) {
  next_.assign(stratum_start_.begin(), stratum_start_.end() - 1);
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const std::uint32_t row = rows_[place], stratum = apart ? all.stratum[row] : 0U;
    const std::uint32_t start = stratum_start_[stratum], end = stratum_start_[stratum + 1U];
    std::uint32_t& leave = next_[stratum]; // times ascend
    while (leave < end && events_[leave].number < all.passed[row]) {
      ++leave;
    }
    std::uint32_t enter = start;
    if (!all.entered.empty()) {
      enter =
          static_cast<std::uint32_t>(std::partition_point(events_.begin() + start,
                                                          events_.begin() + leave,
                                                          [&](const EventTime& time) {
                                                            return time.number < all.entered[row];
                                                          }) -
                                     events_.begin());
    }
    ranges_.push_back({enter, leave});
  }
}

template <bool weighted>
void SurvivalNode::take_residuals_of_ranges() {
  hazard_.assign(events_.size() + 1, 0.0); // first: what is added to those at risk
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    hazard_[ranges_[place].enter] += weight_[place];
    hazard_[ranges_[place].leave] -= weight_[place];
  }
  if constexpr (weighted) {
    squares_.resize(events_.size() + 1);
  }
  double at_risk = 0.0, hazard = 0.0, survival = 1.0, squares = 0.0;
  std::size_t stratum = 0;
  for (std::size_t number = 0; number < events_.size(); ++number) {
    for (; number == stratum_start_[stratum]; ++stratum) { // some are empty
      survival = 1.0;
    }
    at_risk += hazard_[number];
    hazard_[number] = hazard;
    // rounding of sampling weights must not leave fewer at risk than died
    EventTime& event = events_[number];
    const double there = std::max(at_risk, died_[number]), k = times_.at_survival(survival);
    if constexpr (weighted) {
      event = weighted_event_time(event.number, event_sums_[number], there, k);
      squares_[number] = squares;
      squares += event_sums_[number].squares / there;
    } else {
      event = event_time(event.number, died_[number], there, k);
    }
    hazard += event.weight * event.hazard;
    survival *= 1.0 - (weighted ? died_[number] / there : event.hazard);
  }
  hazard_.back() = hazard;
  if constexpr (weighted) {
    squares_.back() = squares;
  }
  ScoreSums of_scores;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const auto [enter, leave] = ranges_[place];
    const bool event = (moment_[place] & 1U) != 0; // the last at which the row is at risk
    double event_weight = event ? events_[leave - 1].weight : 0.0;
    if constexpr (weighted) {
      event_weight *= all_->event_weight[rows_[place]];
      expected_[place] = weight_[place] * (squares_[leave] - squares_[enter]);
    }
    take_residual(place, event_weight, hazard_[leave] - hazard_[enter], of_scores);
  }
  scores_ = of_scores;
}

void SurvivalNode::take_residuals_of_values(const SurvivalRows& all, bool apart) {
  const auto stratum = [&](std::size_t place) { return apart ? all.stratum[rows_[place]] : 0U; };
  mean_.assign(apart ? all.strata : 1U, {});
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    mean_[stratum(place)].add(all.value[rows_[place]], weight_[place]);
  }
  ScoreSums of_scores;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const double below_mean = mean_[stratum(place)].mean() - all.value[rows_[place]];
    take_residual(place, 0.0, below_mean, of_scores);
  }
  scores_ = of_scores;
}

// From sum u M^2: the sum over copies of s^2 M^2, and the design factor.
void SurvivalNode::take_design(const SurvivalRows& all) {
  double weighted = 0.0, of_copies = 0.0;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const double square = score_[place] * score_[place];
    weighted += square;
    of_copies += square / weight_[place] * all.sampling[rows_[place]];
  }
  design_ = weighted / scores_.squares;
  scores_.squares = of_copies;
}

void SurvivalNode::take_stratified(const SurvivalRows& all) {
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const std::uint32_t row = rows_[place];
    const double of_copy = whole_weights_ ? 1.0 : all.sampling[row];
    stratified_.add(all.stratum[row],
                    sums_[place].counts.copies(),
                    score_[place] * score_[place] / weight_[place] * of_copy);
  }
  stratified_.take_factors();
}

// Whole numbers that add up to zero, in each stratum: what rounding leaves goes to the first of the largest.
void SurvivalNode::take_scores() {
  int exponent = 0;
  static_cast<void>(std::frexp(scores_.sizes, &exponent));
  constexpr int bits = 51;
  unit_ = std::ldexp(1.0, exponent - bits);
  const double whole = std::ldexp(1.0, bits - exponent);
  std::int64_t total = 0;
  for (std::size_t place = 0; place < score_.size(); ++place) {
    sums_[place].score = nearest(score_[place] * whole);
    total += sums_[place].score;
  }
  if (stratified_.empty()) {
    sums_[scores_.largest].score -= total;
    units_.resize(score_.size());
    for (std::size_t place = 0; place < score_.size(); ++place) {
      units_[place] = sums_[place].score;
    }
    return;
  }
  remainder_.assign(at(stratified_.strata()), Remainder{.largest = score_.size()});
  for (std::size_t place = 0; place < score_.size(); ++place) {
    auto& [sum, largest] = remainder_[stratified_.stratum(place)];
    sum += sums_[place].score;
    const bool first = largest == score_.size();
    largest = first || std::fabs(score_[place]) > std::fabs(score_[largest]) ? place : largest;
  }
  for (const Remainder& remainder : remainder_) {
    if (remainder.total != 0) { // a stratum without rows has none
      sums_[remainder.largest].score -= remainder.total;
    }
  }
}

// Without strata alone: with these the copies of a side do not tell the variance.
void SurvivalNode::take_inverse() {
  if (!stratified_.empty()) {
    return;
  }
  const auto copies = static_cast<double>(counts_.copies());
  const double whole = copies * (copies - 1.0) / scores_.squares * unit_ * unit_;
  inverse_.resize(at(counts_.copies()));
  double *const first = inverse_.data(), *const last = first + counts_.copies();
  for (Index left = 1; left <= counts_.copies() / 2; ++left) { // the same from both ends
    const auto here = static_cast<double>(left);
    first[left] = last[-left] = whole / (here * (copies - here));
  }
}

} // namespace vigil::forest
