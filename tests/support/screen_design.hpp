// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace vigil::test {

/// effect       log hazard ratio of a true marker per SD; 0: the global null hypothesis
/// confounding  share of the clinical column in all markers of every second block, which it moves with the hazard
/// dependent    censoring that gets earlier with the clinical column; else independent of everything
struct ScreenDesignOptions {
  Index subjects = 200, block = 20, blocks = 20, true_markers = 20;
  double effect = 0.0, confounding = 0.0;
  bool dependent = false;
  double censoring = 0.8; ///< rate; the events' is about 1
};

/// Markers in blocks with correlation 0.6, true ones two to a block in the first blocks, and one clinical column with
/// log hazard ratio 0.7. A marker is null where no marker of its block is true: the hypothesis of a screen is that a
/// marker tells nothing given the clinical column, and the neighbours of a true marker do tell something.
class ScreenDesign {
public:
  ScreenDesign(const ScreenDesignOptions& options, const RandomKey& key) : options_(options) {
    const Index n = options.subjects;
    RandomStream draw(key);
    std::vector<double> clinical(at(n)), eta(at(n), 0.0), shared(at(n));
    for (Index i = 0; i < n; ++i) {
      clinical[at(i)] = draw.normal();
      eta[at(i)] = 0.7 * clinical[at(i)];
    }
    std::vector<float> values;
    std::vector<FeatureInfo> info;
    for (Index marker = 0; marker < markers(); ++marker) {
      const Index number = marker / options.block, place = marker % options.block;
      const double part = number % 2 == 1 ? options.confounding : 0.0;
      info.push_back({.name = "m" + std::to_string(marker)});
      for (Index i = 0; i < n; ++i) {
        if (place == 0) {
          shared[at(i)] = draw.normal();
        }
        const double own = std::sqrt(0.6) * shared[at(i)] + std::sqrt(0.4) * draw.normal();
        const double value = part * clinical[at(i)] + std::sqrt(1.0 - part * part) * own;
        values.push_back(static_cast<float>(value));
        eta[at(i)] += 2 * number < options.true_markers && place < 2 ? options.effect * value : 0.0;
      }
    }
    SurvivalOutcome outcome;
    for (Index i = 0; i < n; ++i) {
      const double event = draw.exponential() * std::exp(-eta[at(i)]);
      const double late = options.dependent ? std::exp(-clinical[at(i)]) : 1.0;
      const double censored = draw.exponential() / options.censoring * late;
      outcome.time.push_back(1e-9 + std::min(event, censored));
      outcome.event.push_back(event <= censored ? 1 : 0);
    }
    features_.emplace(resident_source(n, markers(), std::move(values)), std::move(info));
    block_ = ClinicalBlock(n);
    block_.add({.name = "clinical", .marker = false, .penalized = false}, std::move(clinical));
    outcome_ = std::move(outcome);
  }

  [[nodiscard]] Index markers() const { return options_.block * options_.blocks; }
  [[nodiscard]] bool null(Index marker) const {
    return options_.effect == 0.0 || 2 * (marker / options_.block) >= options_.true_markers;
  }
  /// Refers to this object.
  [[nodiscard]] TrainingData data() const {
    return {.features = *features_, .clinical = block_, .outcome = outcome_};
  }

private:
  ScreenDesignOptions options_;
  std::optional<FeatureMatrix> features_;
  ClinicalBlock block_;
  Outcome outcome_;
};

/// Shares over replicates, with their standard errors: of false among found (0 where none was found), of replicates with
/// a false one, and of those with any.
struct ErrorRates {
  Index replicates = 0;
  double discoveries = 0.0, false_share = 0.0, squares = 0.0, any_false = 0.0;

  /// adjusted: one for each marker.
  void add(const ScreenDesign& design, const std::vector<double>& adjusted, double level) {
    double found = 0.0, wrong = 0.0;
    for (Index marker = 0; marker < design.markers(); ++marker) {
      const bool taken = adjusted[at(marker)] <= level;
      found += taken ? 1.0 : 0.0;
      wrong += taken && design.null(marker) ? 1.0 : 0.0;
    }
    const double share = found > 0.0 ? wrong / found : 0.0;
    ++replicates;
    discoveries += found;
    false_share += share;
    squares += share * share;
    any_false += wrong > 0.0 ? 1.0 : 0.0;
  }
  [[nodiscard]] double mean(double total) const { return total / static_cast<double>(replicates); }
  [[nodiscard]] double fdr() const { return mean(false_share); }
  [[nodiscard]] double fdr_se() const {
    return std::sqrt((mean(squares) - fdr() * fdr()) / static_cast<double>(replicates));
  }
  [[nodiscard]] double fwer() const { return mean(any_false); }
  /// At the nominal level: what an exact method has.
  [[nodiscard]] double nominal_se(double level) const {
    return std::sqrt(level * (1.0 - level) / static_cast<double>(replicates));
  }
};

} // namespace vigil::test
