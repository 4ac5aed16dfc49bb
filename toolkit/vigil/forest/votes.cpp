// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/votes.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

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

namespace {

/// From the first jump of a leaf on: survival, and how much each jump counts in mortality.
struct OneEvent {
  const Tree& tree;
  double survival = 1.0;

  void clear() { survival = 1.0; }
  [[nodiscard]] double hazard(std::uint32_t jump) const { return tree.jump[jump]; }
  void pass(std::uint32_t jump) { survival *= 1.0 - tree.jump[jump]; }
  [[nodiscard]] double free() const { return survival; }
};

/// The same of one cause. Jumps of one time meet the same survival before it.
struct OneCause {
  const Tree& tree;
  Index cause;
  double before = 1.0, now = 1.0, others = 0.0, hazards = 0.0;
  std::uint32_t time = Tree::no_feature;

  void clear() {
    before = now = 1.0;
    others = hazards = 0.0;
    time = Tree::no_feature;
  }
  [[nodiscard]] double hazard(std::uint32_t jump) const {
    return Index{tree.jump_cause[jump]} == cause ? tree.jump[jump] : 0.0;
  }
  void pass(std::uint32_t jump) {
    if (tree.jump_time[jump] != time) {
      time = tree.jump_time[jump];
      before = now;
      hazards = 0.0;
    }
    hazards += tree.jump[jump];
    others += Index{tree.jump_cause[jump]} == cause ? 0.0 : before * tree.jump[jump];
    now = before * (1.0 - hazards);
  }
  [[nodiscard]] double free() const { return now + others; }
};

} // namespace

void LeafVotes::take(const Tree& tree,
                     Index event_times,
                     std::span<const Index> passed,
                     Index cause) {
  if (tree.jump_cause.empty()) {
    take_steps(tree, event_times, passed, OneEvent{tree});
  } else {
    take_steps(tree, event_times, passed, OneCause{tree, cause});
  }
}

template <class Step>
void LeafVotes::take_steps(const Tree& tree,
                           Index event_times,
                           std::span<const Index> passed,
                           Step step) {
  mortality_.clear();
  changes_.clear();
  start_.assign(1, 0);
  if (!tree.leaf_value.empty()) {
    std::ranges::transform(tree.leaf_value, std::back_inserter(mortality_), whole_number);
    start_.assign(tree.leaf_value.size() + 1, 0);
    return;
  }
  for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
    const std::uint32_t end = tree.jump_start[at(leaf + 1)];
    std::uint32_t jump = tree.jump_start[at(leaf)];
    double mortality = 0.0;
    step.clear();
    for (std::uint32_t each = jump; each < end; ++each) {
      mortality += step.hazard(each) * static_cast<double>(event_times - tree.jump_time[each]);
    }
    mortality_.push_back(whole_number(mortality));
    std::int64_t before = alive;
    while (jump < end) { // the first time that has passed the jump, and all jumps up to it
      const auto time = std::upper_bound(passed.begin(), passed.end(), Index{tree.jump_time[jump]});
      if (time == passed.end()) {
        break;
      }
      for (; jump < end && tree.jump_time[jump] < *time; ++jump) {
        step.pass(jump);
      }
      const std::int64_t here = whole_number(step.free());
      changes_.push_back({static_cast<std::uint32_t>(time - passed.begin()), here - before});
      before = here;
    }
    start_.push_back(changes_.size());
  }
}

std::int64_t LeafVotes::last_survival(Index leaf) const {
  std::int64_t survival = alive;
  for (const Change& change : changes(leaf)) {
    survival += change.by;
  }
  return survival;
}

void MortalityVotes::add(Index subject, Index group, std::int64_t mortality) {
  const std::size_t place = at(subject * groups_ + group);
  sum_[place] += mortality;
  ++trees_[place];
}

void MortalityVotes::add(const MortalityVotes& others) {
  for (std::size_t place = 0; place < sum_.size(); ++place) {
    sum_[place] += others.sum_[place];
    trees_[place] += others.trees_[place];
  }
}

Index MortalityVotes::trees(Index subject, Index left_out) const {
  Index count = 0;
  for (Index group = 0; group < groups_; ++group) {
    count += group == left_out ? 0 : trees_[at(subject * groups_ + group)];
  }
  return count;
}

std::int64_t MortalityVotes::sum(Index subject, Index left_out) const {
  std::int64_t sum = 0;
  for (Index group = 0; group < groups_; ++group) {
    sum += group == left_out ? 0 : sum_[at(subject * groups_ + group)];
  }
  return sum;
}

double MortalityVotes::mean(Index subject, Index left_out) const {
  return voted_mortality(sum(subject, left_out), trees(subject, left_out));
}

void Votes::add(Index subject, const LeafVotes& tree, Index leaf, Index group) {
  mortality_.add(subject, group, tree.mortality(leaf));
  std::int64_t* to = survival_.data() + at(subject) * times_;
  for (const LeafVotes::Change& change : tree.changes(leaf)) {
    to[change.time] += change.by;
  }
}

void Votes::add(const Votes& others) {
  mortality_.add(others.mortality_);
  for (std::size_t place = 0; place < survival_.size(); ++place) {
    survival_[place] += others.survival_[place];
  }
}

void Votes::add_up() {
  for (Index subject = 0; subject < mortality_.subjects(); ++subject) {
    std::int64_t sum = trees(subject) * LeafVotes::alive;
    std::int64_t* row = survival_.data() + at(subject) * times_;
    for (std::size_t time = 0; time < times_; ++time) {
      sum += row[time];
      row[time] = sum;
    }
  }
}

double Votes::risk(Index subject, Index time) const {
  return voted_risk(survival(subject, time), trees(subject));
}

double voted_mortality(std::int64_t mortality, Index trees) {
  return mean(mortality, trees);
}

double voted_risk(std::int64_t survival, Index trees) {
  return 1.0 - mean(survival, trees);
}

VoteTimes::VoteTimes(std::span<const double> event_time, std::span<const double> times)
    : order(times.size()) {
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index left, Index right) {
    return times[at(left)] < times[at(right)];
  });
  for (const Index number : order) {
    passed.push_back(std::upper_bound(event_time.begin(), event_time.end(), times[at(number)]) -
                     event_time.begin());
  }
}

} // namespace vigil::forest
