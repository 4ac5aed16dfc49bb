// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/screen_design.hpp"
#include <cmath>
#include <vector>

namespace vigil::test {

constexpr Index knockoff_subjects = 200, knockoff_block = 5;

/// 40 markers in 8 blocks with correlation 0.6, the first two of each true; half of the blocks depend on the clinical
/// column, as the censoring does.
[[nodiscard]] inline ScreenDesignOptions knockoff_design(double effect) {
  return {.subjects = knockoff_subjects,
          .block = knockoff_block,
          .blocks = 8,
          .true_markers = effect == 0.0 ? 0 : 16,
          .effect = effect,
          .confounding = 0.6,
          .dependent = true,
          .censoring = 0.4};
}

/// The hypothesis of knockoffs is conditional: a marker is null where it has no effect of its own.
[[nodiscard]] inline bool knockoff_null(Index marker, double effect) {
  return effect == 0.0 || marker % knockoff_block >= 2;
}

/// Share of false among the selected (0 where nothing is), over replicates.
struct SelectionErrors {
  double replicates = 0.0, share = 0.0, squares = 0.0, right = 0.0, selected = 0.0;

  void add(const std::vector<bool>& taken, double effect) {
    double found = 0.0, wrong = 0.0;
    for (Index marker = 0; marker < size_of(taken); ++marker) {
      found += taken[at(marker)] ? 1.0 : 0.0;
      wrong += taken[at(marker)] && knockoff_null(marker, effect) ? 1.0 : 0.0;
    }
    const double part = found > 0.0 ? wrong / found : 0.0;
    replicates += 1.0;
    share += part;
    squares += part * part;
    right += found - wrong;
    selected += found;
  }
  [[nodiscard]] double fdr() const { return share / replicates; }
  [[nodiscard]] double fdr_se() const {
    return std::sqrt((squares / replicates - fdr() * fdr()) / replicates);
  }
  [[nodiscard]] double true_found() const { return right / replicates; }
  /// False ones of a replicate.
  [[nodiscard]] double false_found() const { return (selected - right) / replicates; }
};

} // namespace vigil::test
