// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <string>
#include <vector>

namespace vigil {

/// What the models of one learner made of one outcome: pairs of test subjects within one centre and one fold, and how often
/// each penalized column was selected. Of a permuted outcome it is a work unit of the null check.
struct NullTally {
  struct Selected {
    Index column = 0, models = 0;
  };
  double concordant = 0.0, comparable = 0.0; ///< equal scores count 1/2 in concordant
  Index models = 0;                          ///< those that are defined
  std::vector<Selected> selected = {};       ///< by column of the cohort, at least one model each
  std::string because = {};                  ///< the last reason for a fold without pairs

  [[nodiscard]] double concordance() const noexcept;
  /// Mean number of penalized columns in a model.
  [[nodiscard]] double mean_selected() const noexcept;
  /// Whether more than half of the models have the column.
  [[nodiscard]] bool has(Index column) const noexcept;
};

} // namespace vigil
