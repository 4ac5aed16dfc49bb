// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/digest.hpp"
#include "vigil/base/index.hpp"
#include "vigil/base/random.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace vigil {

/// What is drawn as a whole (a subject, or all subjects of a group), sorted into strata of centre x event.
///
/// A unit belongs to the centre of its first subject, and to the largest event code among its subjects: a
/// patient with one event in three rows is a patient with an event. Subjects outside the support are in no unit.
struct DrawUnits {
  struct Stratum {
    Index event = 0;  ///< 0 censored or one class; event, cause or label otherwise
    Index centre = 0; ///< no_index: unknown
    std::vector<Index> units;
  };
  std::vector<std::vector<Index>> members; ///< per unit its subjects, ascending
  std::vector<Stratum> strata;             ///< events first (largest code first), then by centre

  [[nodiscard]] Index units() const noexcept { return size_of(members); }
  /// Units with an event.
  [[nodiscard]] Index event_units() const noexcept;
};

[[nodiscard]] DrawUnits draw_units(const TrainingData& data, const CaseWeights& within);

/// True when a subject either has an event or not (survival, competing risks), so that folds can lack events.
[[nodiscard]] bool has_events(const Outcome& outcome);
/// 0 = censored; 1 = event, k = cause k, label of a binary outcome; 0 for outcomes without classes.
[[nodiscard]] Index event_code(const Outcome& outcome, Index subject);

/// Fold 0 .. folds - 1 of each unit: within each stratum the units are put in random order and dealt to the
/// folds in turn; the next stratum goes on where the last one ended, the first one at a random fold.
[[nodiscard]] std::vector<Index> deal(const DrawUnits& units, Index folds, const RandomKey& key);

/// Times that each subject is drawn: from every stratum as many units as it has, with replacement, at the address key / event / centre.
[[nodiscard]] std::vector<std::uint32_t>
draw_with_replacement(const DrawUnits& units, Index subjects, const RandomKey& key);

/// Text that names units, weights and key: two plans from different ones have different digests.
[[nodiscard]] std::string
fingerprint_of(const DrawUnits& units, const CaseWeights& within, const RandomKey& key);
void add_weights(Digest& digest, const CaseWeights& weights);
void add_key(Digest& digest, const RandomKey& key);

} // namespace vigil
