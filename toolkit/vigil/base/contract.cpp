// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace vigil::detail {

void contract_broken(const char* kind, const char* condition, const char* file, int line) noexcept {
  static_cast<void>(std::fprintf(stderr,
                                 "vigil: broken %s: %s (%s:%d)\nThis is a bug; please report it.\n",
                                 kind,
                                 condition,
                                 file,
                                 line));
  std::abort();
}

} // namespace vigil::detail
