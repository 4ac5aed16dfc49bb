// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/record.hpp"
#include "vigil/validate/null_tally.hpp"
#include "vigil/validate/validate.hpp"

namespace vigil {

/// A resample record, or the tally of a permuted outcome, as named values for a shard file, and back, bit by bit.
/// Reading throws InputError for a record of another kind, missing entries, and sizes that do not agree.
/// checked by tests/unit/validate/shard_record
[[nodiscard]] Record to_record(const ResampleRecord& resample);
[[nodiscard]] ResampleRecord to_resample_record(const Record& record);
[[nodiscard]] Record to_record(const NullTally& tally);
[[nodiscard]] NullTally to_null_tally(const Record& record);

} // namespace vigil
