// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/fit_view.hpp"

namespace vigil {

std::vector<AnyModel> fit_view(const ColumnView& view,
                               const NamedLearner& learner,
                               const ViewFits& fits,
                               FitContext& context) {
  VIGIL_EXPECTS(fits.weights.size() == fits.keys.size());
  const TrainingData data = view.data();
  const std::vector<Preparation> preparations =
      fit_preparations(data, fits.weights, learner.preparation, context.scheduler);
  std::vector<FitItem> items;
  for (Index item = 0; item < size_of(fits.weights); ++item) {
    items.push_back({.weights = fits.weights[at(item)],
                     .preparation = preparations[at(item)],
                     .key = fits.keys[at(item)],
                     .with_diagnostics = fits.with_diagnostics});
  }
  std::vector<AnyModel> models = learner.learner.fit_all({.data = data, .items = items}, context);
  VIGIL_ENSURES(models.size() == items.size());
  return models;
}

void fill_record(const ColumnView& view,
                 const AnyModel& model,
                 const PredictionRequest& request,
                 FitContext& context,
                 ResampleRecord& record) {
  const TrainingData data = view.data();
  record.prediction =
      select_subjects(model.predict(data.covariates(), request, context), record.subject);
  record.status = model.status();
  record.selected = model.selected();
  for (SelectedFeature& feature : record.selected) {
    feature.feature = view.full_column(feature.feature);
  }
}

} // namespace vigil
