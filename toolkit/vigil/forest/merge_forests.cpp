// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Forests grown apart as one.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/survival_forest.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

namespace vigil::forest {

namespace {

[[noreturn]] void refuse(const std::string& file, std::string found, std::string remedy) {
  throw InputError(
      {.where = file,
       .found = std::move(found),
       .expected = "parts of one forest: the same cohort, options and seed, other trees",
       .remedy = std::move(remedy),
       .problem = "cannot merge the forests"});
}

/// Entries that the parts of a forest have each of their own.
constexpr std::array own_entries{"child",
                                 "columns",
                                 "cut",
                                 "feature",
                                 "features",
                                 "jump",
                                 "jump_cause",
                                 "jump_time",
                                 "jumps",
                                 "missing_left",
                                 "nodes",
                                 "number",
                                 "training_lower",
                                 "training_risk_95",
                                 "training_upper",
                                 "votes"};

void expect_parts_of_one(const Record& record,
                         const std::string& file,
                         const Record& first,
                         const std::string& first_file) {
  const auto differ = [&](const std::string& name) {
    refuse(file,
           "another " + quoted(name) + " than in " + first_file,
           "grow both from one cohort with the same options and --seed; let --first-tree alone "
           "differ");
  };
  for (const auto& [name, value] : first.entries()) {
    if (std::ranges::find(own_entries, name) == own_entries.end() &&
        (!record.has(name) || record.entries().find(name)->second != value)) {
      differ(name);
    }
  }
  for (const auto& [name, value] : record.entries()) {
    if (!first.has(name)) {
      differ(name);
    }
  }
}

void expect_part(const Record& record, const std::string& file) {
  if (record.text("status") == name_of(FitStatus::undefined)) {
    refuse(file, "no trees: " + record.text("reason"), "there is nothing to merge");
  }
  if (!record.has("votes")) {
    refuse(file,
           "a forest that is no part of another one",
           "grow the parts with --first-tree, the first of them with --first-tree 0");
  }
}

/// Says in whose file what is damaged: there may be many.
SurvivalForest read_part(const Record& record, const std::string& file) {
  try {
    return SurvivalForest::from_record(record);
  } catch (const InputError& error) {
    Fault fault = error.fault();
    fault.where = file + ", " + fault.where;
    throw InputError(std::move(fault));
  }
}

template <class Value>
void set_entry(Record& record, const std::string& name, const Value& value) {
  record.set(name, value);
}

void set_entry(Record& record,
               const std::string& name,
               const std::shared_ptr<const Record>& value) {
  record.set(name, *value);
}

void add_to(std::vector<Index>& sums, const std::vector<Index>& others) {
  for (std::size_t place = 0; place < sums.size(); ++place) {
    sums[place] += others[place];
  }
}

} // namespace

/// What the forests added so far are together.
struct SurvivalForest::Parts {
  using Column = std::tuple<std::string, double, double>; ///< name, training range
  std::map<Index, Column> columns;
  std::map<Index, Tree> trees; ///< by number
  ShardVotes votes;

  void add(SurvivalForest& forest, const std::string& file);
  /// Puts them into one of the forests.
  void move_to(SurvivalForest& forest);
};

void SurvivalForest::Parts::add(SurvivalForest& forest, const std::string& file) {
  for (std::size_t place = 0; place < forest.columns_.size(); ++place) {
    const Column column{forest.names_[place], forest.lower_[place], forest.upper_[place]};
    if (columns.try_emplace(forest.columns_[place], column).first->second != column) {
      refuse(file,
             "other values of column " + quoted(forest.names_[place]) + " than in the files before",
             "grow all parts from one cohort");
    }
  }
  for (std::size_t place = 0; place < forest.trees_.size(); ++place) {
    const Index number = forest.number_[place];
    if (!trees.try_emplace(number, std::move(forest.trees_[place])).second) {
      refuse(file,
             "tree " + number_text(number) + ", which a file before it has too",
             "grow each part with a --first-tree beyond the trees of the others");
    }
  }
  if (votes.weight.empty()) {
    votes = *forest.votes_;
    return;
  }
  if (votes.weight != forest.votes_->weight) {
    refuse(file, "other weights than in the files before", "grow all parts from one cohort");
  }
  add_to(votes.trees, forest.votes_->trees);
  add_to(votes.survival, forest.votes_->survival);
}

void SurvivalForest::Parts::move_to(SurvivalForest& forest) {
  forest.columns_.clear();
  forest.names_.clear();
  forest.lower_.clear();
  forest.upper_.clear();
  for (auto& [number, column] : columns) {
    forest.columns_.push_back(number);
    forest.names_.push_back(std::move(std::get<0>(column)));
    forest.lower_.push_back(std::get<1>(column));
    forest.upper_.push_back(std::get<2>(column));
  }
  forest.trees_.clear();
  forest.number_.clear();
  for (auto& [number, tree] : trees) {
    forest.number_.push_back(number);
    forest.trees_.push_back(std::move(tree));
  }
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
    SurvivalForest forest = read_part(records[part], file[part]);
    expect_part(records[part], file[part]);
    expect_parts_of_one(records[part], file[part], records.front(), file.front());
    parts.add(forest, file[part]);
  }
  SurvivalForest whole = from_record(records.front());
  parts.move_to(whole);
  Record result = whole.record();
  for (const auto& entry : records.front().entries()) { // those that others have added
    if (!result.has(entry.first) && entry.first != "votes") {
      std::visit([&](const auto& held) { set_entry(result, entry.first, held); }, entry.second);
    }
  }
  return result;
}

} // namespace vigil::forest
