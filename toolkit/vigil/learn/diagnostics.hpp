// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <limits>
#include <string>
#include <vector>

namespace vigil {

/// What a model owes to a feature, or to a group of features.
struct FeatureImportance {
  std::string kind, feature;
  double importance = 0.0; ///< NaN: undefined
  double se = 0.0;         ///< Monte-Carlo standard error: of the trees, not of the subjects
  double p = 0.0;          ///< NaN where the kind has no null
};

/// How well so many trees order the subjects that they did not see.
struct EnsembleError {
  Index trees = 0;
  double concordance = 0.0; ///< NaN: undefined
  double se = 0.0;          ///< by other trees; NaN: undefined
  double bias = 0.0;        ///< against endless trees; NaN: undefined
  std::string undefined_because = {};
  /// Expected share of pairs with the most important features that other trees would order the other way; NaN: none, or
  /// undefined.
  double ranking = std::numeric_limits<double>::quiet_NaN();
};

/// A test that a feature's hazard ratio does not change with time; "(global)": of all features together.
struct HazardTest {
  std::string feature;
  double chi_square = std::numeric_limits<double>::quiet_NaN();
  Index degrees_of_freedom = 0;
  double p = std::numeric_limits<double>::quiet_NaN();
  std::string undefined_because = {};
};

/// What a fit tells of itself beside the model. It takes time, predicts nothing and is no part of the record, so that
/// only fits whose item asks for it have it: the bytes of the model do not depend on it.
struct FitDiagnostics {
  std::vector<std::string> importance_kinds = {}; ///< asked for, in their order
  std::string importance_on = {};                 ///< what permutations were judged by
  std::vector<FeatureImportance> importance = {}; ///< kind after kind, features or groups in order
  std::vector<EnsembleError> error = {};          ///< by rising number of trees
  std::vector<HazardTest> proportional_hazards = {}; ///< of a Cox model alone
  bool ranked = false; ///< an importance is, by EnsembleError::ranking
};

} // namespace vigil
