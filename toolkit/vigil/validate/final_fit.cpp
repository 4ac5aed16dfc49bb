// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/final_fit.hpp"

#include "vigil/validate/fit_view.hpp"

#include <utility>

namespace vigil {

std::vector<FinalModel> fit_final(const FinalTask& task, FitContext& context) {
  std::vector<FinalModel> result;
  for (const NamedLearner& learner : task.learners) {
    const ColumnView view(task.cohort.data(), learner.columns);
    const RandomKey key = task.key.child("final").child("fit").child(learner.name);
    const ViewFits one{.weights = {&task.weights, 1}, .keys = {&key, 1}, .with_diagnostics = true};
    std::vector<AnyModel> models = fit_view(view, learner, one, context);
    const auto support = task.weights.support();
    ResampleRecord apparent{.learner = learner.name,
                            .resample = no_index,
                            .subject = {support.begin(), support.end()},
                            .role = std::vector<FoldRole>(support.size(), FoldRole::train),
                            .prediction = {},
                            .selected = {}};
    fill_record(view, models.front(), task.request, context, apparent);
    result.push_back({.learner = learner.name,
                      .model = std::move(models.front()),
                      .apparent = std::move(apparent)});
  }
  return result;
}

std::vector<ExternalPrediction> predict_external(std::span<const FinalModel> models,
                                                 const Cohort& cohort,
                                                 const PredictionRequest& request,
                                                 FitContext& context) {
  std::vector<ExternalPrediction> result;
  for (const FinalModel& final_model : models) {
    result.push_back(
        {.learner = final_model.learner,
         .status = final_model.model.status(),
         .prediction = final_model.model.predict(cohort.covariates(), request, context)});
  }
  return result;
}

} // namespace vigil
