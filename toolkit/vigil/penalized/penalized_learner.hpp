// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/model_inputs.hpp"
#include "vigil/penalized/replicates.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil::penalized {

enum class LambdaChoice { minimum, one_se };

struct PenalizedOptions {
  std::vector<double> l1_ratio = {
      1.0}; ///< each is cross-validated on the same folds; the smallest loss wins
  LambdaGrid grid = {};
  CvOptions inner = {}; ///< folds, repeats, loss, early stop; its preparation must be the learner's
  LambdaChoice choice = LambdaChoice::minimum;
  survival::Ties ties = survival::Ties::breslow;
  std::vector<double> factor = {}; ///< penalty factors, see PenaltyOptions
  Index interval_resamples = 200;  ///< bootstrap refits at the chosen lambda; 0: no interval
  double level = 0.95;             ///< confidence of the risk interval
};

/// A Cox model with an elastic-net penalty at the lambda that inner cross-validation chose.
class PenalizedModel {
public:
  /// score = x'b + offset; risk by Breslow's baseline at the chosen lambda. With replicates, limits on the log(-log)
  /// scale from the standard deviation of log H over them; NaN where fewer than half of them are defined. Without:
  /// no limits. A stratum is found by its number in the cohort; risk is NaN in one that training did not have.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Columns with a nonzero coefficient and the unpenalized ones; per raw unit.
  [[nodiscard]] std::vector<SelectedFeature> selected() const;
  /// Kind "cox-net". Entries: status, reason, ties, level, events, l1_ratio, lambda, lambda_index, kkt_violation,
  /// cv_loss, cv_loss_se, stopped_at; features, columns, coefficient (per raw unit), prepared_coefficient,
  /// preparation, training_lower, training_upper, baseline, risk_time, training_risk_95; interval: the replicates.
  [[nodiscard]] Record record() const;
  [[nodiscard]] static PenalizedModel from_record(const Record& record);

  [[nodiscard]] const ModelInputs& inputs() const noexcept { return inputs_; }
  [[nodiscard]] double lambda() const noexcept { return lambda_; }
  [[nodiscard]] double l1_ratio() const noexcept { return l1_ratio_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
  friend class PenalizedLearner;
  FitStatus status_ = FitStatus::undefined;
  std::string reason_;
  survival::Ties ties_ = survival::Ties::breslow;
  double level_ = 0.95, l1_ratio_ = 1.0, lambda_ = 0.0;
  double kkt_violation_ = 0.0, cv_loss_ = 0.0, cv_loss_se_ = 0.0;
  Index lambda_index_ = 0, stopped_at_ = no_index, events_ = 0;
  ModelInputs inputs_;              ///< the model's own columns
  std::vector<double> coefficient_; ///< on the prepared scale
  std::vector<survival::CoxRisk::Stratum> baseline_;
  std::vector<double> risk_time_, training_risk_95_;
  Replicates replicates_; ///< empty without interval
};

/// Learner "cox-net": elastic-net Cox regression with the penalty chosen by inner cross-validation.
///
/// All outer items x l1_ratios x inner folds advance in one batch, the bootstrap refits in a second one (each with the
/// fit's own preparation, at the chosen lambda, at the address item.key / "interval" / replicate).
/// strata     as in the data (TrainingData::stratum)
/// undefined  no events, or fewer events (or groups) than inner folds
/// source     Simon, Friedman, Hastie, Tibshirani 2011, J. Stat. Softw. 39(5);
///            checked by tests/unit/penalized/penalized_learner_test
class PenalizedLearner {
public:
  using Model = PenalizedModel;
  explicit PenalizedLearner(PenalizedOptions options = {}) : options_(std::move(options)) {}
  [[nodiscard]] std::vector<PenalizedModel> fit_all(const FitBatch& batch,
                                                    FitContext& context) const;

private:
  /// Takes the chosen point of each result into its model; an undefined result leaves an undefined model.
  void choose(const FitBatch& batch,
              std::span<const CrossValidation> results,
              std::vector<PenalizedModel>& models,
              FitContext& context) const;
  /// Baseline, training ranges and training risk; raw: the model's inputs x subjects.
  void add_baseline(const TrainingData& data,
                    const CaseWeights& weights,
                    std::span<const double> raw,
                    PenalizedModel& model) const;
  void add_replicates(const FitBatch& batch,
                      std::span<const CrossValidation> results,
                      std::vector<PenalizedModel>& models,
                      FitContext& context) const;
  PenalizedOptions options_;
};

static_assert(Learner<PenalizedLearner>);

} // namespace vigil::penalized
