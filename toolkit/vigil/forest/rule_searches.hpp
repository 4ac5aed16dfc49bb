// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

// The searches behind the table of split_rules.cpp: each makes `best` the best of itself and the column's cuts.
namespace vigil::forest {

void search_permutation(const NodeSearch& search, const CutColumn& column, Split& best);
void search_guarded(const NodeSearch& search, const CutColumn& column, Split& best);
/// The same over all columns of a node: the leading cut of each, and then the columns by their bounds.
void prepare_leaders(const NodeSearch& search);
void collect_leader(const NodeSearch& search, const CutColumn& column, Split& best);
void follow_leaders(const NodeSearch& search, std::span<const CutColumn> columns, Split& best);

void search_log_rank(const NodeSearch& search, const CutColumn& column, Split& best);
void prepare_peto(const NodeSearch& search);
void search_peto(const NodeSearch& search, const CutColumn& column, Split& best);
void search_random(const NodeSearch& search, const CutColumn& column, Split& best);
void search_random_value(const NodeSearch& search, const CutColumn& column, Split& best);

void prepare_late(const NodeSearch& search);
void prepare_early(const NodeSearch& search);
void search_weighted(const NodeSearch& search, const CutColumn& column, Split& best);
void prepare_max_combo(const NodeSearch& search);
void search_max_combo(const NodeSearch& search, const CutColumn& column, Split& best);

void prepare_maximally_selected(const NodeSearch& search);
/// The node with every subject once, after prepare_maximally_selected.
[[nodiscard]] const SurvivalNode& distinct_node(const NodeSearch& search);
void search_maximally_selected(const NodeSearch& search, const CutColumn& column, Split& best);
[[nodiscard]] bool accepts_maximally_selected(const NodeSearch& search);

} // namespace vigil::forest
