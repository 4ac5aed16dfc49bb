// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/null_model.hpp"

#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/select/residual_projection.hpp"
#include "vigil/survival/cox_fit.hpp"

namespace vigil::select {

namespace {

/// Prepared values of the listed columns that vary: columns x subjects.
std::vector<double> prepare_adjusted(const TrainingData& data,
                                     std::span<const Index> listed,
                                     const CaseWeights& within,
                                     const std::string& impute,
                                     Scheduler& scheduler) {
  const Covariates covariates = data.covariates();
  const auto raw = raw_columns(covariates, listed, scheduler);
  ClinicalBlock block(data.subjects());
  for (Index place = 0; place < size_of(listed); ++place) {
    const auto from = raw.begin() + place * data.subjects();
    block.add(covariates.info(listed[at(place)]), {from, from + data.subjects()});
  }
  const FeatureMatrix none(data.subjects());
  const TrainingData adjusted{.features = none, .clinical = block, .outcome = data.outcome};
  const auto prepared =
      fit_preparations(adjusted, {&within, 1}, {.impute = impute, .standardize = true}, scheduler);
  std::vector<Index> kept;
  for (Index column = 0; column < block.columns(); ++column) {
    if (prepared.front().keeps(column)) {
      kept.push_back(column);
    }
  }
  return prepared_columns(adjusted.covariates(), kept, prepared.front().select(kept), scheduler);
}

} // namespace

NullModel fit_null_model(const TrainingData& data,
                         const CaseWeights& within,
                         const NullModelOptions& options,
                         Scheduler& scheduler) {
  NullModel model{.likelihood = survival::CoxLikelihood(survival_outcome(data.outcome, options.who),
                                                        within,
                                                        data.stratum,
                                                        data.offset,
                                                        options.ties),
                  .columns = unpenalized_columns(data.covariates())};
  if (model.likelihood.events() == 0) {
    model.undefined_because = "no events";
    return model;
  }
  const auto values = prepare_adjusted(data, model.columns, within, options.impute, scheduler);
  const Index order = size_of(values) / data.subjects();
  if (model.likelihood.events() <= order) {
    model.undefined_because = number_text(model.likelihood.events()) + " events for " +
                              number_text(order) + " clinical columns";
    return model;
  }
  const survival::CoxFit fit = survival::fit_cox(model.likelihood, values);
  if (fit.status != survival::CoxFitStatus::converged) {
    model.undefined_because = "the model of the clinical columns is not defined: " +
                              (fit.reason.empty() ? std::string("no convergence") : fit.reason);
    return model;
  }
  model.point = fit.point;
  model.adjusted = survival::gather_rows(model.likelihood, values, order);
  return model;
}

} // namespace vigil::select
