// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/clinical_block.hpp"
#include "vigil/cohort/feature_matrix.hpp"
#include "vigil/cohort/outcome.hpp"

#include <span>
#include <string>

namespace vigil {

/// What a model sees. Columns are numbered markers first, then clinical ones.
/// stratum, batch, offset: one value per subject, or empty (one level, no offset). batch_names: of its levels.
struct Covariates {
  const FeatureMatrix& features;
  const ClinicalBlock& clinical;
  std::span<const Index> stratum = {}, batch = {};
  std::span<const double> offset = {};
  std::span<const std::string> batch_names = {};

  [[nodiscard]] Index subjects() const noexcept { return clinical.subjects(); }
  [[nodiscard]] Index columns() const noexcept { return features.features() + clinical.columns(); }
  [[nodiscard]] const FeatureInfo& info(Index column) const {
    return column < features.features() ? features.info(column)
                                        : clinical.info(column - features.features());
  }
};

/// What a learner and a resampling plan see. centre, group: for drawing only, never a covariate.
struct TrainingData {
  const FeatureMatrix& features;
  const ClinicalBlock& clinical;
  const Outcome& outcome;
  std::span<const Index> stratum = {}, batch = {};
  std::span<const double> offset = {};
  std::span<const Index> centre = {}, group = {};
  std::span<const std::string> batch_names = {};

  [[nodiscard]] Covariates covariates() const noexcept {
    return {.features = features,
            .clinical = clinical,
            .stratum = stratum,
            .batch = batch,
            .offset = offset,
            .batch_names = batch_names};
  }
  [[nodiscard]] Index subjects() const noexcept { return clinical.subjects(); }
  [[nodiscard]] Index columns() const noexcept { return features.features() + clinical.columns(); }
};

} // namespace vigil
