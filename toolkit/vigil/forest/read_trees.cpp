// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/read_trees.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/record_checks.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vigil::forest {

namespace {

/// Lists of the trees, tree after tree, by what they have an entry for.
constexpr std::array<std::string_view, 3> counts_by_node{"child", "feature", "missing_left"};
constexpr std::string_view number_by_node = "cut", count_by_leaf = "jumps",
                           count_by_jump = "jump_time", number_by_jump = "jump";

constexpr std::array<std::string_view, 8> left_out{
    "child", "cut", "feature", "jump", "jump_time", "jumps", "missing_left", "votes"};

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

/// Sum of the first values of a list of numbers that are not below 0; no more than `most`.
Index sum_of_first(const RecordSource& source, std::string_view name, Index count, Index most) {
  constexpr Index at_once = Index{1} << 16;
  Index sum = 0;
  for (Index first = 0; first < count; first += at_once) {
    for (const Index value : source.counts(name, first, std::min(at_once, count - first))) {
      expect(is_below(value, most - sum + 1));
      sum += value;
    }
  }
  return sum;
}

/// Those of their places that some tree cuts; `feature` then counts these alone.
void keep_cut_columns(Record& record) {
  const auto& columns = record.counts("columns");
  Record::Counts feature = record.counts("feature"), place_of(columns.size(), no_index);
  for (const Index place : feature) {
    expect(place == no_index || is_below(place, size_of(columns)));
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
    expect(values.size() == place_of.size());
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
  record.set("columns", kept_of(columns));
  record.set("feature", std::move(feature));
}

} // namespace

Record read_trees(const RecordSource& source, const TreeNumbers& wanted) {
  Record record = source.read_without(left_out);
  expect_kind(record, "survival-forest");
  const Record::Counts nodes = record.counts("nodes"), number = record.counts("number");
  if (number.empty()) { // no forest, with a reason
    return source.read();
  }
  const Index all_nodes = source.size("feature"), all_jumps = source.size("jump");
  expect(nodes.size() == number.size() && number.front() >= 0 && ascend(number));
  const Part trees = find_trees(number, wanted);
  Part node, leaf;
  for (Index tree = 0; tree < trees.first + trees.count; ++tree) {
    const Index these = nodes[at(tree)];
    // every node but a leaf has two children
    expect(these % 2 == 1 && is_below(these, all_nodes - node.first - node.count + 1));
    (tree < trees.first ? node.first : node.count) += these;
    (tree < trees.first ? leaf.first : leaf.count) += (these + 1) / 2;
  }
  Record::Counts jumps = source.counts(count_by_leaf, leaf.first, leaf.count);
  Part jump{.first = sum_of_first(source, count_by_leaf, leaf.first, all_jumps)};
  for (const Index each : jumps) {
    expect(is_below(each, all_jumps - jump.first - jump.count + 1));
    jump.count += each;
  }
  for (const std::string_view name : counts_by_node) {
    record.set(name, source.counts(name, node.first, node.count));
  }
  record.set(number_by_node, source.numbers(number_by_node, node.first, node.count));
  record.set(count_by_leaf, std::move(jumps));
  record.set(count_by_jump, source.counts(count_by_jump, jump.first, jump.count));
  record.set(number_by_jump, source.numbers(number_by_jump, jump.first, jump.count));
  const auto of_trees = [&](const Record::Counts& values) {
    const auto some = std::span(values).subspan(at(trees.first), at(trees.count));
    return Record::Counts(some.begin(), some.end());
  };
  record.set("nodes", of_trees(nodes));
  record.set("number", of_trees(number));
  keep_cut_columns(record);
  return record;
}

} // namespace vigil::forest
