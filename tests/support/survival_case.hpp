// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/learner.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// A drawn cohort of markers and clinical columns with a known signal, in parts that a test may change.
struct SurvivalCase {
  Index subjects = 0, markers = 0, clinical_columns = 0;
  std::vector<float> marker_values;          ///< markers x subjects
  std::vector<std::vector<double>> clinical; ///< column by column
  SurvivalOutcome survival;
  std::vector<Index> stratum = {}, centre = {}, group = {};
  std::vector<double> offset = {};
  Index block_features = 0;
  struct Texts { ///< a column of levels, behind the clinical columns; an empty text is missing
    std::string name;
    std::vector<std::string> values, levels;
  };
  std::vector<Texts> categories = {};

  /// Markers have coefficient 0.8, -0.8, 0.8 .. on the first three; the first clinical one 0.5.
  SurvivalCase(const RandomKey& key, Index subjects_, Index markers_, Index clinical_)
      : subjects(subjects_), markers(markers_), clinical_columns(clinical_) {
    RandomStream draw(key);
    std::vector<double> eta(at(subjects), 0.0);
    for (Index marker = 0; marker < markers; ++marker) {
      for (Index subject = 0; subject < subjects; ++subject) {
        const auto value = static_cast<float>(draw.normal());
        marker_values.push_back(value);
        if (marker < 3) {
          eta[at(subject)] += (marker == 1 ? -0.8 : 0.8) * static_cast<double>(value);
        }
      }
    }
    for (Index column = 0; column < clinical_columns; ++column) {
      clinical.emplace_back();
      for (Index subject = 0; subject < subjects; ++subject) {
        clinical.back().push_back(draw.normal());
        eta[at(subject)] += column == 0 ? 0.5 * clinical.back().back() : 0.0;
      }
    }
    for (Index subject = 0; subject < subjects; ++subject) {
      const double time = draw.exponential() * std::exp(-eta[at(subject)]);
      const double censoring = 2.0 * draw.exponential();
      survival.time.push_back(1e-6 + std::min(time, censoring));
      survival.event.push_back(time <= censoring ? 1 : 0);
    }
  }

  /// Builds the parts again; the result refers to this object.
  [[nodiscard]] TrainingData data() {
    std::vector<FeatureInfo> info;
    for (Index marker = 0; marker < markers; ++marker) {
      info.push_back({.name = "m" + std::to_string(marker)});
    }
    features_.emplace(resident_source(subjects, markers, marker_values, block_features),
                      std::move(info));
    block_ = ClinicalBlock(subjects);
    for (Index column = 0; column < clinical_columns; ++column) {
      block_.add({.name = "c" + std::to_string(column), .marker = false, .penalized = false},
                 clinical[at(column)]);
    }
    for (const Texts& texts : categories) {
      add_indicators(block_,
                     {.name = texts.name, .marker = false, .penalized = false},
                     texts.values,
                     texts.levels);
    }
    outcome_ = survival;
    return {.features = *features_,
            .clinical = block_,
            .outcome = outcome_,
            .stratum = stratum,
            .offset = offset,
            .centre = centre,
            .group = group};
  }

private:
  std::optional<FeatureMatrix> features_;
  ClinicalBlock block_;
  Outcome outcome_;
};

} // namespace vigil::test
