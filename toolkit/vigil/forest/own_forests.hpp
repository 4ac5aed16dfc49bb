// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/forest_importance.hpp"
#include "vigil/forest/forest_inputs.hpp"

#include <span>
#include <vector>

namespace vigil::forest {

/// Importance by a forest that is grown for it alone: trees at `key` / "tree" / number.
struct OwnForest {
  const ForestInputs& inputs;
  Index trees = 0;
  RandomKey key;
  const HorizonRows* horizon = nullptr;
};

struct ShadowMeans {
  ItemMeans permutation; ///< of columns, shadows behind
  ItemMeans gains;       ///< of columns, less those of their shadows
};

/// A forest that draws from twice as many columns, and twice as many at a node: behind the columns come their shadows, the
/// ranks of each by one permutation of the rows (at `key` / "rows" / column), with the same ties and missing values.
///
/// kinds: permutation and impurity_corrected, or one of them; the other is empty.
///
/// source  Kursa, Rudnicki 2010; Nembrini, Koenig, Wright 2018; checked by tests/unit/forest/own_forests_test
[[nodiscard]] ShadowMeans with_shadows(const OwnForest& own,
                                       const std::vector<ImportanceKind>& kinds);

/// Permutation importance among subjects that no tree of one's kind has seen: the subjects are drawn into two halves (at
/// `key` / "half"), trees of even number are grown on the first and judged on the second, odd ones the other way.
///
/// source  Janitza, Celik, Boulesteix 2018 (two halves, a forest each); checked by tests/unit/forest/own_forests_test
[[nodiscard]] ItemMeans held_out(const OwnForest& own);

/// Share of the null at or above each importance, itself counted in: (1 + larger or equal) / (1 + null).
[[nodiscard]] std::vector<double> null_shares(std::span<const double> importance,
                                              std::vector<double> null);
/// The null of importances that are as often below as above 0 where there is nothing: those below 0, their mirror
/// image, and the zeros (Janitza et al. 2018). Empty where none is below 0.
[[nodiscard]] std::vector<double> mirrored_null(std::span<const double> importance);

} // namespace vigil::forest
