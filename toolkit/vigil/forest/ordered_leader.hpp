// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_search.hpp"

#include <optional>

namespace vigil::forest {

/// find_leader of U^2 / V_perm over the rows of a column in order, four cuts at a time: the same cut and the same bounds. Of the
/// events on its left nothing is said.
/// Nothing where this does not apply: rows in strata or drawn more than once, rows without a value, and nodes whose rows are
/// dropped into cells (many_beside_ranks).
/// cost    four processor cycles per row
/// checked by tests/unit/forest/ordered_leader_test
[[nodiscard]] std::optional<LeadingCut>
find_ordered_leader(const NodeSearch& search, const CutColumn& column, double least);

} // namespace vigil::forest
