// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/importance.hpp"
#include "vigil/learn/diagnostics.hpp"

#include <span>

namespace vigil::forest {

/// Importance as learners tell it, without an error.
[[nodiscard]] FitDiagnostics importance_diagnostics(std::span<const ImportanceKind> kinds,
                                                    const ImportanceOn& on,
                                                    std::span<const ImportanceRow> rows);

} // namespace vigil::forest
