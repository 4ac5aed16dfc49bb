// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/held_out_loss.hpp"

#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/penalized/cox_loss.hpp"
#include "vigil/penalized/deviance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

namespace vigil::penalized {

namespace {

std::vector<double> rows_of(const Loss& loss, std::span<const double> by_subject) {
  std::vector<double> rows;
  rows.reserve(at(loss.rows()));
  for (const Index subject : loss.subjects()) {
    rows.push_back(by_subject[at(subject)]);
  }
  return rows;
}

// eta += coefficient times the centred column, of all subjects in their order: NaN stays NaN.
template <class Cells>
void add_multiple(double coefficient,
                  const Cells& cells,
                  double offset,
                  const Preparation::Column& rule,
                  std::span<double> eta) {
  VIGIL_EXPECTS(cells.size() == eta.size());
  const double fill = rule.fill, centre = rule.centre;
  for (std::size_t subject = 0; subject < eta.size(); ++subject) {
    const double raw = static_cast<double>(cells[subject]) + offset;
    eta[subject] += coefficient * ((raw == raw ? raw : fill) - centre);
  }
}

} // namespace

HeldOutLoss::HeldOutLoss(const TrainingData& data,
                         const CaseWeights& within,
                         const CvOptions& options,
                         survival::Ties ties)
    : data_(data), within_(within), options_(options), ties_(ties) {
  if (options.loss == CvLoss::brier) {
    check_follow_up();
  }
}

// What the Brier score needs of the item; the callers judge whether the follow-up of the cohort is long enough.
void HeldOutLoss::check_follow_up() {
  const auto& outcome = std::get<SurvivalOutcome>(data_.outcome);
  const auto enters_late = [&](Index subject) { return outcome.entry[at(subject)] > 0.0; };
  const auto support = within_.support();
  if (!outcome.entry.empty() && std::any_of(support.begin(), support.end(), enters_late)) {
    undefined_because_ = "subjects enter after time zero, which the Brier score does not handle";
    return;
  }
  const auto at_risk = survival::horizon_support(data_.outcome, within_, options_.horizon).at_risk;
  if (at_risk == 0) {
    undefined_because_ = "nobody is at risk beyond the horizon of the loss";
    return;
  }
  censoring_.emplace(data_.outcome, within_);
}

double HeldOutLoss::weight(const CaseWeights& test) const {
  const auto* survival = std::get_if<SurvivalOutcome>(&data_.outcome);
  const bool events_only = survival != nullptr && options_.loss != CvLoss::brier;
  double weight = 0.0;
  for (const Index subject : test.support()) {
    weight += !events_only || survival->event[at(subject)] != 0 ? test[subject] : 0.0;
  }
  return weight;
}

double HeldOutLoss::operator()(const FoldRows& fold, const RawModel& model) const {
  std::vector<double> eta = linear_predictor(fold, model);
  const auto value = [&](const Loss& rows) { return rows.value(rows_of(rows, eta)); };
  switch (options_.loss) {
  case CvLoss::partial_likelihood:
    return -2.0 * (value(fold.all) - value(fold.train)) / fold.weight;
  case CvLoss::deviance:
    return deviance_of(fold, model, std::move(eta)) / fold.weight;
  case CvLoss::brier:
    return brier_of(fold, eta);
  case CvLoss::concordance:
    break;
  }
  return 1.0 - concordance_of(std::move(eta), fold.test);
}

// Of the rows alone: Cox at eta, the other families with the model's own intercept.
double HeldOutLoss::deviance_of(const FoldRows& fold,
                                const RawModel& model,
                                std::vector<double> eta) const {
  if (!fold.train.has_intercept()) {
    const auto loss = make_loss(data_, fold.test, ties_);
    return -2.0 * loss->value(rows_of(*loss, eta));
  }
  double constant = model.intercept; // at the centres of the columns
  for (Index place = 0; place < size_of(model.features); ++place) {
    constant += model.values[at(place)] * fold.preparation.column(model.features[at(place)]).centre;
  }
  for (Index subject = 0; subject < size_of(eta); ++subject) {
    eta[at(subject)] += constant + (data_.offset.empty() ? 0.0 : data_.offset[at(subject)]);
  }
  return deviance(data_.outcome, fold.test, eta);
}

// x'b by subject at centred columns, of the subjects in `all`; NaN for the others. The offset is not part of it.
std::vector<double> HeldOutLoss::linear_predictor(const FoldRows& fold,
                                                  const RawModel& model) const {
  const TrainingData& data = fold.data;
  std::vector<double> eta(at(data.subjects()), std::numeric_limits<double>::quiet_NaN());
  for (const Index subject : fold.all.subjects()) {
    eta[at(subject)] = 0.0;
  }
  for (Index place = 0; place < size_of(model.others.subjects); ++place) {
    eta[at(model.others.subjects[at(place)])] = model.others.predictor[at(place)];
  }
  for (Index place = 0; place < size_of(model.features); ++place) {
    const Index column = model.features[at(place)], clinical = column - data.features.features();
    const auto rule = fold.preparation.column(column);
    const double coefficient = model.values[at(place)];
    if (clinical < 0) {
      add_multiple(coefficient, fold.markers.find(column), data.features.offset(column), rule, eta);
    } else {
      add_multiple(coefficient, data.clinical.column(clinical), 0.0, rule, eta);
    }
  }
  return eta;
}

double HeldOutLoss::concordance_of(std::vector<double> eta, const CaseWeights& test) const {
  Prediction prediction;
  for (Index subject = 0; subject < size_of(eta) && !data_.offset.empty(); ++subject) {
    eta[at(subject)] += data_.offset[at(subject)];
  }
  prediction.score = std::move(eta);
  const survival::CensoringWeights censoring(data_.outcome, test);
  return measure::harrell_c({.prediction = prediction,
                             .outcome = data_.outcome,
                             .weights = test,
                             .centre = {},
                             .censoring = censoring})
      .value;
}

double HeldOutLoss::brier_of(const FoldRows& fold, std::span<const double> eta) const {
  const auto& likelihood = cox_likelihood(fold.train);
  const auto baseline = likelihood.baseline(likelihood.evaluate(rows_of(fold.train, eta)));
  Prediction prediction;
  prediction.risk = undefined_risk(data_.subjects(), {&options_.horizon, 1});
  for (const Index subject : fold.test.support()) {
    const Index stratum =
        likelihood.find_stratum(data_.stratum.empty() ? 0 : data_.stratum[at(subject)]);
    if (stratum != no_index) {
      const double hazard = baseline.cumulative_hazard[at(stratum)](options_.horizon);
      const double offset = data_.offset.empty() ? 0.0 : data_.offset[at(subject)];
      prediction.risk.value[at(subject)] =
          -std::expm1(-hazard * std::exp(eta[at(subject)] + offset));
    }
  }
  return measure::brier({.prediction = prediction,
                         .outcome = data_.outcome,
                         .weights = fold.test,
                         .centre = {},
                         .censoring = *censoring_,
                         .horizon = options_.horizon})
      .value;
}

} // namespace vigil::penalized
