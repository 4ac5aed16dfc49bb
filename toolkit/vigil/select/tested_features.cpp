// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/tested_features.hpp"

#include "vigil/survival/cox_fit.hpp"

#include <numeric>

namespace vigil::select {

TestedFeatures::TestedFeatures(const NullModel& null,
                               const TrainingData& data,
                               const CaseWeights& within,
                               const std::string& impute,
                               Scheduler& scheduler)
    : null_(null), data_(data), within_(within), scheduler_(scheduler),
      features_(varying_features(data, within, impute, scheduler)) {}

std::vector<double> TestedFeatures::rows(Index first, Index count) const {
  std::vector<Index> places(at(count));
  std::iota(places.begin(), places.end(), first);
  const auto listed = columns().subspan(at(first), at(count));
  Preparation preparation = features_.preparation.select(places);
  preparation.fill_from(raw_columns(data_.covariates(), listed, scheduler_), within_);
  const auto prepared = prepared_columns(data_.covariates(), listed, preparation, scheduler_);
  return survival::gather_rows(null_.likelihood, prepared, count);
}

} // namespace vigil::select
