// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// A forest as a record, and back.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/record_checks.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

namespace vigil::forest {

Record SurvivalForest::record() const {
  Record record = record_without_trees();
  add_trees(trees_, record);
  return record;
}

Record SurvivalForest::tree_lists(Index first, Index count) const {
  Record record{std::string(kind)};
  add_trees(std::span(trees_).subspan(at(first), at(count)), record);
  return record;
}

Record SurvivalForest::record_without_trees() const {
  Record record{std::string(kind)};
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("split_rule", split_rule_);
  record.set("subjects", grown_.subjects);
  record.set("training_columns", grown_.columns);
  record.set("strata", grown_.strata);
  record.set("features_per_split", grown_.features_per_split);
  record.set("min_node", grown_.min_node);
  record.set("min_leaf", grown_.min_leaf);
  record.set("min_leaf_events", grown_.min_leaf_events);
  record.set("sample_fraction", grown_.sample_fraction);
  record.set("replace", Index{grown_.replace ? 1 : 0});
  if (grown_.trees_per_half_sample > 1) {
    record.set("trees_per_half_sample", grown_.trees_per_half_sample);
  }
  record.set("key", grown_.key);
  record.set("events", events_);
  record.set("last_time", last_time_);
  record.set("event_time", event_time_);
  record.set("features", names_);
  record.set("columns", columns_);
  record.set("training_lower", lower_);
  record.set("training_upper", upper_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  record.set("number", number_);
  if (votes_) {
    Record votes("out-of-bag votes");
    votes.set("weight", votes_->weight);
    votes.set("trees", votes_->trees);
    votes.set("survival", votes_->survival);
    record.set("votes", std::move(votes));
  }
  return record;
}

void SurvivalForest::add_trees(std::span<const Tree> trees, Record& record) const {
  Record::Counts nodes, feature, missing_left, child, leaves, jumps, jump_time;
  Record::Numbers cut, jump;
  for (const Tree& tree : trees) {
    nodes.push_back(tree.nodes());
    for (std::size_t node = 0; node < tree.feature.size(); ++node) {
      const auto place =
          std::lower_bound(columns_.begin(), columns_.end(), Index{tree.feature[node]});
      feature.push_back(tree.feature[node] == Tree::no_feature ? no_index
                                                               : place - columns_.begin());
      cut.push_back(tree.cut_value[node]);
      missing_left.push_back(tree.missing_left[node]);
      child.push_back(tree.child[node]);
    }
    for (Index leaf = 0; leaf < tree.leaves(); ++leaf) {
      jumps.push_back(tree.jump_start[at(leaf + 1)] - tree.jump_start[at(leaf)]);
    }
    jump_time.insert(jump_time.end(), tree.jump_time.begin(), tree.jump_time.end());
    jump.insert(jump.end(), tree.jump.begin(), tree.jump.end());
  }
  record.set("nodes", std::move(nodes));
  record.set("feature", std::move(feature));
  record.set("cut", std::move(cut));
  record.set("missing_left", std::move(missing_left));
  record.set("child", std::move(child));
  record.set("jumps", std::move(jumps));
  record.set("jump_time", std::move(jump_time));
  record.set("jump", std::move(jump));
}

namespace {

/// Trees one after another.
class TreeReader {
public:
  TreeReader(const Record& record, std::span<const Index> columns, Index event_times)
      : columns_(columns), event_times_(event_times), feature_(record.counts("feature")),
        missing_left_(record.counts("missing_left")), child_(record.counts("child")),
        jumps_(record.counts("jumps")), jump_time_(record.counts("jump_time")),
        cut_(record.numbers("cut")), jump_(record.numbers("jump")) {
    expect(cut_.size() == feature_.size() && missing_left_.size() == feature_.size() &&
           child_.size() == feature_.size() && jump_.size() == jump_time_.size());
  }
  Tree read(Index nodes) {
    expect(nodes > 0 && nodes <= size_of(feature_) - node_);
    Tree tree;
    Index highest_leaf = 0;
    for (Index number = 0; number < nodes; ++number, ++node_) {
      const Index place = feature_[at(node_)], child = child_[at(node_)];
      expect(is_below(missing_left_[at(node_)], 2) && std::isfinite(cut_[at(node_)]));
      tree.cut.push_back(0); // ranks are those of the training data
      tree.cut_value.push_back(cut_[at(node_)]);
      tree.missing_left.push_back(static_cast<std::uint8_t>(missing_left_[at(node_)]));
      tree.child.push_back(static_cast<std::uint32_t>(child));
      if (place == no_index) {
        tree.feature.push_back(Tree::no_feature);
        read_leaf(tree); // the next by number, whoever's it is
        highest_leaf = std::max(highest_leaf, child);
        expect(child >= 0);
      } else {
        // children come after their parent: every way ends
        expect(is_below(place, size_of(columns_)) && child > number && child < nodes - 1);
        tree.feature.push_back(static_cast<std::uint32_t>(columns_[at(place)]));
      }
    }
    expect(highest_leaf < tree.leaves());
    return tree;
  }
  void expect_end() const {
    expect(node_ == size_of(feature_) && leaf_ == size_of(jumps_) && place_ == size_of(jump_));
  }

private:
  void read_leaf(Tree& tree) {
    expect(leaf_ < size_of(jumps_) && is_below(jumps_[at(leaf_)], size_of(jump_) - place_ + 1));
    Index before = no_index;
    for (const Index end = place_ + jumps_[at(leaf_++)]; place_ < end; ++place_) {
      const Index time = jump_time_[at(place_)];
      const double jump = jump_[at(place_)];
      expect(time > before && is_below(time, event_times_) && jump >= 0.0 && jump <= 1.0);
      before = time;
      tree.jump_time.push_back(static_cast<std::uint32_t>(time));
      tree.jump.push_back(jump);
    }
    tree.jump_start.push_back(static_cast<std::uint32_t>(tree.jump.size()));
  }

  std::span<const Index> columns_;
  Index event_times_;
  const Record::Counts &feature_, &missing_left_, &child_, &jumps_, &jump_time_;
  const Record::Numbers &cut_, &jump_;
  Index node_ = 0, leaf_ = 0, place_ = 0; ///< that come next
};

/// trees: of the forest, so that sums over parts stay whole numbers of 64 bits.
ShardVotes read_votes(const Record& record, Index subjects, std::size_t times, Index trees) {
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
  forest.split_rule_ = record.text("split_rule");
  forest.grown_ = {.subjects = record.count("subjects"),
                   .columns = record.count("training_columns"),
                   .strata = record.has("strata") ? record.count("strata") : 1,
                   .features_per_split = record.count("features_per_split"),
                   .min_node = record.count("min_node"),
                   .min_leaf = record.count("min_leaf"),
                   .min_leaf_events = record.count("min_leaf_events"),
                   .sample_fraction = record.number("sample_fraction"),
                   .replace = record.count("replace") != 0,
                   .trees_per_half_sample = record.has("trees_per_half_sample")
                                                ? record.count("trees_per_half_sample")
                                                : 1,
                   .key = record.text("key")};
  expect(forest.grown_.trees_per_half_sample >= 1);
  forest.events_ = record.count("events");
  forest.last_time_ = record.number("last_time");
  forest.event_time_ = record.numbers("event_time");
  if (forest.status_ == FitStatus::undefined) {
    return forest;
  }
  forest.names_ = record.texts("features");
  forest.columns_ = record.counts("columns");
  forest.lower_ = record.numbers("training_lower");
  forest.upper_ = record.numbers("training_upper");
  forest.risk_time_ = record.numbers("risk_time");
  forest.training_risk_95_ = record.numbers("training_risk_95");
  expect(forest.names_.size() == forest.columns_.size() &&
         forest.lower_.size() == forest.columns_.size() &&
         forest.upper_.size() == forest.columns_.size() &&
         forest.risk_time_.size() == forest.training_risk_95_.size() &&
         std::ranges::is_sorted(forest.event_time_) && ascend(forest.columns_) &&
         forest.grown_.columns <= Tree::no_feature &&
         std::ranges::all_of(forest.columns_, [&](Index column) {
           return is_below(column, forest.grown_.columns);
         }));
  TreeReader reader(record, forest.columns_, size_of(forest.event_time_));
  for (const Index nodes : record.counts("nodes")) {
    forest.trees_.push_back(reader.read(nodes));
  }
  reader.expect_end();
  forest.number_ = record.counts("number");
  expect(!forest.trees_.empty() && forest.number_.size() == forest.trees_.size() &&
         forest.number_.front() >= 0 && ascend(forest.number_));
  if (record.has("votes")) {
    forest.votes_ = read_votes(record.record("votes"),
                               forest.grown_.subjects,
                               forest.risk_time_.size(),
                               size_of(forest.trees_));
  }
  return forest;
}

} // namespace vigil::forest
