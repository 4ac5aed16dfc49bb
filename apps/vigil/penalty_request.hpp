// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/penalty.hpp"

#include "apps/vigil/verb.hpp"
#include <string_view>

namespace vigil::app {

/// Whether an option belongs to the shape of the penalty (--penalty, --gamma) or to limits of coefficients.
[[nodiscard]] bool is_shape_option(std::string_view name) noexcept;

/// Reads --penalty, --gamma, --lower, --upper. A limit is one number for all penalized columns or a table: feature,
/// lower (upper), features not named have none. l1_ratio and factor of the penalty have been read before.
/// Throws ConfigError and InputError for values and files that cannot be used.
void read_shape(const Options& options, const Cohort& cohort, penalized::PenaltyOptions& penalty);

} // namespace vigil::app
