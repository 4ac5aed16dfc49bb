// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vigil {

/// P(F > value) for F of Fisher's distribution (Boost.Math); degrees of freedom above 0.
/// checked by tests/reference/passport_test
[[nodiscard]] double f_upper(double value, double numerator_freedom, double denominator_freedom);

} // namespace vigil
