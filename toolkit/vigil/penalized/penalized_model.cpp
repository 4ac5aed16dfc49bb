// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/penalized/baseline_record.hpp"
#include "vigil/penalized/penalized_learner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double risk_of(double log_hazard) {
  return -std::expm1(-std::exp(log_hazard));
}

// Standard deviation over the replicates of log H of one subject; NaN where fewer than half are defined.
double spread_of_log_hazard(const Replicates& replicates,
                            std::span<const double> eta,
                            Index subjects,
                            Index subject,
                            Index place) {
  double sum = 0.0, squares = 0.0;
  Index defined = 0;
  std::vector<double> values;
  for (Index replicate = 0; replicate < replicates.count(); ++replicate) {
    const double value =
        replicates.log_hazard(replicate, place) + eta[at(replicate * subjects + subject)];
    if (std::isfinite(value)) {
      values.push_back(value);
      sum += value;
      ++defined;
    }
  }
  if (defined < 2 || 2 * defined < replicates.count()) {
    return nan;
  }
  const double mean = sum / static_cast<double>(defined);
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return std::sqrt(squares / static_cast<double>(defined - 1));
}

// Where a horizon falls: place of its event time in the stratum, and over all strata; -1 before the first.
struct Place {
  const survival::CoxRisk::Stratum* stratum = nullptr;
  Index in_stratum = -1, over_all = -1;
};

Place find_place(std::span<const survival::CoxRisk::Stratum> strata, Index level, double horizon) {
  Place place;
  Index before = 0;
  for (const auto& stratum : strata) {
    if (stratum.level == level) {
      place.stratum = &stratum;
      place.in_stratum = std::upper_bound(stratum.time.begin(), stratum.time.end(), horizon) -
                         stratum.time.begin() - 1;
      place.over_all = before + place.in_stratum;
    }
    before += size_of(stratum.time);
  }
  return place;
}

} // namespace

Prediction PenalizedModel::predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const {
  const Index subjects = covariates.subjects();
  Prediction prediction = undefined_prediction(subjects, request);
  if (replicates_.count() == 0) {
    prediction.lower.reset();
    prediction.upper.reset();
  }
  if (status_ == FitStatus::undefined) {
    return prediction;
  }
  if (request.curves) {
    prediction.curves = undefined_risk(subjects, event_times(baseline_));
  }
  const std::vector<double> x = inputs_.read(covariates, context.scheduler);
  const std::vector<double> others =
      replicates_.count() == 0 ? std::vector<double>()
                               : replicates_.linear_predictors(covariates, context.scheduler);
  const double quantile = normal_quantile(0.5 + level_ / 2.0);
  for (Index subject = 0; subject < subjects; ++subject) {
    double eta = covariates.offset.empty() ? 0.0 : covariates.offset[at(subject)];
    for (Index column = 0; column < inputs_.size(); ++column) {
      eta += coefficient_[at(column)] * x[at(column * subjects + subject)];
    }
    prediction.score[at(subject)] = eta;
    const Index level = covariates.stratum.empty() ? 0 : covariates.stratum[at(subject)];
    const auto log_hazard_at = [&](const Place& place) {
      return std::log(place.stratum->cumulative_hazard[at(place.in_stratum)]) + eta;
    };
    const auto risk_at = [&](double horizon) {
      const Place place = find_place(baseline_, level, horizon);
      if (place.stratum == nullptr || std::isnan(eta)) {
        return nan;
      }
      return place.in_stratum < 0 ? 0.0 : risk_of(log_hazard_at(place));
    };
    for (Index number = 0; number < size_of(request.horizons); ++number) {
      const double horizon = request.horizons[at(number)];
      prediction.risk.at_horizon(number)[at(subject)] = risk_at(horizon);
      const Place place = find_place(baseline_, level, horizon);
      if (!others.empty() && place.stratum != nullptr && place.in_stratum >= 0) {
        const double reach =
            quantile * spread_of_log_hazard(replicates_, others, subjects, subject, place.over_all);
        const double middle = log_hazard_at(place);
        prediction.lower->at_horizon(number)[at(subject)] = risk_of(middle - reach);
        prediction.upper->at_horizon(number)[at(subject)] = risk_of(middle + reach);
      }
    }
    for (Index time = 0; request.curves && time < size_of(prediction.curves->horizon); ++time) {
      prediction.curves->at_horizon(time)[at(subject)] =
          risk_at(prediction.curves->horizon[at(time)]);
    }
  }
  return prediction;
}

Record PenalizedModel::record() const {
  Record record("cox-net");
  record.set("status", std::string(name_of(status_)));
  record.set("reason", reason_);
  record.set("ties", std::string(survival::name_of(ties_)));
  record.set("level", level_);
  record.set("events", events_);
  record.set("l1_ratio", l1_ratio_);
  if (status_ == FitStatus::undefined) {
    return record;
  }
  record.set("lambda", lambda_);
  record.set("lambda_index", lambda_index_);
  record.set("kkt_violation", kkt_violation_);
  record.set("cv_loss", cv_loss_);
  record.set("cv_loss_se", cv_loss_se_);
  record.set("stopped_at", stopped_at_);
  inputs_.write(record);
  Record::Numbers raw;
  for (const SelectedFeature& feature : selected()) {
    raw.push_back(feature.coefficient);
  }
  record.set("coefficient", std::move(raw));
  record.set("prepared_coefficient", coefficient_);
  record.set("risk_time", risk_time_);
  record.set("training_risk_95", training_risk_95_);
  write_baseline(record, baseline_);
  if (replicates_.count() > 0) {
    record.set("interval", replicates_.record());
  }
  return record;
}

PenalizedModel PenalizedModel::from_record(const Record& record) {
  expect_kind(record, "cox-net");
  PenalizedModel model;
  model.status_ = status_from(record);
  model.reason_ = record.text("reason");
  model.ties_ = survival::parse_ties(record.text("ties")).value_or(survival::Ties::breslow);
  model.level_ = record.number("level");
  model.events_ = record.count("events");
  model.l1_ratio_ = record.number("l1_ratio");
  if (model.status_ == FitStatus::undefined) {
    return model;
  }
  model.lambda_ = record.number("lambda");
  model.lambda_index_ = record.count("lambda_index");
  model.kkt_violation_ = record.number("kkt_violation");
  model.cv_loss_ = record.number("cv_loss");
  model.cv_loss_se_ = record.number("cv_loss_se");
  model.stopped_at_ = record.count("stopped_at");
  model.inputs_ = ModelInputs::from_record(record);
  model.coefficient_ = record.numbers("prepared_coefficient");
  if (size_of(model.coefficient_) != model.inputs_.size()) {
    throw InputError({.where = "record 'cox-net', entry 'prepared_coefficient'",
                      .found = number_text(size_of(model.coefficient_)) + " values",
                      .expected = number_text(model.inputs_.size()) + ", one per feature",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  model.risk_time_ = record.numbers("risk_time");
  model.training_risk_95_ = record.numbers("training_risk_95");
  model.baseline_ = read_baseline(record);
  if (record.has("interval")) {
    model.replicates_ = Replicates::from_record(record.record("interval"));
  }
  return model;
}

} // namespace vigil::penalized
