// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/survival_node.hpp"

#include <cmath>

namespace vigil::forest {

void SurvivalNode::look_at(const SurvivalRows& all,
                           std::span<const std::uint32_t> copies,
                           std::span<const std::uint32_t> rows) {
  rows_ = rows;
  const Index count = size_of(rows);
  weight_.resize(rows.size());
  score_.resize(rows.size());
  sums_.resize(rows.size());
  events_.clear();
  counts_ = {};
  squares_ = 0.0;
  double at_risk = 0.0;
  for (Index place = 0; place < count; ++place) {
    const Index row = rows[at(place)];
    weight_[at(place)] = copies[at(row)] * (all.equal_sampling ? 1.0 : all.sampling[at(row)]);
    at_risk += weight_[at(place)];
    sums_[at(place)].counts = {1, copies[at(row)], all.event[at(row)] != 0 ? 1 : 0};
    counts_.add(sums_[at(place)].counts);
  }
  double hazard = 0.0, weighted = 0.0, of_copies = 0.0;
  for (Index first = 0; first < count;) {
    const std::uint32_t instant = all.instant[rows[at(first)]];
    double here = 0.0, died = 0.0;
    Index end = first;
    for (; end < count && all.instant[rows[at(end)]] == instant; ++end) {
      here += weight_[at(end)];
      died += all.event[rows[at(end)]] != 0 ? weight_[at(end)] : 0.0;
    }
    if (died > 0.0) {
      const double spread = all.equal_sampling
                                ? (at_risk > 1.0 ? died * (at_risk - died) / (at_risk - 1.0) : 0.0)
                                : died * (1.0 - died / at_risk);
      hazard += died / at_risk;
      events_.push_back({.first = first,
                         .number = all.passed[rows[at(first)]] - 1,
                         .hazard = died / at_risk,
                         .at_risk = at_risk,
                         .variance = spread});
    }
    for (Index place = first; place < end; ++place) {
      const Index row = rows[at(place)];
      const double residual = (all.event[at(row)] != 0 ? 1.0 : 0.0) - hazard;
      const double sampling = all.equal_sampling ? 1.0 : all.sampling[at(row)];
      score_[at(place)] = weight_[at(place)] * residual;
      squares_ += weight_[at(place)] * sampling * residual * residual;
      weighted += weight_[at(place)] * weight_[at(place)] * residual * residual;
      of_copies += weight_[at(place)] * residual * residual;
    }
    at_risk -= here;
    first = end;
  }
  design_ = all.equal_sampling || of_copies == 0.0 ? 1.0 : weighted / of_copies;
  if (events_.empty() || counts_.copies() < 2) {
    squares_ = 0.0;
  }
  if (!flat()) {
    take_scores();
    take_inverse();
  }
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
  std::int64_t total = 0;
  std::size_t largest = 0;
  for (std::size_t place = 0; place < score_.size(); ++place) {
    sums_[place].score = std::llround(score_[place] / unit_);
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
