// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"
#include "vigil/learn/options.hpp"
#include "vigil/learn/record.hpp"

#include <span>
#include <string_view>

namespace vigil {

/// One learner by name: how it is built from its section of a study, and how its model is read from a record.
struct LearnerEntry {
  std::string_view name, summary, source;
  AnyLearner (*build)(const Options& options);
  AnyModel (*load)(const Record& record);
  bool draws_random_numbers = false; ///< otherwise a seed changes nothing
  /// Refuses what its options ask of data that cannot be had, before anything is fitted; nullptr: nothing to look at.
  void (*check)(const Options& options,
                const TrainingData& data,
                const CaseWeights& weights,
                double min_censoring_survival) = nullptr;
};

/// All learners; the command line, the docs and the contract tests read this table.
[[nodiscard]] std::span<const LearnerEntry> learner_table() noexcept;
/// Throws ConfigError with the nearest name.
[[nodiscard]] const LearnerEntry& find_learner(std::string_view name);
/// The model of a record, by its kind: a learner's, or a forest of an outcome that is no time. Throws InputError for
/// another kind.
[[nodiscard]] AnyModel load_model(const Record& record);

} // namespace vigil
