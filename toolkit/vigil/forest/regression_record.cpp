// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// A forest of values as a record, and back; several as one.
#include "vigil/forest/merged_trees.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/learn/model_checks.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace vigil::forest {

namespace {

constexpr std::string_view gaussian = "gaussian", binomial = "binomial";
/// The largest exponent of a double and that of its smallest: no range is beyond.
constexpr Index highest_exponent = 1100;

} // namespace

Record RegressionForest::record() const {
  Record record = record_without_trees();
  add_trees(trees(), record);
  return record;
}

Record RegressionForest::tree_lists(Index first, Index count) const {
  Record record{std::string(kind)};
  add_trees(trees().subspan(at(first), at(count)), record);
  return record;
}

Record RegressionForest::record_without_trees() const {
  Record record{std::string(kind)};
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("family", std::string(binary_ ? binomial : gaussian));
  trees_.write_growth(record);
  record.set("origin", scale_.origin);
  record.set("exponent", Index{scale_.exponent});
  trees_.write_columns(record);
  return record;
}

// The lists of leaves are those of leaf_lists.hpp.
void RegressionForest::add_trees(std::span<const Tree> some, Record& record) const {
  trees_.write_nodes(some, record);
  Record::Numbers value;
  for (const Tree& tree : some) {
    value.insert(value.end(), tree.leaf_value.begin(), tree.leaf_value.end());
  }
  record.set("value", std::move(value));
}

RegressionForest RegressionForest::from_record(const Record& record) {
  expect_kind(record, kind);
  RegressionForest forest;
  forest.status_ = status_from(record);
  forest.reason_ = record.text("reason");
  forest.binary_ = record.text("family") == binomial;
  expect_whole(forest.binary_ || record.text("family") == gaussian, record);
  forest.trees_.read_growth(record);
  const Index exponent = record.count("exponent");
  forest.scale_.origin = record.number("origin");
  expect_whole(std::isfinite(forest.scale_.origin) && exponent >= -highest_exponent &&
                   exponent <= highest_exponent,
               record);
  forest.scale_.exponent = static_cast<int>(exponent);
  if (forest.status_ == FitStatus::undefined) {
    return forest;
  }
  const auto& value = record.numbers("value");
  std::size_t next = 0;
  forest.trees_.read_trees(record, [&](Tree& tree) {
    expect_whole(next < value.size() && value[next] >= 0.0 && value[next] <= 1.0, record);
    tree.add_value(value[next++]);
  });
  expect_whole(next == value.size(), record);
  return forest;
}

Record RegressionForest::merge(std::span<const Record> records, std::span<const std::string> file) {
  VIGIL_EXPECTS(!records.empty() && records.size() == file.size());
  constexpr std::array<std::string_view, 1> own_entries{"value"};
  MergedTrees trees;
  for (std::size_t part = 0; part < records.size(); ++part) {
    auto forest = read_part<RegressionForest>(records[part], file[part]);
    expect_trees(records[part], file[part]);
    expect_parts_of_one(records[part], file[part], records.front(), file.front(), own_entries);
    trees.add(forest.trees_, file[part]);
  }
  RegressionForest whole = from_record(records.front());
  trees.move_to(whole.trees_);
  Record result = whole.record();
  add_other_entries(records.front(), "", result);
  return result;
}

} // namespace vigil::forest
