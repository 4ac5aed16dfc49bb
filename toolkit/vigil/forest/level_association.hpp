// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/rank_columns.hpp"

namespace vigil::forest {

/// How much a category has to do with another column, from 0 to 1, where Spearman's correlation has no meaning: the largest
/// that numbers given to the levels could have, less what chance gives more than two levels.
///
///   with numbers      r^2 = sum_l n_l (mean_l - mean)^2 / sum c^2 - (k - 2) / (n - 1)
///   with a category   r^2 = {sum_lm n_lm^2 / (n_l n_m) - 1 - [(k - 1)(h - 1) - 1] / (n - 1)} / min(k - 1, h - 1)
///
/// c the centred ranks of the numbers (centred_ranks; a missing value counts as the middle) over the n rows whose level is
/// known, k and h the levels there; 0 where r^2 is negative or not defined. Of two levels it is the absolute value of Spearman's
/// correlation with their indicator.
///
/// cost    O(rows), and of two categories their levels multiplied
/// source  correlation ratio: Pearson 1905; Cramer 1946; checked by tests/unit/forest/level_association_test
[[nodiscard]] double level_association(const RankColumns& ranks, Index one, Index other);

} // namespace vigil::forest
