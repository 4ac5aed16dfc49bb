// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/report/report.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/study/study_settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// The resamples of a study. Throws InputError or ConfigError where the cohort does not allow the scheme.
[[nodiscard]] ResamplePlan
study_plan(const StudySettings& study, const Cohort& cohort, const RandomKey& key);

/// All that a study computes: its resamples, and after them the pairs of folds that an interval by nested cross-validation needs.
[[nodiscard]] ResamplePlan
study_work(const StudySettings& study, const Cohort& cohort, const RandomKey& key);

/// What the report says of the plan. scheme: its name in the report; work: the size of study_work.
[[nodiscard]] report::PlanSummary plan_summary(const StudySettings& study,
                                               const std::string& scheme,
                                               const ResamplePlan& plan,
                                               Index work,
                                               std::span<const double> horizons);

/// Takes the records beyond the resamples of a study away from the others.
[[nodiscard]] std::vector<ResampleRecord> take_pairs(std::vector<ResampleRecord>& records,
                                                     const ResamplePlan& plan);

/// The horizons of a study, ascending: those declared (with that of the triage), else the largest supported time
/// rounded down to 1, 2 or 5 times a power of ten. Throws ConfigError for one that the follow-up does not support (R01).
[[nodiscard]] std::vector<double> study_horizons(const StudySettings& study, const Cohort& cohort);

/// fold_of[repeat][subject], from 1, of a table with the columns subject, repeat, fold (as tables/folds.tsv); 0 = in none.
/// Throws InputError naming rows with unknown subjects or numbers that are no counts.
[[nodiscard]] std::vector<std::vector<Index>> read_folds(const std::filesystem::path& file,
                                                         const Cohort& cohort);

/// SHA-256 of all that the predictions of a study's resamples depend on: version, cohort, [data], learners, [prepare], resamples,
/// seed, horizons. Harms, external cohorts and words may change.
[[nodiscard]] std::string predictions_digest(const StudySettings& study,
                                             const std::string& cohort_digest,
                                             const ResamplePlan& plan,
                                             const std::vector<double>& horizons);

/// Largest 1, 2 or 5 times a power of ten that is at most `value` > 0.
[[nodiscard]] double round_down_1_2_5(double value);

} // namespace vigil
