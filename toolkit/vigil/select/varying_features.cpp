// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/varying_features.hpp"

namespace vigil::select {

VaryingFeatures varying_features(const TrainingData& data,
                                 const CaseWeights& within,
                                 const std::string& impute,
                                 Scheduler& scheduler) {
  const auto prepared =
      fit_preparations(data, {&within, 1}, {.impute = impute, .standardize = true}, scheduler);
  std::vector<Index> kept;
  for (Index column = 0; column < data.columns(); ++column) {
    if (data.covariates().info(column).penalized && prepared.front().keeps(column)) {
      kept.push_back(column);
    }
  }
  return {.column = kept, .preparation = prepared.front().select(kept)};
}

} // namespace vigil::select
