// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace vigil::storage {

/// `NA`, `NaN`, `.`, `null` and the empty cell mean: not known.
[[nodiscard]] bool is_missing_word(std::string_view cell) noexcept;

/// The number in a cell, with or without surrounding blanks; nothing when it is text.
[[nodiscard]] std::optional<double> cell_number(std::string_view cell);

/// TRUE / FALSE in any case.
[[nodiscard]] std::optional<bool> cell_boolean(std::string_view cell);

/// "3,5": a number as written where the comma is the decimal mark.
[[nodiscard]] bool is_decimal_comma(std::string_view cell);

} // namespace vigil::storage
