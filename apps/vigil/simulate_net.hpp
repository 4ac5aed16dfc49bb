// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/verb.hpp"
#include <span>
#include <string>

namespace vigil::app {

/// The options that only `simulate net` has.
[[nodiscard]] std::span<const OptionSpec> net_options() noexcept;

/// Writes the cohort and, with --truth, its truth.
int simulate_net(const Invocation& invocation, const std::string& file);

} // namespace vigil::app
