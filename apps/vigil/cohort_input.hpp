// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include "apps/vigil/verb.hpp"
#include <string>

namespace vigil::app {

/// Which markers a verb takes when the user names no columns.
enum class ByDefault { as_told, all_numeric };

/// The request of the verb's cohort, read from its options.
[[nodiscard]] storage::CohortRequest
cohort_input(const Invocation& invocation, const std::string& file, ByDefault markers);

/// Reads it within the session's memory and says what was read.
[[nodiscard]] Cohort
open_input(const Invocation& invocation, const std::string& file, ByDefault markers);
[[nodiscard]] Cohort open_input(Session& session, const storage::CohortRequest& request);

/// One line: subjects, markers, events, centres.
[[nodiscard]] std::string cohort_line(const Cohort& cohort);

} // namespace vigil::app
