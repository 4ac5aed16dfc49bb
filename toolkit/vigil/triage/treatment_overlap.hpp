// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/treatment_models.hpp"

#include <array>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// Whom an effect is estimated for. overlap: those who could have got either treatment, weighted by e (1 - e).
enum class TargetPopulation { everybody, overlap };

/// One arm: the probabilities of treatment within it and what the weights leave of its subjects.
struct ArmOverlap {
  bool treated = false;
  Index subjects = 0;
  double smallest_e = std::numeric_limits<double>::quiet_NaN();
  double largest_e = std::numeric_limits<double>::quiet_NaN();
  double effective_subjects = 0.0; ///< (sum w)^2 / sum w^2
  double largest_weight = 0.0;
};

/// Difference of the arms' means in units of the root of the mean of their variances; weighted: means by the weights.
struct Balance {
  std::string column = {};
  double difference = std::numeric_limits<double>::quiet_NaN();
  double weighted_difference = std::numeric_limits<double>::quiet_NaN();
};

struct CentreArms {
  std::string centre = {};
  Index untreated = 0, treated = 0;
};

/// How far the arms can be compared.
///
/// weights  everybody: 1 / P(own arm); overlap: P(other arm)
/// source   Austin and Stuart 2015, Stat. Med. 34:3661 (balance); Kish 1965 (effective subjects);
///          checked by tests/reference/treatment_effect_test
struct TreatmentOverlap {
  std::array<ArmOverlap, 2> arms = {}; ///< untreated, treated
  double share_between = 0.0;          ///< of all subjects with 0.1 < e < 0.9
  std::vector<Balance> balance = {};   ///< of the columns of the propensity model
  std::vector<CentreArms> centres = {};
};
[[nodiscard]] TreatmentOverlap treatment_overlap(const TreatmentModels& models,
                                                 TargetPopulation target);
/// Subjects of each arm by centre; level: one per subject, no_index where it is missing.
[[nodiscard]] std::vector<CentreArms> centre_arms(std::span<const std::uint8_t> treated,
                                                  std::span<const Index> level,
                                                  std::span<const std::string> names);

inline constexpr Index fewest_events_in_an_arm = 10;      ///< R02
inline constexpr double fewest_effective_subjects = 20.0; ///< in an arm
inline constexpr double smallest_censoring_survival_of_a_subject = 0.05;
inline constexpr double least_share_between = 0.5; ///< of everybody, with 0.1 < e < 0.9
inline constexpr double warn_below_share_between = 0.8;
inline constexpr double largest_weighted_difference = 0.1; ///< beyond it a warning

/// Throws InputError unless each arm has enough events by the horizon (R02) and its follow-up supports it (R01). Needs no model.
void require_arms(const TreatedCohort& cohort, double horizon);
/// Throws InputError where the weights leave less than fewest_effective_subjects of an arm, and, for everybody, where less than
/// least_share_between could have got either treatment.
void require_overlap(const TreatmentOverlap& overlap, TargetPopulation target);
/// Throws InputError where a model of censoring leaves some subject a smaller G before its time, or the horizon, than
/// smallest_censoring_survival_of_a_subject: its weight would be that of 20 others. Never clipped.
void require_censoring(const TreatmentModels& models, double horizon);
/// What does not refuse but must be said: columns that stay unbalanced, centres with one arm, few between 0.1 and 0.9.
[[nodiscard]] std::vector<std::string> overlap_warnings(const TreatmentOverlap& overlap);

} // namespace vigil::triage
