// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/marker_filter.hpp"
#include "vigil/learn/options.hpp"

#include "apps/vigil/verb.hpp"
#include <span>
#include <string>

namespace vigil::app {

/// Options of the verbs whose training sets filter their markers.
[[nodiscard]] std::span<const OptionSpec> filter_options() noexcept;

/// Throws ConfigError for a filter beside penalty factors, which may leave markers unpenalized.
void check_filter(const Options& options, const MarkerFilter& filter);

/// keep and by as JSON text; null without a filter.
[[nodiscard]] std::string filter_json(const MarkerFilter& filter);

} // namespace vigil::app
