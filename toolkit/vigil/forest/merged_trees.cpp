// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/merged_trees.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <variant>

namespace vigil::forest {

namespace {

/// Entries of the trees.
constexpr std::array<std::string_view, 13> tree_entries{"child",
                                                        "columns",
                                                        "cut",
                                                        "feature",
                                                        "features",
                                                        "level",
                                                        "level_set",
                                                        "levels",
                                                        "missing_left",
                                                        "nodes",
                                                        "number",
                                                        "training_lower",
                                                        "training_upper"};

template <class Value>
void set_entry(Record& record, const std::string& name, const Value& value) {
  record.set(name, value);
}

void set_entry(Record& record,
               const std::string& name,
               const std::shared_ptr<const Record>& value) {
  record.set(name, *value);
}

} // namespace

void refuse_part(const std::string& file, std::string found, std::string remedy) {
  throw InputError(
      {.where = file,
       .found = std::move(found),
       .expected = "parts of one forest: the same cohort, options and seed, other trees",
       .remedy = std::move(remedy),
       .problem = "cannot merge the forests"});
}

void MergedTrees::add(ForestTrees& part, const std::string& file) {
  for (std::size_t place = 0; place < part.columns.size(); ++place) {
    const Column column{
        part.names[place], part.lower[place], part.upper[place], part.levels[place]};
    if (columns_.try_emplace(part.columns[place], column).first->second != column) {
      refuse_part(file,
                  "other values of column " + quoted(part.names[place]) +
                      " than in the files before",
                  "grow all parts from one cohort");
    }
  }
  for (std::size_t place = 0; place < part.trees.size(); ++place) {
    const Index number = part.number[place];
    if (!trees_.try_emplace(number, std::move(part.trees[place])).second) {
      refuse_part(file,
                  "tree " + number_text(number) + ", which a file before it has too",
                  "grow each part with a --first-tree beyond the trees of the others");
    }
  }
}

void MergedTrees::move_to(ForestTrees& forest) {
  forest.columns.clear();
  forest.names.clear();
  forest.lower.clear();
  forest.upper.clear();
  forest.levels.clear();
  for (auto& [number, column] : columns_) {
    forest.columns.push_back(number);
    forest.names.push_back(std::move(std::get<0>(column)));
    forest.lower.push_back(std::get<1>(column));
    forest.upper.push_back(std::get<2>(column));
    forest.levels.push_back(std::move(std::get<3>(column)));
  }
  forest.trees.clear();
  forest.number.clear();
  for (auto& [number, tree] : trees_) {
    forest.number.push_back(number);
    forest.trees.push_back(std::move(tree));
  }
}

void expect_parts_of_one(const Record& record,
                         const std::string& file,
                         const Record& first,
                         const std::string& first_file,
                         std::span<const std::string_view> own) {
  const auto differ = [&](const std::string& name) {
    refuse_part(file,
                "another " + quoted(name) + " than in " + first_file,
                "grow both from one cohort with the same options and --seed; let --first-tree "
                "alone differ");
  };
  const auto has = [](std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const auto& [name, value] : first.entries()) {
    if (!has(tree_entries, name) && !has(own, name) &&
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

void expect_trees(const Record& record, const std::string& file) {
  if (record.text("status") == name_of(FitStatus::undefined)) {
    refuse_part(file, "no trees: " + record.text("reason"), "there is nothing to merge");
  }
}

void add_other_entries(const Record& part, std::string_view left_out, Record& whole) {
  for (const auto& entry : part.entries()) {
    if (!whole.has(entry.first) && entry.first != left_out) {
      std::visit([&](const auto& held) { set_entry(whole, entry.first, held); }, entry.second);
    }
  }
}

} // namespace vigil::forest
