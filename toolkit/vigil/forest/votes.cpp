// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/votes.hpp"

#include <cmath>
#include <limits>

namespace vigil::forest {

namespace {

constexpr double whole = 0x1p30;

std::int64_t whole_number(double value) {
  return std::llround(value * whole);
}

double mean(std::int64_t sum, Index count) {
  return count > 0 ? LeafVotes::real(sum) / static_cast<double>(count)
                   : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

double LeafVotes::real(std::int64_t vote) {
  return static_cast<double>(vote) / whole;
}

void LeafVotes::take(const Tree& tree, Index event_times, std::span<const Index> passed) {
  times_ = passed.size();
  mortality_.clear();
  survival_.clear();
  for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
    const std::uint32_t end = tree.jump_start[at(leaf + 1)];
    std::uint32_t jump = tree.jump_start[at(leaf)];
    double mortality = 0.0, survival = 1.0;
    for (std::uint32_t each = jump; each < end; ++each) {
      mortality += tree.jump[each] * static_cast<double>(event_times - tree.jump_time[each]);
    }
    mortality_.push_back(whole_number(mortality));
    for (const Index up_to : passed) {
      for (; jump < end && tree.jump_time[jump] < up_to; ++jump) {
        survival *= 1.0 - tree.jump[jump];
      }
      survival_.push_back(whole_number(survival));
    }
  }
}

void Votes::add(Index subject, const LeafVotes& tree, Index leaf) {
  ++trees_[at(subject)];
  mortality_[at(subject)] += tree.mortality(leaf);
  std::int64_t* to = survival_.data() + at(subject) * times_;
  const std::int64_t* from = tree.survival(leaf).data();
  for (std::size_t time = 0; time < times_; ++time) {
    to[time] += from[time];
  }
}

void Votes::add(const Votes& others) {
  for (std::size_t subject = 0; subject < trees_.size(); ++subject) {
    mortality_[subject] += others.mortality_[subject];
    trees_[subject] += others.trees_[subject];
  }
  for (std::size_t place = 0; place < survival_.size(); ++place) {
    survival_[place] += others.survival_[place];
  }
}

double Votes::mortality(Index subject) const {
  return mean(mortality_[at(subject)], trees(subject));
}

double Votes::risk(Index subject, Index time) const {
  return 1.0 - mean(survival_[at(subject) * times_ + at(time)], trees(subject));
}

} // namespace vigil::forest
