// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/cv_options.hpp"
#include "vigil/penalized/loss.hpp"
#include "vigil/penalized/marker_columns.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::penalized {

/// One model of a fold: coefficients per raw unit of the listed columns, the intercept of raw columns (0 without one).
struct RawModel {
  std::span<const Index> features;
  std::span<const double> values;
  double intercept = 0.0;
  struct
      Others { ///< sum of coefficient (x - centre) over columns that are not listed, for these subjects
    std::span<const Index> subjects;
    std::span<const double> predictor;
  } others = {};
};

/// One fold as its losses see it.
struct FoldRows {
  const Loss& all;                ///< training and held-out rows
  const Loss& train;              ///< training rows
  const CaseWeights& test;        ///< held-out rows
  const Preparation& preparation; ///< of the training rows: it fills missing cells
  double weight;                  ///< HeldOutLoss::weight(test)
  const TrainingData& data; ///< its columns: those of the loss, or corrected in the training rows
  const MarkerColumns& markers; ///< of these
};

/// The losses of CvLoss, for the folds of one item.
///
/// brier   mean_i W_i(t) (y_i - p_i)^2 over the held-out rows, t the horizon: measure::brier
///         p_i = 1 - exp(-H_s(t) exp(x_i'b + offset_i)), H_s Breslow's baseline of the stratum on the training rows
///         W   inverse probability of censoring by the reverse Kaplan-Meier estimate of all rows of the item, which is
///             no part of the model: each fold has the same horizon supported, and the mean over the folds of a repeat
///             is one IPCW mean over all subjects (Mogensen, Ishwaran, Gerds 2012, J. Stat. Softw. 50(11))
///         NaN where a held-out row is in a stratum without training rows
/// cost    O(n (nonzero + log n)) for each model
/// checked by tests/unit/penalized/held_out_loss_test, tests/unit/penalized/cross_validate_test
class HeldOutLoss {
public:
  /// within: all rows of the item. data, within and options must outlive it.
  HeldOutLoss(const TrainingData& data,
              const CaseWeights& within,
              const CvOptions& options,
              survival::Ties ties);

  /// Why no fold can have this loss; empty: it can.
  [[nodiscard]] const std::string& undefined_because() const noexcept { return undefined_because_; }
  /// What the losses of the folds are weighted with: weight of the held-out events, for the families without times and
  /// for the Brier score of all held-out rows.
  [[nodiscard]] double weight(const CaseWeights& test) const;
  [[nodiscard]] double operator()(const FoldRows& fold, const RawModel& model) const;

private:
  [[nodiscard]] std::vector<double> linear_predictor(const FoldRows& fold,
                                                     const RawModel& model) const;
  [[nodiscard]] double
  deviance_of(const FoldRows& fold, const RawModel& model, std::vector<double> eta) const;
  [[nodiscard]] double concordance_of(std::vector<double> eta, const CaseWeights& test) const;
  [[nodiscard]] double brier_of(const FoldRows& fold, std::span<const double> eta) const;
  void check_follow_up();

  const TrainingData& data_;
  const CaseWeights& within_;
  const CvOptions& options_;
  survival::Ties ties_;
  std::optional<survival::CensoringWeights> censoring_; ///< Brier only
  std::string undefined_because_;
};

} // namespace vigil::penalized
