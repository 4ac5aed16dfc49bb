// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"

#include <optional>
#include <vector>

namespace vigil::storage {

/// Throws ConfigError when the outcome options contradict or lack each other.
void check_outcome_request(const CohortRequest& request);

/// The outcome of all rows; nothing when none is asked for. Events are 0 / 1, booleans or TRUE / FALSE, or the
/// rows with request.event_is. Throws InputError naming missing and foreign codes; the coding 1 / 2 is refused, as it
/// cannot be told from a coding of two events.
[[nodiscard]] std::optional<Outcome> read_outcome(const DataFrame& frame,
                                                  const CohortRequest& request);

/// For each row whether it surely has an event, for counting before rows are left out; never throws for a value.
[[nodiscard]] std::vector<bool> event_rows(const DataFrame& frame, const CohortRequest& request);

/// Turns times and entries into another unit, then censors at `truncate_at`. Says what it did in `notes`.
void adapt_times(Outcome& outcome,
                 TimeUnit from,
                 const CohortRequest& request,
                 std::vector<std::string>& notes);

} // namespace vigil::storage
