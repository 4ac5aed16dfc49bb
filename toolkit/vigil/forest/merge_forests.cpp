// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Forests grown apart as one.
#include "vigil/forest/merged_trees.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace vigil::forest {

namespace {

/// Entries beside the trees that the parts of a forest have each of their own.
constexpr std::array<std::string_view, 5> own_entries{
    "jump", "jump_time", "jumps", "training_risk_95", "votes"};

void expect_part(const Record& record, const std::string& file) {
  expect_trees(record, file);
  if (!record.has("votes")) {
    refuse_part(file,
                "a forest that is no part of another one",
                "grow the parts with --first-tree, the first of them with --first-tree 0");
  }
}

void add_to(std::vector<Index>& sums, const std::vector<Index>& others) {
  for (std::size_t place = 0; place < sums.size(); ++place) {
    sums[place] += others[place];
  }
}

} // namespace

/// What the forests added so far are together.
struct SurvivalForest::Parts {
  MergedTrees trees;
  ShardVotes votes;

  void add(SurvivalForest& forest, const std::string& file);
  /// Puts them into one of the forests.
  void move_to(SurvivalForest& forest);
};

void SurvivalForest::Parts::add(SurvivalForest& forest, const std::string& file) {
  trees.add(forest.trees_, file);
  if (votes.weight.empty()) {
    votes = *forest.votes_;
    return;
  }
  if (votes.weight != forest.votes_->weight) {
    refuse_part(file, "other weights than in the files before", "grow all parts from one cohort");
  }
  add_to(votes.trees, forest.votes_->trees);
  add_to(votes.survival, forest.votes_->survival);
}

void SurvivalForest::Parts::move_to(SurvivalForest& forest) {
  trees.move_to(forest.trees_);
  const Index times = size_of(forest.risk_time_);
  forest.training_risk_95_ = high_risks(votes.weight, times, [&](Index row, Index time) {
    return voted_risk(votes.survival[at(row * times + time)], votes.trees[at(row)]);
  });
  forest.votes_.reset();
}

Record SurvivalForest::merge(std::span<const Record> records, std::span<const std::string> file) {
  VIGIL_EXPECTS(!records.empty() && records.size() == file.size());
  Parts parts;
  for (std::size_t part = 0; part < records.size(); ++part) {
    auto forest = read_part<SurvivalForest>(records[part], file[part]);
    expect_part(records[part], file[part]);
    expect_parts_of_one(records[part], file[part], records.front(), file.front(), own_entries);
    parts.add(forest, file[part]);
  }
  SurvivalForest whole = from_record(records.front());
  parts.move_to(whole);
  Record result = whole.record();
  add_other_entries(records.front(), "votes", result);
  return result;
}

} // namespace vigil::forest
