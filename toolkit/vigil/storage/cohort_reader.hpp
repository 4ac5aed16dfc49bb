// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vigil::storage {

/// Which columns become markers. `automatic`: all of X of an .h5ad, none of a table.
enum class FeatureChoice { automatic, none, all, rest, listed };

/// What to read and what its columns mean: "Reading a cohort" of the command line contract, one field per option.
/// An empty text or list means that the option was not given.
struct CohortRequest {
  std::filesystem::path file = {};
  std::string id = {};    ///< column with the subjects' ids; default: index of obs, first column
  std::string time = {};  ///< with event or cause: a time to event
  std::string event = {}; ///< 0 / 1, boolean, or any column with event_is
  std::string event_is =
      {};                 ///< the value that means the event (or the label 1 of a binomial outcome)
  std::string cause = {}; ///< 0 censored, 1, 2, ... causes: competing risks
  std::string follow_up_end =
      {}; ///< with cause: until when subjects were, or would have been, under observation
  std::string outcome = {}; ///< with family, instead of time
  std::string family = {};  ///< gaussian, binomial, poisson
  std::optional<double> truncate_at =
      {}; ///< later times are censored here; in the unit of the cohort returned
  std::optional<TimeUnit> time_unit = {};  ///< of the file; default: uns/vigil, else unstated
  std::optional<TimeUnit> convert_to = {}; ///< times are turned into this unit (external cohorts)
  std::string entry = {}, strata = {}, weight = {}, offset = {}, centre = {}, group = {};
  std::string batch = {}; ///< where a subject was measured
  std::vector<std::string> clinical = {};
  bool penalize_clinical = false;
  std::map<std::string, std::vector<std::string>> levels = {}; ///< first is the reference
  std::map<std::string, std::vector<double>> cuts = {};        ///< right-closed classes
  FeatureChoice features = FeatureChoice::automatic;
  std::vector<std::string> feature_names = {}; ///< with FeatureChoice::listed
  std::string layer = {};                      ///< other matrix of an .h5ad; "raw" is raw/X
  std::vector<std::string> subjects = {};      ///< conditions 'nodes>0', joined by and
  std::map<std::string, KnownAt> known_at = {};
  std::map<std::string, std::string> unit = {};
  Index memory_bytes = 0; ///< 0: no limit; a matrix beyond it is streamed from the file
};

/// Sets `features` from the text of an option: "none", "all", "rest", a file with one name per line, or names
/// separated by commas. Throws InputError when the file is empty.
void choose_features(CohortRequest& request, const std::string& text);

/// Reads a cohort from an .h5ad or a table (.csv, .tsv, .gz): subjects that meet all conditions, with outcome,
/// groupings, markers and clinical columns.
///
/// Missing values of a condition never meet it; `!=NA` keeps known values. Classes of a cut are right-closed.
/// Markers of a table with at most 1000 of them stay in double precision in the clinical block, penalized. What was
/// assumed, converted or left out is said in `notes`, who was left out in `flow`.
/// Throws InputError (exit 3) for the file and its values, ConfigError (exit 2) for a request that contradicts itself,
/// ResourceError (exit 6) for a matrix beyond the memory limit that cannot be streamed.
/// Checked by tests/unit/storage/cohort_reader.cpp.
[[nodiscard]] Cohort open_cohort(const CohortRequest& request, Scheduler& scheduler);

} // namespace vigil::storage
