// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The trees of a forest as a part of its record, and back.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/forest_trees.hpp"
#include "vigil/learn/input_values.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

void ForestTrees::write_growth(Record& record) const {
  record.set("split_rule", split_rule);
  record.set("subjects", grown.subjects);
  record.set("training_columns", grown.columns);
  record.set("strata", grown.strata);
  record.set("features_per_split", grown.features_per_split);
  record.set("min_node", grown.min_node);
  record.set("min_leaf", grown.min_leaf);
  record.set("min_leaf_events", grown.min_leaf_events);
  record.set("sample_fraction", grown.sample_fraction);
  record.set("replace", Index{grown.replace ? 1 : 0});
  if (grown.trees_per_half_sample > 1) {
    record.set("trees_per_half_sample", grown.trees_per_half_sample);
  }
  record.set("key", grown.key);
  if (grown.categories == CategoryUse::sets) {
    record.set("categories", std::string(name_of(grown.categories)));
  }
}

namespace {

CategoryUse categories_from(const Record& record) {
  if (!record.has("categories")) {
    return CategoryUse::indicators;
  }
  expect_whole(record.text("categories") == name_of(CategoryUse::sets), record);
  return CategoryUse::sets;
}

} // namespace

void ForestTrees::read_growth(const Record& record) {
  split_rule = record.text("split_rule");
  grown = {.subjects = record.count("subjects"),
           .columns = record.count("training_columns"),
           .strata = record.has("strata") ? record.count("strata") : 1,
           .features_per_split = record.count("features_per_split"),
           .min_node = record.count("min_node"),
           .min_leaf = record.count("min_leaf"),
           .min_leaf_events = record.count("min_leaf_events"),
           .sample_fraction = record.number("sample_fraction"),
           .replace = record.count("replace") != 0,
           .trees_per_half_sample =
               record.has("trees_per_half_sample") ? record.count("trees_per_half_sample") : 1,
           .key = record.text("key"),
           .categories = categories_from(record)};
  expect_whole(grown.trees_per_half_sample >= 1, record);
}

void ForestTrees::write_columns(Record& record) const {
  record.set("features", names);
  record.set("columns", columns);
  record.set("training_lower", lower);
  record.set("training_upper", upper);
  record.set("number", number);
  if (grown.categories == CategoryUse::sets) {
    set_input_levels(record, levels);
  }
}

void ForestTrees::write_nodes(std::span<const Tree> some, Record& record) const {
  Record::Counts nodes, feature, missing_left, child, level_set;
  Record::Numbers cut;
  for (const Tree& tree : some) {
    nodes.push_back(tree.nodes());
    for (std::size_t node = 0; node < tree.feature.size(); ++node) {
      const auto place =
          std::lower_bound(columns.begin(), columns.end(), Index{tree.feature[node]});
      feature.push_back(tree.feature[node] == Tree::no_feature ? no_index
                                                               : place - columns.begin());
      if (tree.cuts_category(static_cast<std::uint32_t>(node))) {
        const auto words = Tree::set_words(size_of(levels[at(feature.back())]));
        const auto first = tree.level_set.begin() + tree.set_start[node];
        level_set.insert(level_set.end(), first, first + words);
      }
      cut.push_back(tree.cut_value[node]);
      missing_left.push_back(tree.missing_left[node]);
      child.push_back(tree.child[node]);
    }
  }
  record.set("nodes", std::move(nodes));
  record.set("feature", std::move(feature));
  record.set("cut", std::move(cut));
  record.set("missing_left", std::move(missing_left));
  record.set("child", std::move(child));
  if (grown.categories == CategoryUse::sets) {
    record.set("level_set", std::move(level_set));
  }
}

void expect_whole(bool holds, const Record& record) {
  if (!holds) {
    throw InputError({.where = "record \"" + std::string(record.kind()) + "\"",
                      .found = "trees that do not hold together",
                      .expected = "nodes, leaves and jumps as a forest writes them",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
}

bool ascend(std::span<const Index> values) {
  return std::ranges::adjacent_find(values, std::ranges::greater_equal()) == values.end();
}

namespace {

/// Trees one after another.
class TreeReader {
public:
  TreeReader(const Record& record,
             std::span<const Index> columns,
             std::span<const std::vector<std::string>> levels,
             const std::function<void(Tree&)>& read_leaf)
      : record_(record), columns_(columns), levels_(levels), read_leaf_(read_leaf),
        level_set_(record.has("categories") ? record.counts("level_set") : no_sets_),
        feature_(record.counts("feature")), missing_left_(record.counts("missing_left")),
        child_(record.counts("child")), cut_(record.numbers("cut")) {
    expect(cut_.size() == feature_.size() && missing_left_.size() == feature_.size() &&
           child_.size() == feature_.size());
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
        read_leaf_(tree); // the next by number, whoever's it is
        highest_leaf = std::max(highest_leaf, child);
        expect(child >= 0);
      } else {
        // children come after their parent: every way ends
        expect(is_below(place, size_of(columns_)) && child > number && child < nodes - 1);
        tree.feature.push_back(static_cast<std::uint32_t>(columns_[at(place)]));
        if (!levels_[at(place)].empty()) {
          read_set(tree, size_of(levels_[at(place)]));
        }
      }
    }
    if (tree.has_sets()) {
      tree.set_start.resize(tree.feature.size(), Tree::no_set);
    }
    expect(highest_leaf < tree.leaves());
    return tree;
  }
  void expect_end() const { expect(node_ == size_of(feature_) && word_ == size_of(level_set_)); }

private:
  /// Of the last node.
  void read_set(Tree& tree, Index levels) {
    const Index words = Tree::set_words(levels);
    expect(words <= size_of(level_set_) - word_);
    tree.set_start.resize(tree.feature.size() - 1, Tree::no_set);
    tree.set_start.push_back(static_cast<std::uint32_t>(tree.level_set.size()));
    for (const Index end = word_ + words; word_ < end; ++word_) {
      expect(is_below(level_set_[at(word_)], Index{1} << 32));
      tree.level_set.push_back(static_cast<std::uint32_t>(level_set_[at(word_)]));
    }
  }
  void expect(bool holds) const { expect_whole(holds, record_); }

  const Record& record_;
  std::span<const Index> columns_;
  std::span<const std::vector<std::string>> levels_;
  const std::function<void(Tree&)>& read_leaf_;
  const Record::Counts no_sets_ = {};
  const Record::Counts &level_set_, &feature_, &missing_left_, &child_;
  const Record::Numbers& cut_;
  Index node_ = 0, word_ = 0; ///< that come next
};

} // namespace

void ForestTrees::read_trees(const Record& record, const std::function<void(Tree&)>& read_leaf) {
  names = record.texts("features");
  columns = record.counts("columns");
  lower = record.numbers("training_lower");
  upper = record.numbers("training_upper");
  expect_whole(names.size() == columns.size() && lower.size() == columns.size() &&
                   upper.size() == columns.size() && ascend(columns) &&
                   grown.columns <= Tree::no_feature &&
                   std::ranges::all_of(
                       columns, [&](Index column) { return is_below(column, grown.columns); }),
               record);
  levels = input_levels(record, columns.size());
  expect_whole(grown.categories == CategoryUse::sets || !record.has("levels"), record);
  TreeReader reader(record, columns, levels, read_leaf);
  for (const Index nodes : record.counts("nodes")) {
    trees.push_back(reader.read(nodes));
  }
  reader.expect_end();
  number = record.counts("number");
  expect_whole(!trees.empty() && number.size() == trees.size() && number.front() >= 0 &&
                   ascend(number),
               record);
}

} // namespace vigil::forest
