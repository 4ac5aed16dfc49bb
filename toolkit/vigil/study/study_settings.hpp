// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/study/study_file.hpp"
#include "vigil/triage/harms.hpp"
#include "vigil/validate/summarise.hpp"
#include "vigil/validate/validate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vigil {

struct ExternalSettings {
  std::string id;
  storage::CohortRequest request;
};

/// scheme: nested-cv (the same folds, learners tuned inside), repeated-cv, bootstrap, centre-bootstrap, subsampling,
/// loco, split.
struct ValidateSettings {
  std::string scheme = "nested-cv";
  Index folds = 5, repeats = 10, inner_folds = 5, replicates = 200;
  std::vector<double> horizons = {};
  std::filesystem::path folds_file = {};
  std::vector<std::string> test_centres = {}; ///< scheme split: subjects of these centres test
  double min_censoring_survival = 0.10;
  std::vector<std::string> censoring =
      {}; ///< columns of a Cox model of censoring; none: marginal weights
  BootstrapEstimator estimator = BootstrapEstimator::optimism;
  bool nested_interval = false;      ///< interval = "bates": pairs of folds are left out too
  AdequatePerformance adequate = {}; ///< what a new centre is held against
  std::string null_check = "none";   ///< none, quick or full: the forms of null_permutations()
};

struct TriageSettings {
  std::string learner; ///< id
  double horizon = 0.0;
  KnownAt decide_at = KnownAt::biopsy;
  bool use_interval = true; ///< interval = "model"
  double alpha_observe = 0.10, delta = 0.10, high_risk = 0.30;
  std::optional<triage::Harms> harms; ///< without harms: risks, no actions
  std::vector<std::string> action_labels = {"observe", "board", "resect"};
  bool all_treated = false;
};

/// A study, every value checked and every default filled in.
struct StudySettings {
  StudyFile file;
  storage::CohortRequest data;
  std::vector<ExternalSettings> externals;
  std::vector<NamedLearner> learners;
  std::vector<std::string> learner_kinds; ///< registry name of each learner
  std::vector<Options> learner_options;   ///< what each was built from
  ValidateSettings validate;
  std::optional<TriageSettings> triage;
  std::uint64_t seed = 0;
  std::filesystem::path out;
  std::string title, population, endpoint; ///< words for the report
};

/// The [triage] section, or the same keys as options of the verb. `learners`: the ids to choose from.
[[nodiscard]] TriageSettings read_triage(const Options& section,
                                         const std::vector<std::string>& learners);

/// Throws ConfigError for unknown keys, missing ones (run.seed proposes one), and values out of range.
[[nodiscard]] StudySettings read_settings(StudyFile file);

} // namespace vigil
