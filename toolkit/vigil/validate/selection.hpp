// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/validate/validate.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// How often a learner selected a feature over the resamples, and with which coefficient.
struct SelectionRow {
  std::string learner, feature;
  Index column = no_index;       ///< of the cohort: markers first, then clinical
  Index selected = 0;            ///< resamples with a nonzero coefficient
  Index resamples = 0;           ///< resamples with a defined model
  double frequency = 0.0;        ///< selected / resamples
  double mean_coefficient = 0.0; ///< over the resamples that selected it, per raw unit
  double same_sign = 0.0;        ///< share of those with the sign of the majority
};

/// Selection frequencies, by learner in the order of their first record, then by falling frequency, then by
/// column. Undefined models are left out of the count; learners that select nothing have no rows.
/// checked by tests/unit/validate/selection
[[nodiscard]] std::vector<SelectionRow> selection_frequency(std::span<const ResampleRecord> records,
                                                            const Covariates& covariates);

} // namespace vigil
