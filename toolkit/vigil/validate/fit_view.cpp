// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/fit_view.hpp"

#include "vigil/validate/corrected_view.hpp"

namespace vigil {

namespace {

std::vector<AnyModel> fit_data(const TrainingData& data,
                               const NamedLearner& learner,
                               const ViewFits& fits,
                               const TrainingColumns* columns,
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
  std::vector<AnyModel> models =
      learner.learner.fit_all({.data = data, .items = items, .columns = columns}, context);
  VIGIL_ENSURES(models.size() == items.size());
  return models;
}

void cut_models(const CutView& cut,
                const CutRule& rule,
                std::span<const CaseWeights> weights,
                std::vector<AnyModel>& models) {
  for (std::size_t item = 0; item < models.size() && !cut.empty(); ++item) {
    models[item] = models[item].cut_by(cut.frozen(weights[item], rule));
  }
}

std::vector<AnyModel> fit_columns(const ColumnView& view,
                                  const NamedLearner& learner,
                                  const ViewFits& fits,
                                  FitContext& context) {
  const CutRule& rule = learner.preparation.cut;
  if (rule.empty()) {
    return fit_data(view.data(), learner, fits, nullptr, context);
  }
  const CutView cut(view.data(), rule, context);
  std::vector<AnyModel> models = fit_data(cut.data(), learner, fits, nullptr, context);
  cut_models(cut, rule, fits.weights, models);
  return models;
}

// One after another, as each training set has columns of its own; so have the inner folds of a learner.
std::vector<AnyModel> fit_corrected(const ColumnView& view,
                                    const NamedLearner& learner,
                                    const ViewFits& fits,
                                    FitContext& context) {
  const CutRule& rule = learner.preparation.cut;
  const CombatTraining training(
      view.full(), {.combat = *learner.combat, .cut = rule, .columns = learner.columns});
  std::vector<AnyModel> models;
  for (std::size_t item = 0; item < fits.weights.size(); ++item) {
    const auto own = training.fit(fits.weights[item], context);
    const ViewFits one{.weights = fits.weights.subspan(item, 1),
                       .keys = fits.keys.subspan(item, 1),
                       .with_diagnostics = fits.with_diagnostics};
    auto fitted = fit_data(own->data(), learner, one, &training, context);
    if (own->cut() != nullptr) {
      cut_models(*own->cut(), rule, one.weights, fitted);
    }
    models.push_back(fitted.front().corrected_by(own->combat()));
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
