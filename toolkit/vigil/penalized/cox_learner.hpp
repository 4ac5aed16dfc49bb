// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/diagnostics.hpp"
#include "vigil/penalized/model_inputs.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vigil::penalized {

struct CoxOptions {
  survival::Ties ties = survival::Ties::efron;
  double level = 0.95; ///< confidence of the risk interval
};

/// A Cox model of all kept columns, fitted without penalty.
class CoxModel {
public:
  /// score = x'b + offset; risk with its delta-method interval. A stratum is found by its number in the
  /// cohort; risk is NaN in one that training did not have. Undefined models predict NaN; limits are NaN
  /// where the fit is saturated.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Every column, coefficient per raw unit (0: collinear with columns before it).
  [[nodiscard]] std::vector<SelectedFeature> selected() const;
  /// Kind "cox". Entries: status, reason, ties, features, columns, coefficient and se (both per raw unit),
  /// dropped (names), robust_se (where rows have groups or sampling weights), prepared_coefficient, covariance, preparation, baseline strata, log_likelihood,
  /// null_log_likelihood, score_test, events, training_lower, training_upper (raw range of each feature),
  /// risk_time and training_risk_95 (95th percentile of the training subjects' risk at each event time).
  [[nodiscard]] Record record() const;
  [[nodiscard]] static CoxModel from_record(const Record& record);
  /// Tests of proportional hazards, where the fit was asked for them: one for each column, then "(global)".
  [[nodiscard]] FitDiagnostics diagnostics() const { return diagnostics_; }

  [[nodiscard]] const ModelInputs& inputs() const noexcept { return inputs_; }
  /// At prepared values.
  [[nodiscard]] const survival::CoxRisk& risk() const { return *risk_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
  friend class CoxLearner;
  FitStatus status_ = FitStatus::undefined;
  std::string reason_;
  survival::Ties ties_ = survival::Ties::efron;
  double level_ = 0.95;
  ModelInputs inputs_;
  std::vector<Index> dropped_; ///< places among the inputs
  std::optional<survival::CoxRisk> risk_;
  std::vector<double> robust_se_; ///< per raw unit; empty: neither groups nor sampling weights
  FitDiagnostics diagnostics_;
  double log_likelihood_ = 0.0, null_log_likelihood_ = 0.0, score_test_ = 0.0;
  Index events_ = 0;
  std::vector<double> risk_time_, training_risk_95_;
};

/// Learner "cox": every column that the preparation keeps, unpenalized, strata as in the data.
///
/// undefined  without events, and with no more events than columns: a fit then does not exist or says nothing
/// source     Cox 1972; checked by tests/unit/penalized/cox_learner_test, tests/reference/cox_test
class CoxLearner {
public:
  using Model = CoxModel;
  explicit CoxLearner(const CoxOptions& options = {}) : options_(options) {}
  [[nodiscard]] std::vector<CoxModel> fit_all(const FitBatch& batch, FitContext& context) const;

private:
  /// `values`: raw, the model's inputs x subjects.
  void fit_one(const TrainingData& data,
               const FitItem& item,
               const survival::CoxLikelihood& likelihood,
               std::vector<double> values,
               CoxModel& model) const;
  CoxOptions options_;
};

static_assert(Learner<CoxLearner>);

} // namespace vigil::penalized
