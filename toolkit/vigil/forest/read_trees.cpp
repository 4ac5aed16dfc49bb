// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/read_trees.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/forest_trees.hpp"
#include "vigil/forest/leaf_lists.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/input_values.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil::forest {

namespace {

/// Lists of the nodes, tree after tree.
constexpr std::array<std::string_view, 3> counts_by_node{"child", "feature", "missing_left"};
constexpr std::string_view numbers_by_node = "cut", words_of_sets = "level_set";

const LeafLists& leaf_lists_of(const Record& record) {
  const auto found = std::ranges::find(leaf_lists, record.kind(), &LeafLists::kind);
  if (found == leaf_lists.end()) {
    expect_kind(record, SurvivalForest::kind); // throws
  }
  return *found;
}

/// What is read in part, or not at all.
std::vector<std::string_view> partial_lists() {
  std::vector<std::string_view> names(counts_by_node.begin(), counts_by_node.end());
  names.insert(names.end(), {numbers_by_node, words_of_sets, "votes"});
  for (const LeafLists& leaves : leaf_lists) {
    for (const auto lists :
         {leaves.numbers_by_leaf, leaves.counts_by_jump, leaves.numbers_by_jump}) {
      names.insert(names.end(), lists.begin(), lists.end());
    }
    if (!leaves.jumps_by_leaf.empty()) {
      names.insert(names.end(), {leaves.jumps_by_leaf, leaves.cause_by_jump});
    }
  }
  return names;
}

struct Part {
  Index first = 0, count = 0;
};

/// Places of the trees that are wanted among those that are stored.
Part find_trees(const Record::Counts& number, const TreeNumbers& wanted) {
  const Index first = wanted.first.value_or(number.front());
  const Index most = std::numeric_limits<Index>::max() - std::max<Index>(first, 0);
  const Index last = wanted.count ? first + std::min(*wanted.count - 1, most) : number.back();
  const auto begin = std::ranges::lower_bound(number, first);
  const Index found = std::ranges::upper_bound(number, last) - begin;
  if (found < wanted.count.value_or(1)) {
    throw ConfigError({.where = "trees of the model",
                       .found = count_text(std::max<Index>(found, 0)) + " trees from number " +
                                number_text(first) + " to " + number_text(last),
                       .expected = "some of its " + count_text(size_of(number)) +
                                   " trees, which have numbers from " +
                                   number_text(number.front()) + " to " +
                                   number_text(number.back()),
                       .remedy = "change --first-tree or --trees",
                       .problem = "the model lacks trees that are asked for"});
  }
  return {.first = begin - number.begin(), .count = found};
}

/// Sum of what values of a list that come one after another stand for, each 0 or more; the sum is no more than `most`.
template <class Term>
Index sum_over(const RecordSource& source,
               std::string_view name,
               const Part& part,
               Index most,
               const Term& term) {
  constexpr Index at_once = Index{1} << 16;
  Index sum = 0;
  for (Index first = 0; first < part.count; first += at_once) {
    for (const Index value :
         source.counts(name, part.first + first, std::min(at_once, part.count - first))) {
      sum += term(value, most - sum);
    }
  }
  return sum;
}

/// The lists of some trees of a stored forest, put into its record.
class PartReader {
public:
  /// record: all but partial_lists().
  PartReader(const RecordSource& source, Record& record)
      : source_(source), record_(record), leaves_(leaf_lists_of(record)) {}

  void read(const Part& trees) {
    find_nodes(trees);
    read_counts(counts_by_node, node_);
    record_.set(numbers_by_node, source_.numbers(numbers_by_node, node_.first, node_.count));
    if (record_.has("categories")) {
      read_sets();
    }
    read_numbers(leaves_.numbers_by_leaf, leaf_);
    if (!leaves_.jumps_by_leaf.empty()) {
      read_jumps();
    }
    keep_trees("nodes", trees);
    keep_trees("number", trees);
  }

private:
  void expect(bool holds) const { expect_whole(holds, record_); }
  void find_nodes(const Part& trees) {
    const Index all = source_.size(counts_by_node.front());
    const auto& nodes = record_.counts("nodes");
    for (Index tree = 0; tree < trees.first + trees.count; ++tree) {
      const Index these = nodes[at(tree)];
      // every node but a leaf has two children
      expect(these % 2 == 1 && is_below(these, all - node_.first - node_.count + 1));
      (tree < trees.first ? node_.first : node_.count) += these;
      (tree < trees.first ? leaf_.first : leaf_.count) += (these + 1) / 2;
    }
  }
  /// Of a node that cuts a column in this place, or is a leaf.
  [[nodiscard]] Index words_at(Index place,
                               std::span<const std::vector<std::string>> levels) const {
    expect(place == no_index || is_below(place, size_of(levels)));
    return place == no_index || levels[at(place)].empty()
               ? 0
               : Tree::set_words(size_of(levels[at(place)]));
  }
  void read_sets() {
    const auto levels = input_levels(record_, record_.counts("columns").size());
    const auto words = [&](Index place, Index most) {
      const Index count = words_at(place, levels);
      expect(count <= most);
      return count;
    };
    Index left = source_.size(words_of_sets);
    const Index first =
        sum_over(source_, "feature", {.first = 0, .count = node_.first}, left, words);
    left -= first;
    Index count = 0;
    for (const Index place : record_.counts("feature")) {
      count += words(place, left - count);
    }
    record_.set(words_of_sets, source_.counts(words_of_sets, first, count));
  }
  void read_jumps() {
    const auto of_leaf = [&](Index jumps, Index most) {
      expect(is_below(jumps, most + 1));
      return jumps;
    };
    Index left = source_.size(leaves_.numbers_by_jump.front());
    Part jump{
        .first = sum_over(
            source_, leaves_.jumps_by_leaf, {.first = 0, .count = leaf_.first}, left, of_leaf)};
    left -= jump.first;
    Record::Counts jumps = source_.counts(leaves_.jumps_by_leaf, leaf_.first, leaf_.count);
    for (const Index each : jumps) {
      jump.count += of_leaf(each, left - jump.count);
    }
    record_.set(leaves_.jumps_by_leaf, std::move(jumps));
    read_counts(leaves_.counts_by_jump, jump);
    read_numbers(leaves_.numbers_by_jump, jump);
    if (record_.has("causes")) {
      read_counts({&leaves_.cause_by_jump, 1}, jump);
    }
  }
  void read_counts(std::span<const std::string_view> names, const Part& part) {
    for (const std::string_view name : names) {
      record_.set(name, source_.counts(name, part.first, part.count));
    }
  }
  void read_numbers(std::span<const std::string_view> names, const Part& part) {
    for (const std::string_view name : names) {
      record_.set(name, source_.numbers(name, part.first, part.count));
    }
  }
  void keep_trees(std::string_view name, const Part& trees) {
    const auto some = std::span(record_.counts(name)).subspan(at(trees.first), at(trees.count));
    record_.set(name, Record::Counts(some.begin(), some.end()));
  }

  const RecordSource& source_;
  Record& record_;
  const LeafLists& leaves_;
  Part node_, leaf_;
};

/// Those of their places that some tree cuts; `feature` then counts these alone.
void keep_cut_columns(Record& record) {
  const auto& columns = record.counts("columns");
  Record::Counts feature = record.counts("feature"), place_of(columns.size(), no_index);
  for (const Index place : feature) {
    expect_whole(place == no_index || is_below(place, size_of(columns)), record);
    if (place != no_index) {
      place_of[at(place)] = 0;
    }
  }
  Index kept = 0;
  for (Index& place : place_of) {
    place = place == no_index ? no_index : kept++;
  }
  for (Index& place : feature) {
    place = place == no_index ? no_index : place_of[at(place)];
  }
  const auto kept_of = [&](const auto& values) {
    expect_whole(values.size() == place_of.size(), record);
    std::decay_t<decltype(values)> result;
    for (std::size_t place = 0; place < values.size(); ++place) {
      if (place_of[place] != no_index) {
        result.push_back(values[place]);
      }
    }
    return result;
  };
  record.set("features", kept_of(record.texts("features")));
  record.set("training_lower", kept_of(record.numbers("training_lower")));
  record.set("training_upper", kept_of(record.numbers("training_upper")));
  if (record.has("levels")) {
    set_input_levels(record, kept_of(input_levels(record, columns.size())));
  }
  record.set("columns", kept_of(columns));
  record.set("feature", std::move(feature));
}

} // namespace

Record read_trees(const RecordSource& source, const TreeNumbers& wanted) {
  Record record = source.read_without(partial_lists());
  PartReader reader(source, record);
  const auto& number = record.counts("number");
  if (number.empty()) { // no forest, with a reason
    return source.read();
  }
  expect_whole(record.counts("nodes").size() == number.size() && number.front() >= 0 &&
                   ascend(number),
               record);
  reader.read(find_trees(number, wanted));
  keep_cut_columns(record);
  return record;
}

} // namespace vigil::forest
