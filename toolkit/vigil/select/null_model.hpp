// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vigil::select {

/// The Cox model of the columns that tests of the others adjust for: all that are unpenalized.
struct NullModel {
  survival::CoxLikelihood likelihood;
  std::vector<Index> columns = {};   ///< adjusted for
  std::vector<double> adjusted = {}; ///< prepared, by row
  survival::CoxPoint point = {};
  std::string undefined_because = {};

  [[nodiscard]] bool undefined() const noexcept { return !undefined_because.empty(); }
};

struct NullModelOptions {
  survival::Ties ties = survival::Ties::breslow;
  std::string impute = "median";
  std::string_view who = "screen"; ///< in messages
};

/// Fitted in the rows of positive weight, in the strata of the data.
///
/// undefined  no events; no more events than adjusted columns; adjusted columns that separate the events
/// throws     ConfigError for an outcome that is not the time to one event
/// checked by tests/unit/select/screen_test
[[nodiscard]] NullModel fit_null_model(const TrainingData& data,
                                       const CaseWeights& within,
                                       const NullModelOptions& options,
                                       Scheduler& scheduler);

} // namespace vigil::select
