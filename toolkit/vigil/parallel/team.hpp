// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <functional>

namespace vigil::detail {

/// Calls body(worker) once on each of `workers` threads and waits for all. The one function with two bodies:
/// OpenMP (team_openmp.cpp) and std::thread (team_threads.cpp, for the sanitizers and clang). `body` never throws.
void run_team(Index workers, const std::function<void(Index worker)>& body);

} // namespace vigil::detail
