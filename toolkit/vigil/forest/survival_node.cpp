// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_node.hpp"

#include <bit>
#include <cmath>

namespace vigil::forest {

namespace {

// The nearest whole number, the even one of two; |value| < 2^51.
std::int64_t nearest(double value) {
  constexpr double shift = 0x1.8p52; // its last bit is worth 1
  return std::bit_cast<std::int64_t>(value + shift) - std::bit_cast<std::int64_t>(shift);
}

} // namespace

void SurvivalNode::look_at(const SurvivalRows& all,
                           std::span<const std::uint32_t> copies,
                           std::span<const std::uint32_t> rows) {
  rows_ = rows;
  all_ = &all;
  copies_ = copies;
  const Index count = size_of(rows);
  weight_.resize(rows.size());
  score_.resize(rows.size());
  sums_.resize(rows.size());
  events_.clear();
  counts_ = {};
  whole_weights_ = all.equal_sampling;
  squares_ = 0.0;
  moment_.resize(rows.size());
  double at_risk = 0.0;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::uint32_t row = rows[place];
    moment_[place] = all.moment[row];
    weight_[place] = copies[row] * (whole_weights_ ? 1.0 : all.sampling[row]);
    at_risk += weight_[place];
    sums_[place].counts = {1, copies[row], moment_[place] & 1U};
    counts_.add(sums_[place].counts);
  }
  double hazard = 0.0, survival = 1.0;
  for (Index first = 0, end = 0; first < count; first = end) {
    const std::uint32_t instant = moment_[at(first)] / 2;
    double here = 0.0, died = 0.0;
    for (; end < count && moment_[at(end)] / 2 == instant; ++end) {
      here += weight_[at(end)];
      died += (moment_[at(end)] & 1U) * weight_[at(end)];
    }
    const double k = times_.at_survival(survival);
    if (died > 0.0) {
      events_.push_back(event_time(all, first, died, at_risk));
      events_.back().factor *= k * k;
      hazard += k * events_.back().hazard;
      survival *= 1.0 - events_.back().hazard;
    }
    for (Index place = first; place < end; ++place) {
      const double residual = (moment_[at(place)] & 1U) * k - hazard;
      score_[at(place)] = weight_[at(place)] * residual;
      squares_ += score_[at(place)] * residual;
    }
    at_risk -= here;
  }
  design_ = 1.0;
  if (!whole_weights_ && squares_ > 0.0) {
    take_design(all);
  }
  if (events_.empty() || counts_.copies() < 2) {
    squares_ = 0.0;
  }
  if (!flat()) {
    take_scores();
    take_inverse();
  }
}

void SurvivalNode::look_at(const SurvivalNode& other, std::span<const std::uint32_t> copies) {
  times_ = other.times_;
  look_at(*other.all_, copies, other.rows_);
}

void SurvivalNode::look_at(const SurvivalNode& other, const TimeWeights& times) {
  times_ = times;
  look_at(*other.all_, other.copies_, other.rows_);
}

SurvivalNode::EventTime
SurvivalNode::event_time(const SurvivalRows& all, Index first, double died, double at_risk) const {
  double spread = died * (1.0 - died / at_risk);
  if (whole_weights_) {
    spread = at_risk > 1.0 ? died * (at_risk - died) / (at_risk - 1.0) : 0.0;
  }
  return {.first = first,
          .number = all.passed[rows_[at(first)]] - 1,
          .hazard = died / at_risk,
          .at_risk = at_risk,
          .factor = spread / (at_risk * at_risk)};
}

// From sum u M^2: the sum over copies of s^2 M^2, and the design factor.
void SurvivalNode::take_design(const SurvivalRows& all) {
  double weighted = 0.0, of_copies = 0.0;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const double square = score_[place] * score_[place];
    weighted += square;
    of_copies += square / weight_[place] * all.sampling[rows_[place]];
  }
  design_ = weighted / squares_;
  squares_ = of_copies;
}

// Y_L at every place first, so that no branch depends on the data.
double SurvivalNode::exact_variance(std::span<const std::uint16_t> ranks,
                                    std::uint16_t cut,
                                    bool missing_left,
                                    std::vector<double>& scratch) const {
  // rank 0 becomes the highest where missing values go to the right
  const unsigned shift = missing_left ? 0U : 1U;
  const auto last = static_cast<std::int64_t>(static_cast<std::uint16_t>(cut - shift));
  // all ones where the row goes to the left: the sign of a difference, as a comparison would become a branch
  const auto left_mask = [&](std::uint32_t row) {
    return (static_cast<std::int64_t>(static_cast<std::uint16_t>(ranks[row] - shift)) - last - 1) >>
           63;
  };
  scratch.resize(rows_.size());
  if (whole_weights_) {
    std::int64_t left = 0;
    for (std::size_t place = rows_.size(); place-- > 0;) {
      left += sums_[place].counts.copies() & left_mask(rows_[place]);
      scratch[place] = static_cast<double>(left);
    }
  } else {
    double left = 0.0;
    for (std::size_t place = rows_.size(); place-- > 0;) {
      left -= weight_[place] * static_cast<double>(left_mask(rows_[place]));
      scratch[place] = left;
    }
  }
  double variance = 0.0;
  for (const EventTime& time : events_) {
    const double left = scratch[at(time.first)];
    variance += time.factor * left * (time.at_risk - left);
  }
  return design_ * variance;
}

// Whole numbers that add up to zero: what rounding leaves goes to the first of the largest.
void SurvivalNode::take_scores() {
  double sum = 0.0;
  for (const double score : score_) {
    sum += std::fabs(score);
  }
  int exponent = 0;
  static_cast<void>(std::frexp(sum, &exponent));
  constexpr int bits = 51;
  unit_ = std::ldexp(1.0, exponent - bits);
  const double whole = std::ldexp(1.0, bits - exponent);
  std::int64_t total = 0;
  std::size_t largest = 0;
  for (std::size_t place = 0; place < score_.size(); ++place) {
    sums_[place].score = nearest(score_[place] * whole);
    total += sums_[place].score;
    largest = std::fabs(score_[place]) > std::fabs(score_[largest]) ? place : largest;
  }
  sums_[largest].score -= total;
}

void SurvivalNode::take_inverse() {
  const auto copies = static_cast<double>(counts_.copies());
  const double whole = copies * (copies - 1.0) / squares_ * unit_ * unit_;
  inverse_.resize(at(counts_.copies()));
  for (Index left = 1; left < counts_.copies(); ++left) {
    const auto here = static_cast<double>(left);
    inverse_[at(left)] = whole / (here * (copies - here));
  }
}

} // namespace vigil::forest
