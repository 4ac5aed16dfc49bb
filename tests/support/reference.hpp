// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace vigil::test {

/// The value of one row of tests/reference/reference_values.csv, found by its first four texts
/// exactly. Throws std::runtime_error, which fails the test, when no row or more than one has them;
/// the message lists the rows of the same method.
[[nodiscard]] double reference_value(std::string_view method,
                                     std::string_view package,
                                     std::string_view dataset,
                                     std::string_view arguments);

} // namespace vigil::test
