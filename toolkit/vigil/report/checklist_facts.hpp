// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/report.hpp"

#include <string>

/// What a run knows of itself, in sentences that the items of guidelines share. Each is empty where the report has nothing to say.
namespace vigil::report {

/// Cohorts with subjects, events, centres and follow-up.
[[nodiscard]] std::string cohort_facts(const Report& report);
/// Who was left out, step by step.
[[nodiscard]] std::string flow_facts(const Report& report);
/// Event, columns and horizons.
[[nodiscard]] std::string endpoint_facts(const Report& report);
/// Columns that were examined, chosen or not.
[[nodiscard]] std::string candidate_facts(const Report& report);
/// Subjects and events, and events per candidate column.
[[nodiscard]] std::string sample_size_facts(const Report& report);
/// Learners, resampling and seed.
[[nodiscard]] std::string analysis_facts(const Report& report);
/// Concordance of every learner on subjects that it had not seen.
[[nodiscard]] std::string performance_facts(const Report& report);
/// Observed over expected events and calibration slope, likewise.
[[nodiscard]] std::string calibration_facts(const Report& report);
/// Pooled concordance over centres with its prediction interval and how probable an adequate one is in a new centre.
[[nodiscard]] std::string centre_facts(const Report& report);
/// Differences between learners on the same subjects.
[[nodiscard]] std::string comparison_facts(const Report& report);
/// When features are known.
[[nodiscard]] std::string availability_facts(const Report& report);
/// Harms, thresholds and what was proposed.
[[nodiscard]] std::string decision_facts(const Report& report);
/// The warnings of the run.
[[nodiscard]] std::string warning_facts(const Report& report);
/// Version, digests and seed: what is needed to run it again.
[[nodiscard]] std::string software_facts(const Report& report);

} // namespace vigil::report
