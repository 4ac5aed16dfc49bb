// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

namespace vigil::report {

/// A row of a type, const or not.
template <class Row, class Type>
concept Is = std::same_as<std::remove_const_t<Row>, Type>;

} // namespace vigil::report
