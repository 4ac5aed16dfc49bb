// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/treatment_overlap.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::triage {

namespace {

constexpr const char* problem = "cannot compare the treatments";

std::string arm_name(bool treated) {
  return treated ? "the treated" : "the untreated";
}

/// Weighted mean, and the variance (divisor n - 1) without weights, of a column in one arm.
struct ArmMoments {
  double mean = 0.0, weighted_mean = 0.0, variance = 0.0;
};

ArmMoments arm_moments(const TreatmentModels& models,
                       Index column,
                       bool treated,
                       std::span<const double> weight) {
  const ModelColumns& columns = models.cohort().propensity;
  double n = 0.0, total = 0.0, weights = 0.0, weighted = 0.0, squares = 0.0;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    if (models.in_arm(subject, treated)) {
      const double value = columns.at_subject(subject, column);
      n += 1.0;
      total += value;
      weights += weight[at(subject)];
      weighted += weight[at(subject)] * value;
    }
  }
  const double mean = total / n;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    if (models.in_arm(subject, treated)) {
      const double distance = columns.at_subject(subject, column) - mean;
      squares += distance * distance;
    }
  }
  return {.mean = mean, .weighted_mean = weighted / weights, .variance = squares / (n - 1.0)};
}

Balance balance_of(const TreatmentModels& models, Index column, std::span<const double> weight) {
  const ArmMoments untreated = arm_moments(models, column, false, weight);
  const ArmMoments treated = arm_moments(models, column, true, weight);
  const double spread = std::sqrt(0.5 * (untreated.variance + treated.variance));
  return {.column = models.cohort().propensity.name[at(column)],
          .difference = (treated.mean - untreated.mean) / spread,
          .weighted_difference = (treated.weighted_mean - untreated.weighted_mean) / spread};
}

std::vector<double> weights_of(const TreatmentModels& models, TargetPopulation target) {
  std::vector<double> weight;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    const double own = models.arm_probability(subject, models.cohort().treated[at(subject)] != 0);
    weight.push_back(target == TargetPopulation::overlap ? 1.0 - own : 1.0 / own);
  }
  return weight;
}

ArmOverlap
arm_overlap(const TreatmentModels& models, bool treated, std::span<const double> weight) {
  ArmOverlap arm{.treated = treated};
  double total = 0.0, squares = 0.0, smallest = 1.0, largest = 0.0;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    if (!models.in_arm(subject, treated)) {
      continue;
    }
    const double e = models.propensity().probability()[at(subject)], own = weight[at(subject)];
    ++arm.subjects;
    smallest = std::min(smallest, e);
    largest = std::max(largest, e);
    total += own;
    squares += own * own;
    arm.largest_weight = std::max(arm.largest_weight, own);
  }
  arm.smallest_e = smallest;
  arm.largest_e = largest;
  arm.effective_subjects = total * total / squares;
  return arm;
}

} // namespace

TreatmentOverlap treatment_overlap(const TreatmentModels& models, TargetPopulation target) {
  const auto weight = weights_of(models, target);
  TreatmentOverlap overlap;
  overlap.arms = {arm_overlap(models, false, weight), arm_overlap(models, true, weight)};
  const auto e = models.propensity().probability();
  const auto between =
      std::count_if(e.begin(), e.end(), [](double value) { return value > 0.1 && value < 0.9; });
  overlap.share_between = static_cast<double>(between) / static_cast<double>(e.size());
  for (Index column = 0; column < models.cohort().propensity.columns; ++column) {
    overlap.balance.push_back(balance_of(models, column, weight));
  }
  return overlap;
}

std::vector<CentreArms> centre_arms(std::span<const std::uint8_t> treated,
                                    std::span<const Index> level,
                                    std::span<const std::string> names) {
  std::vector<CentreArms> centres;
  for (const std::string& name : names) {
    centres.push_back({.centre = name});
  }
  for (std::size_t subject = 0; subject < level.size(); ++subject) {
    if (level[subject] != no_index) {
      CentreArms& centre = centres[at(level[subject])];
      ++(treated[subject] != 0 ? centre.treated : centre.untreated);
    }
  }
  return centres;
}

void require_arms(const TreatedCohort& cohort, double horizon) {
  for (const bool treated : {false, true}) {
    std::vector<std::uint32_t> times;
    Index events = 0;
    for (Index subject = 0; subject < cohort.subjects(); ++subject) {
      const bool in = (cohort.treated[at(subject)] != 0) == treated;
      times.push_back(in ? 1 : 0);
      events += in && cohort.outcome.event[at(subject)] != 0 &&
                        cohort.outcome.time[at(subject)] <= horizon
                    ? 1
                    : 0;
    }
    if (events < fewest_events_in_an_arm) {
      throw InputError(
          {.where = arm_name(treated),
           .found = number_text(events) + " with the event by " + number_text(horizon),
           .expected = number_text(fewest_events_in_an_arm) + " or more in each arm",
           .remedy = "name a later horizon, or compare these treatments in a larger cohort",
           .problem = std::string("R02: ") + problem});
    }
    const auto arm = CaseWeights::ones(cohort.subjects()).with_times(std::move(times));
    const auto support = survival::horizon_support(cohort.outcome, arm, horizon);
    if (!support.supported) {
      throw InputError(
          {.where = "horizon " + number_text(horizon) + " among " + arm_name(treated),
           .found = "censoring survival " + fixed_text(support.censoring_survival, 3) + ", " +
                    number_text(support.at_risk) + " under observation beyond it",
           .expected = "0.1 or more, and " + number_text(survival::fewest_at_risk) + " subjects",
           .remedy = support.largest_supported > 0.0
                         ? "name a horizon up to " + number_text(support.largest_supported)
                         : "no horizon is supported in this arm",
           .problem = std::string("R01: ") + problem});
    }
  }
}

void require_overlap(const TreatmentOverlap& overlap, TargetPopulation target) {
  if (target == TargetPopulation::everybody && overlap.share_between < least_share_between) {
    throw InputError({.where = "the probabilities of treatment",
                      .found = fixed_text(100.0 * overlap.share_between, 1) +
                               " % of the subjects between 0.1 and 0.9",
                      .expected = "half of them or more: arms that overlap",
                      .remedy = "--target overlap, an effect among those who could have got either "
                                "treatment; or leave out subjects who could not",
                      .problem = problem});
  }
  for (const ArmOverlap& arm : overlap.arms) {
    if (arm.effective_subjects < fewest_effective_subjects) {
      throw InputError(
          {.where = arm_name(arm.treated),
           .found = "weights that leave " + fixed_text(arm.effective_subjects, 1) +
                    " effective subjects of " + number_text(arm.subjects) +
                    ", probabilities of treatment from " + fixed_text(arm.smallest_e, 3) + " to " +
                    fixed_text(arm.largest_e, 3),
           .expected = number_text(fewest_effective_subjects) + " or more: arms that overlap",
           .remedy = target == TargetPopulation::everybody
                         ? "--target overlap, an effect among those who could have got either "
                           "treatment; or leave out subjects who could not"
                         : "these treatments cannot be compared in this cohort",
           .problem = problem});
    }
  }
}

void require_censoring(const TreatmentModels& models, double horizon) {
  Index few = 0;
  double smallest = 1.0;
  for (Index subject = 0; subject < models.subjects(); ++subject) {
    const double until = std::min(models.cohort().outcome.time[at(subject)], horizon);
    const double survival = models.censoring().survival_before(subject, until);
    few += survival < smallest_censoring_survival_of_a_subject ? 1 : 0;
    smallest = std::min(smallest, survival);
  }
  if (few > 0) {
    throw InputError(
        {.where =
             "the model of censoring" + models.fitted_to() + ", horizon " + number_text(horizon),
         .found = "censoring survival down to " + fixed_text(smallest, 4) + ", below " +
                  number_text(smallest_censoring_survival_of_a_subject) + " for " +
                  number_text(few) + (few == 1 ? " subject" : " subjects"),
         .expected = number_text(smallest_censoring_survival_of_a_subject) + " or more for each",
         .remedy = "name an earlier horizon, or other columns of --censoring",
         .problem = problem});
  }
}

std::vector<std::string> overlap_warnings(const TreatmentOverlap& overlap) {
  std::vector<std::string> warnings, unbalanced, one_arm;
  for (const Balance& balance : overlap.balance) {
    if (!(std::fabs(balance.weighted_difference) <= largest_weighted_difference)) {
      unbalanced.push_back(balance.column);
    }
  }
  for (const CentreArms& centre : overlap.centres) {
    if (centre.untreated == 0 || centre.treated == 0) {
      one_arm.push_back(centre.centre);
    }
  }
  if (!unbalanced.empty()) {
    warnings.push_back("weighting leaves the arms more than " +
                       number_text(largest_weighted_difference) + " standard deviations apart in " +
                       join(unbalanced, ", "));
  }
  if (!one_arm.empty()) {
    warnings.push_back("centres that treat everybody or nobody: " + join(one_arm, ", "));
  }
  if (overlap.share_between < warn_below_share_between) {
    warnings.push_back("only " + fixed_text(100.0 * overlap.share_between, 0) +
                       " % of the subjects have a probability of treatment between 0.1 and 0.9");
  }
  return warnings;
}

} // namespace vigil::triage
