// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vigil::detail {

/// Prints the broken contract to stderr and aborts: a programmer error, never a data error.
[[noreturn]] void
contract_broken(const char* kind, const char* condition, const char* file, int line) noexcept;

} // namespace vigil::detail

/// What a function needs from its caller, and what it owes; on in every build, outside inner loops.
#define VIGIL_EXPECTS(condition)                                                                   \
  ((condition) ? static_cast<void>(0)                                                              \
               : ::vigil::detail::contract_broken("precondition", #condition, __FILE__, __LINE__))
#define VIGIL_ENSURES(condition)                                                                   \
  ((condition)                                                                                     \
       ? static_cast<void>(0)                                                                      \
       : ::vigil::detail::contract_broken("postcondition", #condition, __FILE__, __LINE__))
