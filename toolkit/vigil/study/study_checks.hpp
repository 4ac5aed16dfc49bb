// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <span>
#include <string>
#include <vector>

/// What can refuse a study before any model is fitted, and what its report must warn of.
namespace vigil {

/// Place of the learner whose risks decide, among the study's; it has a [triage].
[[nodiscard]] Index triage_learner(const StudySettings& study);

/// Throws what learners throw that name columns which are not there, or ask for more than the data have, and what
/// check_combat refuses.
void check_learners(const StudySettings& study, const Cohort& cohort, Scheduler& scheduler);

/// Says what happens to subjects of batches that training does not know.
void warn_of_unseen_batches(const StudySettings& study, std::vector<std::string>& warnings);

/// Throws what refuses the triage; returns why there will be none, or nothing.
[[nodiscard]] std::string
check_triage(const StudySettings& study, const Cohort& cohort, std::span<const Cohort> externals);

/// The columns that a model of censoring takes, of the study's cohort and then of each external one; none without a model. Fits it to
/// all subjects, so that one that cannot be fitted is refused before any learner is: InputError. Adds a warning where the mean
/// weight at a horizon is not near 1.
[[nodiscard]] std::vector<survival::CensoringCovariates>
modelled_censoring(const StudySettings& study,
                   const Cohort& cohort,
                   std::span<const Cohort> externals,
                   std::span<const double> horizons,
                   std::vector<std::string>& warnings);

/// Adds a warning where few are still observed at a horizon. `whose`: empty, or the name of a cohort with a colon.
void warn_of_thin_follow_up(const survival::HorizonSupport& support,
                            double horizon,
                            const std::string& whose,
                            std::vector<std::string>& warnings);

/// The horizons that the follow-up of an external cohort supports; the others are named in a warning (R01).
[[nodiscard]] std::vector<double> supported_horizons(std::span<const double> horizons,
                                                     const Cohort& cohort,
                                                     const std::string& id,
                                                     double min_censoring_survival,
                                                     std::vector<std::string>& warnings);

/// Adds a warning where a bootstrap of centres has fewer than 20 of them.
void warn_of_few_centres(const StudySettings& study,
                         const Cohort& cohort,
                         std::vector<std::string>& warnings);

/// Adds warnings for the study's cohort and the external ones (R02).
void warn_of_few_events(const StudySettings& study,
                        const Cohort& cohort,
                        std::span<const Cohort> externals,
                        std::vector<std::string>& warnings);

} // namespace vigil
