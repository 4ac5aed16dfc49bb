// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/fit_paths.hpp"
#include "vigil/penalized/model_inputs.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Bootstrap refits of a model at one lambda: coefficients and baselines, for the interval of a risk.
class Replicates {
public:
  Replicates() = default;
  /// One refit. coefficients: pairs of column of the training data and prepared coefficient, ascending. hazard: the
  /// cumulative baseline hazard at each event time of the model, stratum after stratum.
  struct Refit {
    std::vector<SelectedFeature> coefficients;
    std::vector<double> hazard;
  };
  /// item: what the model itself was fitted on.
  Replicates(const Covariates& covariates,
             const FitItem& item,
             std::span<const Refit> refits,
             Scheduler& scheduler);

  [[nodiscard]] Index count() const noexcept { return count_; }
  /// Linear predictors of every subject under every refit: count() x subjects, without offset.
  [[nodiscard]] std::vector<double> linear_predictors(const Covariates& covariates,
                                                      Scheduler& scheduler) const;
  /// Log of a refit's baseline hazard at an event time of the model (place over all strata); -infinity before its
  /// first event.
  [[nodiscard]] double log_hazard(Index replicate, Index place) const noexcept {
    return log_hazard_[at(replicate * places_ + place)];
  }

  [[nodiscard]] Record record() const;
  [[nodiscard]] static Replicates from_record(const Record& record);

private:
  Index count_ = 0, places_ = 0;
  ModelInputs inputs_;              ///< columns of any refit
  std::vector<Index> start_;        ///< one more than refits
  std::vector<Index> input_;        ///< place among the inputs
  std::vector<double> coefficient_; ///< prepared
  std::vector<double> log_hazard_;
};

/// The refits of one batch item's model.
struct ReplicateRequest {
  Index item = 0;
  PenaltyOptions penalty = {};
  double lambda = 0.0, largest_lambda = 0.0;
  std::span<const survival::CoxRisk::Stratum> baseline = {};
};

/// Bootstrap refits for several models side by side, in waves by memory: draws with replacement within centre x event,
/// whole groups, at the address item.key / "interval". A refit goes from its model's largest lambda to the lambda in
/// five steps.
[[nodiscard]] std::vector<Replicates> fit_replicates(const FitBatch& batch,
                                                     std::span<const ReplicateRequest> requests,
                                                     Index resamples,
                                                     FitContext& context);

} // namespace vigil::penalized
