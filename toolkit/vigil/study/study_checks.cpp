// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_checks.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/study/censoring_columns.hpp"
#include "vigil/study/registry.hpp"
#include "vigil/study/study_leaks.hpp"
#include "vigil/study/study_triage.hpp"
#include "vigil/triage/guards.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

Index triage_learner(const StudySettings& study) {
  const auto place = std::ranges::find(study.learners, study.triage->learner, &NamedLearner::name);
  return place - study.learners.begin();
}

void check_learners(const StudySettings& study, const Cohort& cohort, Scheduler& scheduler) {
  if (!study.learners.empty() && study.learners.front().combat) {
    check_combat(cohort.data(), cohort.weights(), *study.learners.front().combat, scheduler);
  }
  if (!study.learners.empty()) {
    check_cuts(cohort.data(), cohort.weights(), study.learners.front().preparation.cut);
  }
  for (std::size_t number = 0; number < study.learners.size(); ++number) {
    const ColumnView view(cohort.data(), study.learners[number].columns);
    const auto& entry = find_learner(study.learner_kinds[number]);
    if (entry.check != nullptr) {
      entry.check(study.learner_options[number],
                  view.data(),
                  cohort.weights(),
                  study.validate.min_censoring_survival);
    }
  }
}

void warn_of_unseen_batches(const StudySettings& study, std::vector<std::string>& warnings) {
  const auto& combat = study.learners.front().combat;
  if (combat && combat->unseen == UnseenBatch::reference) {
    warnings.emplace_back(
        "combat: subjects of a batch that training does not know are mapped by the mean and SD of "
        "their own batch (transductive: it looks at the other subjects that are predicted, at no "
        "outcome)");
  } else if (combat) {
    warnings.emplace_back(
        "combat: subjects of a batch that training does not know are not corrected");
  }
}

std::string
check_triage(const StudySettings& study, const Cohort& cohort, std::span<const Cohort> externals) {
  if (!study.triage) {
    return "the study has no [triage] section";
  }
  check_decision_time(*study.triage, cohort, study.learners[at(triage_learner(study))].columns);
  if (sees_centre(study, cohort, study.learners[at(triage_learner(study))].columns)) {
    throw ConfigError({.where = "[triage]",
                       .found = "the centre (" + vigil::quoted(study.data.centre) +
                                ") among the columns of " + study.triage->learner,
                       .expected = "a decision that is the same at every centre",
                       .remedy = "leave the column out of clinical and features",
                       .problem = "the centre would decide"});
  }
  if (!study.triage->harms) {
    return "the study declares no harms: vigil reports risks and no actions, because harms have "
           "no default";
  }
  triage::check_harms(*study.triage->harms, "[triage] harms");
  triage::require_events(triage::count_events(cohort.data().outcome, cohort.weights()),
                         "the study's subjects");
  if (!externals.empty()) {
    static_cast<void>(triage::require_supported_horizon(*externals.front().parts().outcome,
                                                        externals.front().weights(),
                                                        study.triage->horizon,
                                                        study.externals.front().id,
                                                        study.validate.min_censoring_survival));
  }
  return {};
}

namespace {

/// Where the weights of one cohort are far from those of a right model.
void warn_of_stray_weights(const survival::CensoringWeights& censoring,
                           const std::string& whose,
                           std::span<const double> horizons,
                           std::vector<std::string>& warnings) {
  for (const double horizon : horizons) {
    const double mean = censoring.supports(horizon) ? censoring.mean_weight(horizon) : 1.0;
    if (std::fabs(mean - 1.0) > survival::mean_weight_strays_by) {
      warnings.push_back(whose + "the mean weight by the model of censoring at horizon " +
                         number_text(horizon) + " is " + fixed_text(mean, 2) +
                         ", not near 1: doubt the model");
    }
  }
}

} // namespace

std::vector<survival::CensoringCovariates> modelled_censoring(const StudySettings& study,
                                                              const Cohort& cohort,
                                                              std::span<const Cohort> externals,
                                                              std::span<const double> horizons,
                                                              std::vector<std::string>& warnings) {
  std::vector<survival::CensoringCovariates> result;
  for (std::size_t number = 0; number <= externals.size(); ++number) {
    const Cohort& one = number == 0 ? cohort : externals[number - 1];
    result.push_back(censoring_columns(one, study.validate.censoring));
    if (result.back().columns > 0) {
      warn_of_stray_weights({one.data().outcome, one.weights(), result.back()},
                            number == 0 ? "" : study.externals[number - 1].id + ": ",
                            horizons,
                            warnings);
    }
  }
  return result;
}

void warn_of_thin_follow_up(const survival::HorizonSupport& support,
                            double horizon,
                            const std::string& whose,
                            std::vector<std::string>& warnings) {
  if (support.warn) {
    warnings.push_back(whose + "censoring survival at horizon " + number_text(horizon) +
                       " is only " + fixed_text(support.censoring_survival, 2));
  }
}

std::vector<double> supported_horizons(std::span<const double> horizons,
                                       const Cohort& cohort,
                                       const std::string& id,
                                       double min_censoring_survival,
                                       std::vector<std::string>& warnings) {
  std::vector<double> supported;
  for (const double horizon : horizons) {
    const auto support = survival::horizon_support(
        *cohort.parts().outcome, cohort.weights(), horizon, min_censoring_survival);
    if (support.supported) {
      supported.push_back(horizon);
    } else {
      warnings.push_back(id + ": horizon " + number_text(horizon) +
                         " is not supported by the follow-up (largest supported: " +
                         number_text(support.largest_supported) + "); nothing is measured there");
    }
    warn_of_thin_follow_up(support, horizon, id + ": ", warnings);
  }
  return supported;
}

void warn_of_few_centres(const StudySettings& study,
                         const Cohort& cohort,
                         std::vector<std::string>& warnings) {
  constexpr Index few = 20; // coverage in benchmarks/results/coverage.md
  const Index centres = size_of(cohort.centre_names());
  if (study.validate.scheme == "centre-bootstrap" && study.validate.folds_file.empty() &&
      centres < few) {
    warnings.push_back(
        number_text(centres) +
        " centres: the interval of a bootstrap of fewer than 20 centres may be too short (nominal "
        "95 % "
        "covered 84 to 97 % of simulated cohorts with 5 centres, 87 to 95 % with 10)");
  }
}

void warn_of_few_events(const StudySettings& study,
                        const Cohort& cohort,
                        std::span<const Cohort> externals,
                        std::vector<std::string>& warnings) {
  for (auto& warning : triage::event_warnings(
           triage::count_events(cohort.data().outcome, cohort.weights()), false)) {
    warnings.push_back(std::move(warning));
  }
  const auto& scheme = study.validate.scheme;
  if ((scheme == "bootstrap" || scheme == "centre-bootstrap") &&
      study.validate.folds_file.empty() &&
      study.validate.estimator == BootstrapEstimator::optimism &&
      std::ranges::any_of(study.learners, [&cohort](const NamedLearner& learner) {
        return size_of(selected_columns(cohort.covariates(), learner.columns)) > cohort.subjects();
      })) {
    warnings.push_back(
        "more columns than subjects: the optimism of a bootstrap is too small there; take "
        "scheme = \"subsampling\" (.632+) or nested-cv");
  }
  for (std::size_t number = 0; number < externals.size(); ++number) {
    const auto& external = externals[number];
    for (const auto& warning : triage::event_warnings(
             triage::count_events(*external.parts().outcome, external.weights()), true)) {
      warnings.push_back(study.externals[number].id + ": " + warning);
    }
  }
}

} // namespace vigil
