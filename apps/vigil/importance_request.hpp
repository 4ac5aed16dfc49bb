// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_forest.hpp"
#include "vigil/learn/options.hpp"

#include "apps/vigil/session.hpp"
#include <filesystem>
#include <span>

namespace vigil::app {

/// --importance, --importance-on and --groups. Throws ConfigError, and InputError for a file that cannot be used.
void read_importance(const Options& options, forest::ForestOptions& made);

/// importance.tsv: kind, feature, importance, se, p.
void write_importance(std::span<const forest::ImportanceRow> rows,
                      const std::filesystem::path& folder);

/// One line for each kind, with its first few.
void say_importance(std::span<const forest::ImportanceRow> rows, Log& log);

} // namespace vigil::app
