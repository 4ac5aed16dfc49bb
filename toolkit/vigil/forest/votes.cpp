// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/votes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::forest {

namespace {

constexpr double whole = 0x1p30;

std::int64_t whole_number(double value) {
  return std::llround(value * whole);
}

constexpr std::int64_t alive = std::int64_t{1} << 30; ///< survival of 1

double mean(std::int64_t sum, Index count) {
  return count > 0 ? static_cast<double>(sum) / whole / static_cast<double>(count)
                   : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

void LeafVotes::take(const Tree& tree, Index event_times, std::span<const Index> passed) {
  mortality_.clear();
  changes_.clear();
  start_.assign(1, 0);
  for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
    const std::uint32_t end = tree.jump_start[at(leaf + 1)];
    std::uint32_t jump = tree.jump_start[at(leaf)];
    double mortality = 0.0, survival = 1.0;
    for (std::uint32_t each = jump; each < end; ++each) {
      mortality += tree.jump[each] * static_cast<double>(event_times - tree.jump_time[each]);
    }
    mortality_.push_back(whole_number(mortality));
    std::int64_t before = alive;
    while (jump < end) { // the first time that has passed the jump, and all jumps up to it
      const auto time = std::upper_bound(passed.begin(), passed.end(), Index{tree.jump_time[jump]});
      if (time == passed.end()) {
        break;
      }
      for (; jump < end && tree.jump_time[jump] < *time; ++jump) {
        survival *= 1.0 - tree.jump[jump];
      }
      const std::int64_t here = whole_number(survival);
      changes_.push_back({static_cast<std::uint32_t>(time - passed.begin()), here - before});
      before = here;
    }
    start_.push_back(changes_.size());
  }
}

void Votes::add(Index subject, const LeafVotes& tree, Index leaf) {
  ++trees_[at(subject)];
  mortality_[at(subject)] += tree.mortality(leaf);
  std::int64_t* to = survival_.data() + at(subject) * times_;
  for (const LeafVotes::Change& change : tree.changes(leaf)) {
    to[change.time] += change.by;
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

void Votes::add_up() {
  for (std::size_t subject = 0; subject < trees_.size(); ++subject) {
    std::int64_t sum = trees_[subject] * alive;
    for (std::size_t time = 0; time < times_; ++time) {
      sum += survival_[subject * times_ + time];
      survival_[subject * times_ + time] = sum;
    }
  }
}

double Votes::mortality(Index subject) const {
  return mean(mortality_[at(subject)], trees(subject));
}

double Votes::risk(Index subject, Index time) const {
  return 1.0 - mean(survival_[at(subject) * times_ + at(time)], trees(subject));
}

} // namespace vigil::forest
