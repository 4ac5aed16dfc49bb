// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// A forest as a record, and back.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

namespace {

constexpr std::string_view kind = "survival-forest";

} // namespace

Record SurvivalForest::record() const {
  Record record{std::string(kind)};
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("split_rule", split_rule_);
  record.set("events", events_);
  record.set("last_time", last_time_);
  record.set("event_time", event_time_);
  record.set("features", names_);
  record.set("columns", columns_);
  record.set("training_lower", lower_);
  record.set("training_upper", upper_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  Record::Counts nodes, feature, missing_left, child, leaves, jumps, jump_time;
  Record::Numbers cut, jump;
  for (const Tree& tree : trees_) {
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
  return record;
}

// A file may hold anything: whatever predict() would follow is looked at.
bool SurvivalForest::is_whole() const {
  if (names_.size() != columns_.size() || lower_.size() != columns_.size() ||
      upper_.size() != columns_.size() || risk_time_.size() != training_risk_95_.size() ||
      trees_.empty() || !std::is_sorted(event_time_.begin(), event_time_.end()) ||
      !std::is_sorted(columns_.begin(), columns_.end()) ||
      std::ranges::any_of(
          columns_, [](Index column) { return column < 0 || column >= Index{Tree::no_feature}; })) {
    return false;
  }
  return std::ranges::all_of(trees_, [&](const Tree& tree) {
    for (Index node = 0; node < tree.nodes(); ++node) {
      const Index child = tree.child[at(node)];
      const bool leaf = tree.feature[at(node)] == Tree::no_feature;
      // children come after their parent: every way ends
      if (leaf ? child >= tree.leaves() : child <= node || child + 1 >= tree.nodes()) {
        return false;
      }
    }
    return tree.nodes() > 0 &&
           std::ranges::all_of(tree.jump_time,
                               [&](Index time) { return time < size_of(event_time_); }) &&
           std::ranges::all_of(tree.jump, [](double jump) { return jump >= 0.0 && jump <= 1.0; });
  });
}

SurvivalForest SurvivalForest::from_record(const Record& record) {
  expect_kind(record, kind);
  SurvivalForest forest;
  forest.status_ = status_from(record);
  forest.reason_ = record.text("reason");
  forest.split_rule_ = record.text("split_rule");
  forest.events_ = record.count("events");
  forest.last_time_ = record.number("last_time");
  forest.event_time_ = record.numbers("event_time");
  if (forest.status_ == FitStatus::undefined) {
    return forest;
  }
  forest.names_ = record.texts("features");
  forest.lower_ = record.numbers("training_lower");
  forest.upper_ = record.numbers("training_upper");
  forest.risk_time_ = record.numbers("risk_time");
  forest.training_risk_95_ = record.numbers("training_risk_95");
  forest.columns_ = record.counts("columns");
  const auto &nodes = record.counts("nodes"), &feature = record.counts("feature"),
             &missing_left = record.counts("missing_left"), &child = record.counts("child"),
             &jumps = record.counts("jumps"), &jump_time = record.counts("jump_time");
  const auto &cut = record.numbers("cut"), &jump = record.numbers("jump");
  bool whole = forest.names_.size() == forest.columns_.size() && cut.size() == feature.size() &&
               missing_left.size() == feature.size() && child.size() == feature.size() &&
               jump.size() == jump_time.size();
  Index node = 0, leaf = 0, place = 0;
  const auto in_range = [](Index value, Index end) { return value >= 0 && value < end; };
  for (const Index count : nodes) {
    whole = whole && count > 0 && count <= size_of(feature) - node;
    Tree tree;
    for (const Index end = whole ? node + count : node; node < end; ++node) {
      const bool is_leaf = feature[at(node)] == no_index;
      whole = whole && (is_leaf || in_range(feature[at(node)], size_of(forest.names_))) &&
              in_range(child[at(node)], count) && in_range(missing_left[at(node)], 2) &&
              std::isfinite(cut[at(node)]);
      tree.feature.push_back(
          is_leaf ? Tree::no_feature
          : whole ? static_cast<std::uint32_t>(forest.columns_[at(feature[at(node)])])
                  : 0);
      tree.cut.push_back(0);
      tree.cut_value.push_back(cut[at(node)]);
      tree.missing_left.push_back(static_cast<std::uint8_t>(missing_left[at(node)]));
      tree.child.push_back(static_cast<std::uint32_t>(child[at(node)]));
      if (is_leaf) {
        whole =
            whole && leaf < size_of(jumps) && in_range(jumps[at(leaf)], size_of(jump) - place + 1);
        const Index jump_end = whole ? place + jumps[at(leaf++)] : place;
        for (; place < jump_end; ++place) {
          whole = whole && in_range(jump_time[at(place)], size_of(forest.event_time_));
          tree.jump_time.push_back(static_cast<std::uint32_t>(jump_time[at(place)]));
          tree.jump.push_back(jump[at(place)]);
        }
        tree.jump_start.push_back(static_cast<std::uint32_t>(tree.jump.size()));
      }
    }
    forest.trees_.push_back(std::move(tree));
  }
  if (!whole || node != size_of(feature) || leaf != size_of(jumps) || place != size_of(jump) ||
      !forest.is_whole()) {
    throw InputError({.where = "record " + quoted(record.kind()),
                      .found = "trees that do not hold together",
                      .expected = "nodes, leaves and jumps as a forest writes them",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return forest;
}

} // namespace vigil::forest
