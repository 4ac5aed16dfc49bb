// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/error_curve.hpp"
#include "vigil/forest/forest_options.hpp"
#include "vigil/learn/diagnostics.hpp"

#include "apps/vigil/session.hpp"

namespace vigil::app {

/// One line for each kind of importance, with its first few.
void say_importance(const FitDiagnostics& told, Log& log);

/// Whether trees = auto met its targets; true without one.
[[nodiscard]] bool is_settled(const forest::ErrorPoint& error,
                              const forest::ForestOptions& options);
/// Says where it did not.
void say_targets(const forest::ErrorPoint& error, const forest::ForestOptions& options, Log& log);

} // namespace vigil::app
