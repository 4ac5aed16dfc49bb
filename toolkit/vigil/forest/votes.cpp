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
  return count > 0 ? static_cast<double>(sum) / whole / static_cast<double>(count)
                   : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

Votes::Votes(Index subjects, Index event_times, std::span<const Index> passed)
    : event_times_(event_times), passed_(passed.begin(), passed.end()), mortality_(at(subjects), 0),
      survival_(at(subjects) * passed.size(), 0), trees_(at(subjects), 0) {}

void Votes::begin(const Tree& tree) {
  leaf_mortality_.clear();
  leaf_survival_.clear();
  for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
    const std::uint32_t end = tree.jump_start[at(leaf + 1)];
    std::uint32_t jump = tree.jump_start[at(leaf)];
    double mortality = 0.0, survival = 1.0;
    for (std::uint32_t each = jump; each < end; ++each) {
      mortality += tree.jump[each] * static_cast<double>(event_times_ - tree.jump_time[each]);
    }
    leaf_mortality_.push_back(whole_number(mortality));
    for (const Index passed : passed_) {
      for (; jump < end && tree.jump_time[jump] < passed; ++jump) {
        survival *= 1.0 - tree.jump[jump];
      }
      leaf_survival_.push_back(whole_number(survival));
    }
  }
}

void Votes::add(Index subject, Index leaf) {
  ++trees_[at(subject)];
  mortality_[at(subject)] += leaf_mortality_[at(leaf)];
  const std::size_t times = passed_.size();
  std::int64_t* to = survival_.data() + at(subject) * times;
  const std::int64_t* from = leaf_survival_.data() + at(leaf) * times;
  for (std::size_t time = 0; time < times; ++time) {
    to[time] += from[time];
  }
}

void Votes::add(const Votes& other) {
  for (std::size_t subject = 0; subject < trees_.size(); ++subject) {
    mortality_[subject] += other.mortality_[subject];
    trees_[subject] += other.trees_[subject];
  }
  for (std::size_t place = 0; place < survival_.size(); ++place) {
    survival_[place] += other.survival_[place];
  }
}

double Votes::mortality(Index subject) const {
  return mean(mortality_[at(subject)], trees(subject));
}

double Votes::risk(Index subject, Index time) const {
  return 1.0 - mean(survival_[at(subject * size_of(passed_) + time)], trees(subject));
}

} // namespace vigil::forest
