// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/error.hpp"
#include "vigil/forest/forest_trees.hpp"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace vigil::forest {

/// Throws InputError: what of whose file is no part of the other files' forest.
[[noreturn]] void refuse_part(const std::string& file, std::string found, std::string remedy);

/// The columns and trees of the parts of a forest.
///
/// checked by tests/unit/forest/merge_forests_test
class MergedTrees {
public:
  /// Moves the trees out of the part. Throws InputError where it has a tree of those before it, or other values of a
  /// column.
  void add(ForestTrees& part, const std::string& file);
  /// Puts all that was added into the place of the trees of one of the parts.
  void move_to(ForestTrees& forest);

private:
  /// Name, training range, levels.
  using Column = std::tuple<std::string, double, double, std::vector<std::string>>;
  std::map<Index, Column> columns_;
  std::map<Index, Tree> trees_; ///< by number
};

/// Throws InputError where the records of two parts differ in an entry that is not of the trees or in `own`, which parts
/// have each of their own.
void expect_parts_of_one(const Record& record,
                         const std::string& file,
                         const Record& first,
                         const std::string& first_file,
                         std::span<const std::string_view> own);
/// Throws InputError for a forest that has none.
void expect_trees(const Record& record, const std::string& file);
/// Adds the entries of a part that the whole lacks, but for `left_out`: others have added them to a forest's record.
void add_other_entries(const Record& part, std::string_view left_out, Record& whole);

/// The forest of a record; says in whose file what is damaged: there may be many.
template <class Forest>
[[nodiscard]] Forest read_part(const Record& record, const std::string& file) {
  try {
    return Forest::from_record(record);
  } catch (const InputError& error) {
    Fault fault = error.fault();
    fault.where = file + ", " + fault.where;
    throw InputError(std::move(fault));
  }
}

} // namespace vigil::forest
