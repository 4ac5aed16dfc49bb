// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/learn/learner.hpp"

#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// A drawn cohort of normal markers with an outcome that is no time, in parts that a test may change.
struct ValueCase {
  Index subjects = 0, markers = 0;
  std::vector<float> marker_values; ///< markers x subjects
  Outcome outcome;
  std::vector<Index> stratum = {};
  CaseWeights weights;
  Index block_features = 0;

  /// The mean is 2 x0 - x1 + x0 x2, in units of the noise; a binary outcome is whether the value is above 0.
  ValueCase(const RandomKey& key, Index subjects_, Index markers_, bool binary)
      : subjects(subjects_), markers(markers_), weights(CaseWeights::ones(subjects_)) {
    RandomStream draw(key);
    for (Index cell = 0; cell < subjects * markers; ++cell) {
      marker_values.push_back(static_cast<float>(draw.normal()));
    }
    const auto marker = [&](Index column, Index subject) {
      return column < markers ? static_cast<double>(marker_values[at(column * subjects + subject)])
                              : 0.0;
    };
    ContinuousOutcome values;
    BinaryOutcome labels;
    for (Index subject = 0; subject < subjects; ++subject) {
      const double mean =
          2.0 * marker(0, subject) - marker(1, subject) + marker(0, subject) * marker(2, subject);
      values.value.push_back(mean + draw.normal());
      labels.label.push_back(values.value.back() > 0.0 ? 1 : 0);
    }
    outcome = binary ? Outcome(labels) : Outcome(values);
  }
  [[nodiscard]] std::vector<double>& values() { return std::get<ContinuousOutcome>(outcome).value; }
  [[nodiscard]] std::vector<std::uint8_t>& labels() {
    return std::get<BinaryOutcome>(outcome).label;
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
    return {.features = *features_, .clinical = block_, .outcome = outcome, .stratum = stratum};
  }
  [[nodiscard]] forest::RegressionForest
  grow(const forest::ForestOptions& options, int threads = 2, std::uint64_t seed = 9) {
    const TrainingData training = data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const Preparation preparation(training.columns(), {});
    return forest::RegressionForest::grow(
        training, {weights, preparation, RandomKey(seed)}, options, context);
  }
  [[nodiscard]] std::vector<double> scores(const forest::RegressionForest& forest,
                                           int threads = 2) {
    const TrainingData training = data();
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    return forest.predict(training.covariates(), {}, context).score;
  }

private:
  std::optional<FeatureMatrix> features_;
  ClinicalBlock block_;
};

/// Missing cells in every third marker.
inline ValueCase holed_case(std::uint64_t seed, Index subjects, Index markers, bool binary) {
  ValueCase drawn(RandomKey(seed), subjects, markers, binary);
  for (Index marker = 0; marker < markers; marker += 3) {
    for (Index subject = marker % 5; subject < subjects; subject += 7) {
      drawn.marker_values[at(marker * subjects + subject)] = std::nanf("");
    }
  }
  return drawn;
}

inline bool same_bytes(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0;
}

} // namespace vigil::test
