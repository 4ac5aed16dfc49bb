// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace vigil::forest {

/// The lists of a record that say what the leaves of trees hold, leaf after leaf, tree after tree, by what they have an
/// entry for. Jumps of a leaf follow one another.
struct LeafLists {
  std::string_view kind; ///< of the record
  std::span<const std::string_view> numbers_by_leaf = {};
  std::string_view jumps_by_leaf = {}; ///< how many jumps each has; empty: leaves have none
  std::span<const std::string_view> counts_by_jump = {}, numbers_by_jump = {};
  std::string_view cause_by_jump = {}; ///< of competing risks alone
};

inline constexpr std::array<std::string_view, 1> leaf_values{"value"};
inline constexpr std::array<std::string_view, 1> jump_counts{"jump_time"};
inline constexpr std::array<std::string_view, 1> jump_numbers{"jump"};

/// Of all forests.
inline constexpr std::array<LeafLists, 2> leaf_lists{
    {{.kind = "survival-forest",
      .jumps_by_leaf = "jumps",
      .counts_by_jump = jump_counts,
      .numbers_by_jump = jump_numbers,
      .cause_by_jump = "jump_cause"},
     {.kind = "regression-forest", .numbers_by_leaf = leaf_values}}};

} // namespace vigil::forest
