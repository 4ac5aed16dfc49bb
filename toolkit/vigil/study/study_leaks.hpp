// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/validate/summary.hpp"

#include <span>
#include <string>
#include <vector>

/// What shows in the data alone that an outcome or a subject is where it must not be: docs/methods/leaks.md.
namespace vigil {

/// Throws InputError where a column, the offset, the weights or the strata are the outcome in other words:
///
///   time    among the subjects with an event and a value, the values follow the times in one direction (equal times:
///           equal values), with at least 10 different values
///   event   two values, one for all subjects with an event and one for all others (of several causes also: cause 1 and
///           the rest), at least 30 subjects, 5 of them on each side
///
/// More of each are asked for where there are many columns: k! orders of k values, and (n over k) sets of k of n subjects,
/// are at least 2000 times the number of columns, so that chance brings a refusal once in a thousand cohorts at most.
/// cost      one pass over the matrix; a column that is no copy is left after a few values
/// checked by tests/unit/study/study_leaks_test
void refuse_outcome_copies(const Cohort& cohort, Scheduler& scheduler);

/// Throws InputError where subjects of an external cohort are the study's own: the same id, and the same time, event and
/// clinical columns (in single precision), for at least a fifth of the ids that both have. Returns warnings for what
/// is less certain: fewer such subjects, ids that are no plain numbers with other values, and the same values (at
/// least 3 columns) under other ids.
[[nodiscard]] std::vector<std::string>
shared_subject_warnings(const Cohort& own, const Cohort& external, const std::string& id);

/// Warns of subjects with the outcome, the clinical columns and the first markers (3 columns at least) of another one
/// who is not in their group.
[[nodiscard]] std::vector<std::string> copied_subject_warnings(const Cohort& cohort,
                                                               Scheduler& scheduler);

/// Warns of learners that see the centre, and of a list of markers that came from a file.
[[nodiscard]] std::vector<std::string> input_warnings(const StudySettings& study,
                                                      const Cohort& cohort);

/// Warns of a concordance of 0.95 and more on subjects that were not fitted.
[[nodiscard]] std::vector<std::string>
perfect_ranking_warnings(std::span<const PerformanceRow> performance);

/// Whether a selection has the column named as centre, or indicators of it.
[[nodiscard]] bool
sees_centre(const StudySettings& study, const Cohort& cohort, const ColumnSelection& columns);

} // namespace vigil
