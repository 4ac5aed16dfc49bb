// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The exact variance of a cut.
#include "vigil/forest/survival_node.hpp"
#include "vigil/numeric/instruction_set.hpp"

namespace vigil::forest {

double SurvivalNode::exact_variance(std::span<const std::uint16_t> ranks,
                                    std::uint16_t cut,
                                    bool missing_left,
                                    std::vector<double>& scratch) const {
  const LeftSide side(ranks, cut, missing_left);
  return design_ *
         (ranges_.empty() ? variance_to_time(side, scratch) : variance_of_ranges(side, scratch));
}

// Y_L at every place first.
double SurvivalNode::variance_to_time(const LeftSide& side, std::vector<double>& scratch) const {
  scratch.resize(rows_.size());
  // sums of sampling weights depend on the order of addition
  const auto& kernel = whole_weights_
                           ? choose_kernel(left_weight_avx512, left_weight_plain, left_weight_plain)
                           : left_weight_plain;
  if (whole_weights_ && counts_.copies() == counts_.subjects()) {
    kernel.count(side, rows_, scratch.data());
  } else {
    kernel.sum(side, rows_, weight_.data(), scratch.data());
  }
  double variance = 0.0;
  for (const EventTime& time : events_) {
    const double left = scratch[at(time.first)];
    variance += time.factor * left * (time.at_risk - left);
  }
  return variance;
}

// What each row adds to Y_L at its first event, and takes away after its last one.
double SurvivalNode::variance_of_ranges(const LeftSide& side, std::vector<double>& scratch) const {
  scratch.assign(events_.size() + 1, 0.0);
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const double weight = static_cast<double>(side.has(rows_[place])) * weight_[place];
    scratch[ranges_[place].enter] += weight;
    scratch[ranges_[place].leave] -= weight;
  }
  double variance = 0.0, left = 0.0;
  for (std::size_t number = 0; number < events_.size(); ++number) {
    left += scratch[number];
    variance += events_[number].factor * left * (events_[number].at_risk - left);
  }
  return variance;
}

} // namespace vigil::forest
