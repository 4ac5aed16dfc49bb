// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/record.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

/// What happens to subjects of a batch that training does not know: nothing, or their batch is mapped to the training
/// subjects by its own mean and SD, which looks at the other subjects to be predicted but at no outcome (transductive).
enum class UnseenBatch { none, reference };
[[nodiscard]] std::string_view name_of(UnseenBatch unseen) noexcept;

struct CombatOptions {
  std::string batch = {};                   ///< name of the column
  std::vector<std::string> covariates = {}; ///< clinical columns, whose effects are kept
  UnseenBatch unseen = UnseenBatch::none;
};

/// Covariates with other values of their markers. A matrix that is not in memory is corrected as it is read.
class CorrectedColumns {
public:
  CorrectedColumns(const Covariates& original, FeatureMatrix features, ClinicalBlock clinical)
      : original_(original), features_(std::move(features)), clinical_(std::move(clinical)) {}
  /// Refers to this object and to what the original refers to.
  [[nodiscard]] Covariates covariates() const noexcept;
  /// `data` with these columns.
  [[nodiscard]] TrainingData data(const TrainingData& data) const noexcept;

private:
  Covariates original_;
  FeatureMatrix features_;
  ClinicalBlock clinical_;
};

/// ComBat, frozen: location and scale of each batch are estimated in training and applied to anybody.
///
///   x_gi = a_g + c_i'b_g + s_g z_gi       c covariates, b and s from least squares with batch and covariates
///   z in batch h: mean g_gh, variance d_gh; shrunk over the markers of the batch to g*, d* (empirical Bayes)
///   corrected x = a_g + c_i'b_g + s_g (z_gi - g*_gh) / sqrt(d*_gh)
///
/// fit        g* = (n t g + d* m) / (n t + d*), m and t mean and variance (divisor markers - 1) of g over the markers;
///            d* = (theta + sum (z - g*)^2 / 2) / (n / 2 + lambda - 1), lambda = (2 v + u^2) / v,
///            theta = (u v + u^3) / v, u and v mean and variance of d over the markers; to a fixed point
/// markers    all columns that are markers, penalized or not
/// batches    of at least two training subjects; subjects of others count as unseen and take no part. With one batch it
///            is not corrected, and others may be mapped to it
/// missing    cells stay missing and take no part; missing covariates are filled by their training median
/// as it is   a marker without variation in a batch or with fewer than two values there; every marker where fewer than two
///            have estimates; covariates that depend on the others and the batch are left out
/// weights    a subject drawn twice is the subject twice; sampling weights weigh the estimates
/// memory     8 (2 + covariates + 2 batches) bytes for each marker; in_memory: the matrix once more
/// source     Johnson, Li, Rabinovic 2007, Biostatistics 8:118. checked by tests/unit/learn/combat_test,
///            tests/reference/combat_test
class Combat {
public:
  /// Looks at no outcome and at no subject of weight 0. Needs data.batch.
  [[nodiscard]] static Combat fit(const TrainingData& data,
                                  const CaseWeights& weights,
                                  const CombatOptions& options,
                                  Scheduler& scheduler);
  /// Throws InputError where the cohort has no batch or lacks a covariate. in_memory: a matrix that is in memory is
  /// corrected at once, as a whole.
  [[nodiscard]] CorrectedColumns
  correct(const Covariates& covariates, Scheduler& scheduler, bool in_memory = false) const;

  [[nodiscard]] const CombatOptions& options() const noexcept;
  /// Batches that training knows.
  [[nodiscard]] const std::vector<std::string>& batches() const noexcept;
  /// Names of the cohort's batches that training does not know.
  [[nodiscard]] std::vector<std::string> unseen(const Covariates& covariates) const;
  /// Kind "combat": docs/formats/model.md.
  [[nodiscard]] Record record() const;
  [[nodiscard]] static Combat from_record(const Record& record);

  struct Parameters;

private:
  explicit Combat(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  std::shared_ptr<const Parameters> parameters_;
};

/// Refuses what nobody should ask for, before anything is fitted: ConfigError for a covariate that is no clinical column,
/// and for one that is the time, the event or another outcome, or a linear function of it; InputError for fewer than two
/// batches of two subjects or two markers, and for a covariate that the batch determines.
void check_combat(const TrainingData& data,
                  const CaseWeights& weights,
                  const CombatOptions& options,
                  Scheduler& scheduler);

} // namespace vigil
