// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vigil::select {

/// who: named where an outcome is refused.
struct NullModelOptions {
  std::string_view who = "test";
  std::string impute = "median";
  survival::Ties ties = survival::Ties::breslow;
};

/// The Cox model of the columns that are adjusted for: those that are not penalized.
struct NullModel {
  survival::CoxLikelihood likelihood;
  std::vector<Index> columns = {};   ///< adjusted for
  std::vector<double> adjusted = {}; ///< those that vary, prepared, by row of the likelihood
  survival::CoxPoint point = {};
  double log_likelihood = 0.0;
  std::string undefined_because = {}; ///< not empty: no model

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
  [[nodiscard]] Index adjusted_columns() const {
    return likelihood.rows() == 0 ? 0 : size_of(adjusted) / likelihood.rows();
  }
};

/// Fitted in the rows of positive weight, in the strata of the data.
///
/// throws     ConfigError for an outcome that is no time to one event, InputError for missing values with impute = "none"
/// undefined  no events; no more events than adjusted columns; adjusted columns that separate the events
[[nodiscard]] NullModel fit_null_model(const TrainingData& data,
                                       const CaseWeights& within,
                                       const NullModelOptions& options,
                                       Scheduler& scheduler);

} // namespace vigil::select
