// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/forest_importance.hpp"

namespace vigil::forest {

/// The ten most important items are looked at.
inline constexpr Index most_ranked = 10;

/// The expected share of pairs that other trees of the same data would order the other way, were the importances so:
/// the mean of Phi(-|I_i - I_j| / sqrt(SE_i^2 + SE_j^2)) over i among the ten most important items and any other j, a
/// pair among the ten counted once. Equal importances without error are in no order: 1/2.
///
/// items     without an importance or an error: left out
/// undefined NaN where fewer than two are left
/// source    a normal error of each mean over trees; checked by tests/unit/forest/ranking_error_test
[[nodiscard]] double ranking_error(const ItemMeans& importance, bool smaller_is_more);

} // namespace vigil::forest
