// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/record.hpp"
#include "vigil/validate/validate.hpp"

namespace vigil {

/// A resample record as named values for a shard file, and back, bit by bit.
/// Reading throws InputError for a record of another kind, missing entries, and sizes that do not agree.
/// checked by tests/unit/validate/shard_record
[[nodiscard]] Record to_record(const ResampleRecord& resample);
[[nodiscard]] ResampleRecord to_resample_record(const Record& record);

} // namespace vigil
