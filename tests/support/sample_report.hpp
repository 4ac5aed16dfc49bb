// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

namespace vigil::test {

/// A few rows that a person can follow, with texts that try to break out of HTML and of a table.
[[nodiscard]] report::Report tiny_report();
/// A null check with a learner that failed, one that passed and one that was not judged.
[[nodiscard]] report::NullCheckSummary failed_null_check();

/// A report of the size of a real study: `subjects` simulated subjects of an external cohort, triaged, with curves,
/// calibration, performance of two learners, centres and features. For looking at; its numbers mean nothing.
[[nodiscard]] report::Report large_report(Index subjects);

} // namespace vigil::test
