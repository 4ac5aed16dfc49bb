// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/record_file.hpp"

#include <algorithm>
#include <filesystem>

namespace vigil::app {

/// Writes the model file of a forest in pieces: a record of all trees would be a second copy of them.
/// whole: forest.record_without_trees() with what else the file is to hold.
template <class Forest>
void write_forest(const Forest& forest, const Record& whole, const std::filesystem::path& file) {
  constexpr Index at_once = 16; // trees
  const Index trees = size_of(forest.trees());
  storage::write_record(
      file,
      whole,
      {.parts = std::max<Index>(1, (trees + at_once - 1) / at_once), // without trees empty lists
       .part = [&](Index part) {
         return forest.tree_lists(part * at_once, std::min(at_once, trees - part * at_once));
       }});
}

} // namespace vigil::app
