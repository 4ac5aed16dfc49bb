// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/model_inputs.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <string>
#include <vector>

namespace vigil::penalized {

struct FineGrayOptions {
  std::string cause_of_interest = {}; ///< its name or number; empty: the first
};

/// Proportional hazards of the cumulative incidence of one cause, of all kept columns.
class FineGrayModel {
public:
  /// score = x'b; risk = F(t | x) = 1 - exp(-H0(t) exp(x'b)) of the cause; no interval. Undefined models predict NaN.
  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const;
  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  /// Every column, coefficient per raw unit (0: collinear with columns before it).
  [[nodiscard]] std::vector<SelectedFeature> selected() const;
  /// Kind "fine-gray". Entries: status, reason, cause, events, features, columns, coefficient and se (robust; both per raw
  /// unit), dropped, dropped_places, prepared_coefficient, covariance, preparation, baseline (cumulative subdistribution
  /// hazard), log_likelihood, null_log_likelihood, training_lower, training_upper, risk_time, training_risk_95.
  [[nodiscard]] Record record() const;
  [[nodiscard]] static FineGrayModel from_record(const Record& record);

private:
  friend class FineGrayLearner;
  FitStatus status_ = FitStatus::undefined;
  std::string reason_, cause_;
  ModelInputs inputs_;
  std::vector<Index> dropped_; ///< places among the inputs
  std::vector<double> coefficient_, covariance_;
  std::vector<survival::CoxRisk::Stratum> baseline_; ///< one
  double log_likelihood_ = 0.0, null_log_likelihood_ = 0.0;
  Index events_ = 0;
  std::vector<double> risk_time_, training_risk_95_;
};

/// Learner "fine-gray" for competing risks: every column that the preparation keeps, unpenalized.
///
/// refuses    an outcome that is not competing risks, strata, an offset
/// undefined  without events of the cause, with no more of them than columns, with delayed entry
/// source     Fine and Gray 1999; checked by tests/unit/penalized/fine_gray_learner_test, tests/reference/fine_gray_test
class FineGrayLearner {
public:
  using Model = FineGrayModel;
  explicit FineGrayLearner(FineGrayOptions options = {}) : options_(std::move(options)) {}
  [[nodiscard]] std::vector<FineGrayModel> fit_all(const FitBatch& batch,
                                                   FitContext& context) const;

private:
  void fit_one(const TrainingData& data,
               const CaseWeights& weights,
               Index cause,
               std::vector<double> values,
               FineGrayModel& model) const;
  FineGrayOptions options_;
};

static_assert(Learner<FineGrayLearner>);

} // namespace vigil::penalized
