// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/forest/survival_rows.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace vigil::forest {

/// Half of so many rows, rounded down, one at least: 1 for those that are drawn at this address.
[[nodiscard]] std::vector<std::uint8_t> draw_half(Index rows, const RandomKey& key);

/// The address of the half sample of a tree, below that of the forest; none where trees are drawn from all subjects.
[[nodiscard]] std::optional<RandomKey>
half_sample_key(const RandomKey& forest, Index tree, Index trees_per_half_sample);

/// How the bags of a forest are drawn.
struct BagOptions {
  double sample_fraction = 0.632; ///< of the subjects, or of the half sample, without replacement
  bool replace = false;           ///< as many draws as these instead, with replacement
};

/// Copies of each row in the bag of the tree at this address: a share of the subjects without replacement, all but one
/// at most, or with `replace` as many draws as subjects; with a half sample, the same of its subjects alone, all of them
/// at most. Subjects are drawn, not copies: a subject that a resample has drawn twice is in the bag or out of it as a
/// whole.
///
/// checked by tests/unit/forest/survival_forest_test, forest_weights_test, half_samples_test
void draw_bag(const SurvivalRows& rows,
              const BagOptions& options,
              const RandomKey& tree,
              const std::optional<RandomKey>& half,
              std::vector<std::uint32_t>& copies);

} // namespace vigil::forest
