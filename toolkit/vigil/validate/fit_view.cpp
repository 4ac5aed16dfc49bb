// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/fit_view.hpp"

#include "vigil/validate/cut_view.hpp"

namespace vigil {

namespace {

std::vector<AnyModel> fit_data(const TrainingData& data,
                               const NamedLearner& learner,
                               const ViewFits& fits,
                               FitContext& context) {
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

std::vector<AnyModel> fit_columns(const ColumnView& view,
                                  const NamedLearner& learner,
                                  const ViewFits& fits,
                                  FitContext& context) {
  const CutRule& rule = learner.preparation.cut;
  if (rule.empty()) {
    return fit_data(view.data(), learner, fits, context);
  }
  const CutView cut(view.data(), rule, context);
  std::vector<AnyModel> models = fit_data(cut.data(), learner, fits, context);
  for (std::size_t item = 0; item < models.size() && !cut.empty(); ++item) {
    models[item] = models[item].cut_by(cut.frozen(fits.weights[item], rule));
  }
  return models;
}

// Whether the markers fit into memory a second time. Else they are corrected as they are read, pass by pass: slower, and the
// same to the bit.
bool fits_twice(const FeatureMatrix& features, const FitContext& context) {
  const Index bytes = features.subjects() * features.features() * static_cast<Index>(sizeof(float));
  return 2 * bytes <= context.memory_bytes;
}

// One after another, as each training set has columns of its own.
std::vector<AnyModel> fit_corrected(const ColumnView& view,
                                    const NamedLearner& learner,
                                    const ViewFits& fits,
                                    FitContext& context) {
  const bool in_memory = fits_twice(view.full().features, context);
  std::vector<AnyModel> models;
  for (std::size_t item = 0; item < fits.weights.size(); ++item) {
    const Combat combat =
        Combat::fit(view.full(), fits.weights[item], *learner.combat, context.scheduler);
    const CorrectedColumns corrected =
        combat.correct(view.full().covariates(), context.scheduler, in_memory);
    const ColumnView own(corrected.data(view.full()), learner.columns);
    const ViewFits one{.weights = fits.weights.subspan(item, 1),
                       .keys = fits.keys.subspan(item, 1),
                       .with_diagnostics = fits.with_diagnostics};
    models.push_back(fit_columns(own, learner, one, context).front().corrected_by(combat));
  }
  return models;
}

} // namespace

std::vector<AnyModel> fit_view(const ColumnView& view,
                               const NamedLearner& learner,
                               const ViewFits& fits,
                               FitContext& context) {
  VIGIL_EXPECTS(fits.weights.size() == fits.keys.size());
  return learner.combat ? fit_corrected(view, learner, fits, context)
                        : fit_columns(view, learner, fits, context);
}

void fill_record(const ColumnView& view,
                 const AnyModel& model,
                 const PredictionRequest& request,
                 FitContext& context,
                 ResampleRecord& record) {
  // A correction may need clinical columns that the learner does not see.
  const Covariates covariates =
      model.combat() ? view.full().covariates() : view.data().covariates();
  record.prediction = select_subjects(model.predict(covariates, request, context), record.subject);
  record.status = model.status();
  if (model.cuts()) {
    for (const FrozenCut& one : model.cuts()->cuts()) {
      record.cuts.push_back({.column = one.column, .cut = one.cut});
    }
  }
  record.selected = model.selected();
  for (SelectedFeature& feature : record.selected) {
    feature.feature = view.full_column(feature.feature);
  }
}

} // namespace vigil
