// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// A survival forest as a record, and back.
#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace vigil::forest {

Record SurvivalForest::record() const {
  Record record = record_without_trees();
  add_trees(trees(), record);
  return record;
}

Record SurvivalForest::tree_lists(Index first, Index count) const {
  Record record{std::string(kind)};
  add_trees(trees().subspan(at(first), at(count)), record);
  return record;
}

Record SurvivalForest::record_without_trees() const {
  Record record{std::string(kind)};
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  trees_.write_growth(record);
  record.set("events", events_);
  record.set("last_time", last_time_);
  causes_.write(record);
  record.set("event_time", event_time_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  trees_.write_columns(record);
  if (votes_) {
    Record votes("out-of-bag votes");
    votes.set("weight", votes_->weight);
    votes.set("trees", votes_->trees);
    votes.set("survival", votes_->survival);
    record.set("votes", std::move(votes));
  }
  return record;
}

// The lists of leaves are those of leaf_lists.hpp.
void SurvivalForest::add_trees(std::span<const Tree> some, Record& record) const {
  trees_.write_nodes(some, record);
  Record::Counts jumps, jump_time, jump_cause;
  Record::Numbers jump;
  for (const Tree& tree : some) {
    for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
      jumps.push_back(tree.jump_start[at(leaf + 1)] - tree.jump_start[at(leaf)]);
    }
    tree.jump_time.append_to(jump_time, 0, tree.jump_time.size());
    jump.insert(jump.end(), tree.jump.begin(), tree.jump.end());
    jump_cause.insert(jump_cause.end(), tree.jump_cause.begin(), tree.jump_cause.end());
  }
  record.set("jumps", std::move(jumps));
  record.set("jump_time", std::move(jump_time));
  record.set("jump", std::move(jump));
  if (!causes_.names.empty()) {
    record.set("jump_cause", std::move(jump_cause));
  }
}

// A file may hold anything: whatever predict() would follow is looked at.
namespace {

/// The jumps of leaves one after another.
class LeafReader {
public:
  /// causes: 0 with one kind of event.
  LeafReader(const Record& record, Index event_times, Index causes)
      : record_(record), event_times_(event_times), causes_(causes), jumps_(record.counts("jumps")),
        jump_time_(record.counts("jump_time")),
        jump_cause_(causes > 0 ? &record.counts("jump_cause") : nullptr),
        jump_(record.numbers("jump")) {
    expect_whole(jump_.size() == jump_time_.size() &&
                     (jump_cause_ == nullptr || jump_cause_->size() == jump_.size()),
                 record_);
  }
  void read(Tree& tree) {
    expect_whole(leaf_ < size_of(jumps_) &&
                     is_below(jumps_[at(leaf_)], size_of(jump_) - place_ + 1),
                 record_);
    Index before = no_index, cause_before = 0;
    double together = 0.0; // of all causes at a time
    for (const Index end = place_ + jumps_[at(leaf_++)]; place_ < end; ++place_) {
      const Index time = jump_time_[at(place_)];
      const double jump = jump_[at(place_)];
      const Index cause = jump_cause_ == nullptr ? 0 : (*jump_cause_)[at(place_)];
      const bool same = time == before && cause > cause_before; // another cause at that time
      together = same ? together + jump : jump;
      expect_whole((time > before || same) && is_below(time, event_times_) && jump >= 0.0 &&
                       together <= 1.0 + (causes_ > 0 ? rounding : 0.0),
                   record_);
      before = time;
      cause_before = cause;
      if (jump_cause_ != nullptr) {
        expect_whole(cause >= 1 && cause <= causes_, record_);
        tree.jump_cause.push_back(static_cast<std::uint8_t>(cause));
      }
      tree.jump_time.push_back(static_cast<std::uint32_t>(time));
      tree.jump.push_back(jump);
    }
    tree.jump_start.push_back(static_cast<std::uint32_t>(tree.jump.size()));
  }
  void expect_end() const {
    expect_whole(leaf_ == size_of(jumps_) && place_ == size_of(jump_), record_);
  }

private:
  static constexpr double rounding = 1e-12;

  const Record& record_;
  Index event_times_, causes_;
  const Record::Counts &jumps_, &jump_time_;
  const Record::Counts* jump_cause_;
  const Record::Numbers& jump_;
  Index leaf_ = 0, place_ = 0; ///< that come next
};

/// trees: of the forest, so that sums over parts stay whole numbers of 64 bits.
ShardVotes read_votes(const Record& forest, Index subjects, std::size_t times, Index trees) {
  const Record& record = forest.record("votes");
  const auto expect = [&](bool holds) { expect_whole(holds, forest); };
  ShardVotes votes{.weight = record.numbers("weight"),
                   .trees = record.counts("trees"),
                   .survival = record.counts("survival")};
  expect(size_of(votes.weight) == subjects && votes.trees.size() == votes.weight.size() &&
         votes.survival.size() == votes.weight.size() * times);
  for (std::size_t row = 0; row < votes.weight.size(); ++row) {
    expect(votes.weight[row] > 0.0 && std::isfinite(votes.weight[row]) &&
           is_below(votes.trees[row], trees + 1));
    for (const Index survival : std::span(votes.survival).subspan(row * times, times)) {
      expect(survival >= 0 && LeafVotes::real(survival) <= static_cast<double>(votes.trees[row]));
    }
  }
  return votes;
}

} // namespace

SurvivalForest SurvivalForest::from_record(const Record& record) {
  expect_kind(record, kind);
  SurvivalForest forest;
  forest.status_ = status_from(record);
  forest.reason_ = record.text("reason");
  forest.trees_.read_growth(record);
  forest.causes_ = ForestCauses::read(record);
  forest.events_ = record.count("events");
  forest.last_time_ = record.number("last_time");
  forest.event_time_ = record.numbers("event_time");
  if (forest.status_ == FitStatus::undefined) {
    return forest;
  }
  forest.risk_time_ = record.numbers("risk_time");
  forest.training_risk_95_ = record.numbers("training_risk_95");
  expect_whole(forest.risk_time_.size() == forest.training_risk_95_.size() &&
                   std::ranges::is_sorted(forest.event_time_),
               record);
  LeafReader leaves(record, size_of(forest.event_time_), size_of(forest.causes_.names));
  forest.trees_.read_trees(record, [&](Tree& tree) { leaves.read(tree); });
  leaves.expect_end();
  if (record.has("votes")) {
    forest.votes_ = read_votes(
        record, forest.grown().subjects, forest.risk_time_.size(), size_of(forest.trees()));
  }
  return forest;
}

} // namespace vigil::forest
