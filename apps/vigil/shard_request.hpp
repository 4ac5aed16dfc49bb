// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <optional>

namespace vigil::app {

/// Of a study's results: where its shards put what they computed.
constexpr const char* shards_folder = "shards";

/// --shard i/K, with i from 1; auto: the task of a Slurm job array (SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT). Nothing where it was
/// not given. Throws ConfigError.
[[nodiscard]] std::optional<Shard> requested_shard(const Options& options);

} // namespace vigil::app
