// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/reasons.hpp"

#include "vigil/base/contract.hpp"

#include <algorithm>
#include <iterator>

namespace vigil::triage {

const Reason& reason(std::string_view code) {
  const auto* found = std::find_if(std::begin(reasons),
                                   std::end(reasons),
                                   [code](const Reason& entry) { return entry.code == code; });
  VIGIL_EXPECTS(found != std::end(reasons));
  return *found;
}

} // namespace vigil::triage
