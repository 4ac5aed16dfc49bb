// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/rule_searches.hpp"

#include <span>

namespace vigil::forest {

namespace {

constexpr TimeWeights late{.late = true}, early{.early = true}, middle{.early = true, .late = true};

void weigh(const NodeSearch& search, std::size_t number, const TimeWeights& times) {
  search.scratch.other[number].look_at(search.node, times);
}

void search_other(const NodeSearch& search,
                  std::size_t number,
                  const CutColumn& column,
                  Split& best) {
  const SurvivalNode& node = search.scratch.other[number];
  if (!node.flat()) {
    search_guarded(
        {.node = node, .limits = search.limits, .key = search.key, .scratch = search.scratch},
        column,
        best);
  }
}

} // namespace

void prepare_late(const NodeSearch& search) {
  weigh(search, 0, late);
}

void prepare_early(const NodeSearch& search) {
  weigh(search, 0, early);
}

void search_weighted(const NodeSearch& search, const CutColumn& column, Split& best) {
  search_other(search, 0, column, best);
}

void prepare_max_combo(const NodeSearch& search) {
  weigh(search, 0, late);
  weigh(search, 1, early);
  weigh(search, 2, middle);
}

// The largest over cuts of the largest over weights, in the other order.
void search_max_combo(const NodeSearch& search, const CutColumn& column, Split& best) {
  search_guarded(search, column, best);
  for (const std::size_t number : {0U, 1U, 2U}) {
    search_other(search, number, column, best);
  }
}

} // namespace vigil::forest
