// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/unpenalized_fits.hpp"

#include "vigil/base/text.hpp"
#include "vigil/penalized/raw_inputs.hpp"

#include <utility>

namespace vigil::penalized {

FitStatus status_of(survival::CoxFitStatus status) noexcept {
  switch (status) {
  case survival::CoxFitStatus::converged:
    return FitStatus::converged;
  case survival::CoxFitStatus::iteration_limit:
    return FitStatus::iteration_limit;
  case survival::CoxFitStatus::saturated:
    return FitStatus::saturated;
  case survival::CoxFitStatus::undefined:
    break;
  }
  return FitStatus::undefined;
}

UnpenalizedFits::UnpenalizedFits(const FitBatch& batch,
                                 std::span<const Index> events,
                                 const std::string& of)
    : batch_(batch), reason_(batch.items.size()) {
  VIGIL_EXPECTS(events.size() == batch.items.size());
  for (std::size_t item = 0; item < events.size(); ++item) {
    const Index columns = size_of(kept_columns(batch.items[item].preparation));
    if (events[item] <= columns) {
      reason_[item] = events[item] == 0 ? "no events" + of
                                        : number_text(events[item]) + " events for " +
                                              number_text(columns) + " columns";
    }
  }
}

void UnpenalizedFits::for_each(FitContext& context, const Fit& fit) {
  const Covariates covariates = batch_.data.covariates();
  std::vector<ModelInputs> inputs(reason_.size());
  RawInputs raw;
  for (std::size_t item = 0; item < reason_.size(); ++item) {
    if (reason_[item].empty()) {
      const Preparation& preparation = batch_.items[item].preparation;
      const std::vector<Index> kept = kept_columns(preparation);
      inputs[item] = ModelInputs(covariates, kept, preparation);
      raw.want(kept);
    }
  }
  raw.read(covariates, context.scheduler);
  context.scheduler.for_each(size_of(reason_), [&](Index item, Index) {
    if (reason_[at(item)].empty()) {
      std::vector<double> values = raw.select(inputs[at(item)].columns(), batch_.data.subjects());
      fit(item, std::move(inputs[at(item)]), std::move(values));
    }
  });
}

} // namespace vigil::penalized
