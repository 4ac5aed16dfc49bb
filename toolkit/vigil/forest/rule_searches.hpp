// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

// The searches behind the table of split_rules.cpp: each makes `best` the best of itself and the column's cuts.
namespace vigil::forest {

void search_permutation(const NodeSearch& search, const CutColumn& column, Split& best);
void search_guarded(const NodeSearch& search, const CutColumn& column, Split& best);

void prepare_log_rank(const NodeSearch& search);
void search_log_rank(const NodeSearch& search, const CutColumn& column, Split& best);
void prepare_peto(const NodeSearch& search);
void search_peto(const NodeSearch& search, const CutColumn& column, Split& best);
void search_random(const NodeSearch& search, const CutColumn& column, Split& best);

} // namespace vigil::forest
