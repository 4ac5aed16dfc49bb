// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/diagnostics.hpp"

#include "apps/vigil/session.hpp"

namespace vigil::app {

/// One line for each kind of importance, with its first few.
void say_importance(const FitDiagnostics& told, Log& log);

} // namespace vigil::app
