// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/survival_rows.hpp"

#include <cstdint>
#include <vector>

namespace vigil::forest {

/// Copies of each row in the bag of the tree at this address: a share of the subjects without replacement, all but one
/// at most, or with `replace` as many draws as subjects. Subjects are drawn, not copies: a subject that a resample has
/// drawn twice is in the bag or out of it as a whole.
///
/// checked by tests/unit/forest/survival_forest_test, forest_weights_test
void draw_bag(const SurvivalRows& rows,
              double sample_fraction,
              bool replace,
              const RandomKey& tree,
              std::vector<std::uint32_t>& copies);

} // namespace vigil::forest
