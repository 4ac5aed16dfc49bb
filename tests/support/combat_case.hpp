// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/combat.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// Markers, batches and clinical columns in parts that a test may change; markers of double precision in the clinical
/// block, or of single precision in the matrix.
struct CombatCase {
  std::vector<std::vector<double>> marker = {};   ///< marker by marker
  std::vector<std::vector<double>> clinical = {}; ///< named c1, c2, ..
  std::vector<Index> batch = {};                  ///< of each subject
  std::vector<std::string> names = {"A", "B", "C", "D"};
  std::vector<double> time = {};
  std::vector<std::uint8_t> event = {};
  bool in_matrix = false;
  Index block_features = 2;

  [[nodiscard]] Index subjects() const { return size_of(batch); }

  /// Builds the parts again; the result refers to this object.
  [[nodiscard]] TrainingData data() {
    std::vector<float> stored;
    std::vector<FeatureInfo> info;
    block_ = ClinicalBlock(subjects());
    for (Index number = 0; number < size_of(marker); ++number) {
      FeatureInfo one{.name = "m" + std::to_string(number + 1)};
      const auto& values = marker[at(number)];
      if (!in_matrix) {
        block_.add(one, values);
        continue;
      }
      one.offset = values.front() == values.front() ? values.front() : 0.0;
      for (const double value : values) {
        stored.push_back(static_cast<float>(value - one.offset));
      }
      info.push_back(one);
    }
    for (Index column = 0; column < size_of(clinical); ++column) {
      block_.add({.name = "c" + std::to_string(column + 1), .marker = false, .penalized = false},
                 clinical[at(column)]);
    }
    const Index features = size_of(info);
    features_.emplace(resident_source(subjects(), features, std::move(stored), block_features),
                      std::move(info));
    SurvivalOutcome survival;
    for (Index i = 0; i < subjects(); ++i) {
      survival.time.push_back(time.empty() ? 1.0 + static_cast<double>(i % 5) : time[at(i)]);
      survival.event.push_back(event.empty() ? static_cast<std::uint8_t>(i % 2) : event[at(i)]);
    }
    outcome_ = std::move(survival);
    return {.features = *features_,
            .clinical = block_,
            .outcome = outcome_,
            .batch = batch,
            .batch_names = names};
  }

  /// The corrected value of every marker and subject.
  [[nodiscard]] std::vector<std::vector<double>>
  correct(const Combat& combat, Scheduler& scheduler, bool in_memory = false) {
    const TrainingData all = data();
    const CorrectedColumns corrected = combat.correct(all.covariates(), scheduler, in_memory);
    const Covariates columns = corrected.covariates();
    std::vector<std::vector<double>> result(marker.size());
    for (Index number = 0; number < size_of(marker); ++number) {
      if (!in_matrix) {
        const auto values = columns.clinical.column(number);
        result[at(number)].assign(values.begin(), values.end());
        continue;
      }
      for (const float value : columns.features.columns(std::vector<Index>{number}, scheduler)) {
        result[at(number)].push_back(static_cast<double>(value) + columns.features.offset(number));
      }
    }
    return result;
  }

private:
  std::optional<FeatureMatrix> features_;
  ClinicalBlock block_;
  Outcome outcome_;
};

} // namespace vigil::test
