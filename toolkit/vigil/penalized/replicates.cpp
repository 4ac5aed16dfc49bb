// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/replicates.hpp"

#include "vigil/base/error.hpp"
#include "vigil/penalized/cox_loss.hpp"
#include "vigil/resample/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vigil::penalized {

Replicates::Replicates(const Covariates& covariates,
                       const FitItem& item,
                       std::span<const Refit> refits,
                       Scheduler& scheduler)
    : count_(size_of(refits)),
      places_(refits.empty() ? 0 : size_of(refits.front().hazard)), start_{0} {
  std::vector<Index> columns;
  for (const Refit& refit : refits) {
    for (const SelectedFeature& selected : refit.coefficients) {
      columns.push_back(selected.feature);
    }
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  for (const Refit& refit : refits) {
    for (const SelectedFeature& selected : refit.coefficients) {
      input_.push_back(std::lower_bound(columns.begin(), columns.end(), selected.feature) -
                       columns.begin());
      coefficient_.push_back(selected.coefficient);
    }
    start_.push_back(size_of(input_));
    for (const double hazard : refit.hazard) {
      log_hazard_.push_back(std::log(hazard));
    }
  }
  const std::vector<double> raw = raw_columns(covariates, columns, scheduler);
  inputs_ = ModelInputs(covariates, std::move(columns), item.preparation);
  inputs_.set_range(raw, item.weights);
}

std::vector<double> Replicates::linear_predictors(const Covariates& covariates,
                                                  Scheduler& scheduler) const {
  const Index subjects = covariates.subjects();
  const std::vector<double> x = inputs_.read(covariates, scheduler);
  std::vector<double> result(at(count_ * subjects), 0.0);
  scheduler.for_each(count_, [&](Index replicate, Index) {
    const auto eta = std::span<double>(result).subspan(at(replicate * subjects), at(subjects));
    for (Index entry = start_[at(replicate)]; entry < start_[at(replicate + 1)]; ++entry) {
      const auto column =
          std::span<const double>(x).subspan(at(input_[at(entry)] * subjects), at(subjects));
      for (Index subject = 0; subject < subjects; ++subject) {
        eta[at(subject)] += coefficient_[at(entry)] * column[at(subject)];
      }
    }
  });
  return result;
}

Record Replicates::record() const {
  Record record("interval");
  inputs_.write(record);
  record.set("replicates", count_);
  record.set("start", start_);
  record.set("input", input_);
  record.set("prepared_coefficient", coefficient_);
  record.set("log_hazard", log_hazard_);
  return record;
}

Replicates Replicates::from_record(const Record& record) {
  Replicates result;
  result.inputs_ = ModelInputs::from_record(record);
  result.count_ = record.count("replicates");
  result.start_ = record.counts("start");
  result.input_ = record.counts("input");
  result.coefficient_ = record.numbers("prepared_coefficient");
  result.log_hazard_ = record.numbers("log_hazard");
  result.places_ = result.count_ == 0 ? 0 : size_of(result.log_hazard_) / result.count_;
  const bool lists_fit = size_of(result.start_) == result.count_ + 1 &&
                         size_of(result.log_hazard_) == result.count_ * result.places_ &&
                         result.input_.size() == result.coefficient_.size() &&
                         std::is_sorted(result.start_.begin(), result.start_.end()) &&
                         result.start_.front() == 0 &&
                         result.start_.back() == size_of(result.input_) &&
                         std::all_of(result.input_.begin(), result.input_.end(), [&](Index place) {
                           return place >= 0 && place < result.inputs_.size();
                         });
  if (!lists_fit) {
    throw InputError({.where = "record 'interval'",
                      .found = "lists whose lengths do not fit",
                      .expected = "coefficients and hazards of each replicate",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return result;
}

namespace {

constexpr Index steps_to_lambda = 5;

LambdaGrid grid_to(double lambda, double largest) {
  LambdaGrid grid;
  const double fraction = std::min(1.0, lambda / largest);
  for (Index step = 1; step <= steps_to_lambda; ++step) {
    grid.values.push_back(
        step == steps_to_lambda
            ? lambda
            : largest * std::pow(fraction, static_cast<double>(step) / steps_to_lambda));
  }
  return grid;
}

// The refit of one resample: the last point of its path, and its baseline at the model's event times.
Replicates::Refit refit_of(const PathFitter& fitter,
                           std::span<const survival::CoxRisk::Stratum> baseline) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Replicates::Refit refit;
  const PathFit& path = fitter.path();
  const Index point = path.points() - 1;
  const survival::CoxLikelihood& likelihood = cox_likelihood(fitter.loss());
  std::vector<double> eta;
  survival::CoxBaseline hazards;
  if (point >= 0) {
    const auto features = path.coefficients.features_at(point);
    const auto values = path.coefficients.values_at(point);
    for (Index place = 0; place < size_of(features); ++place) {
      const Index column = features[at(place)];
      refit.coefficients.push_back(
          {.feature = column,
           .coefficient = values[at(place)] * fitter.preparation().column(column).scale});
    }
    hazards = likelihood.baseline(likelihood.evaluate(fitter.prepared_eta()));
  }
  for (const auto& stratum : baseline) {
    const Index number = point >= 0 ? likelihood.find_stratum(stratum.level) : no_index;
    for (const double time : stratum.time) {
      refit.hazard.push_back(number == no_index ? nan
                                                : hazards.cumulative_hazard[at(number)](time));
    }
  }
  return refit;
}

} // namespace

std::vector<Replicates> fit_replicates(const FitBatch& batch,
                                       std::span<const ReplicateRequest> requests,
                                       Index resamples,
                                       FitContext& context) {
  std::vector<ResamplePlan> plans;
  std::vector<std::vector<Replicates::Refit>> refits(requests.size());
  for (const ReplicateRequest& request : requests) {
    const FitItem& item = batch.items[at(request.item)];
    plans.push_back(bootstrap(batch.data, item.weights, resamples, item.key.child("interval")));
  }
  std::vector<PathRequest> largest;
  for (const ReplicateRequest& request : requests) {
    largest.push_back({request.penalty, {.points = steps_to_lambda}});
  }
  const Index total = size_of(requests) * resamples;
  const Index wave = wave_size(batch.data, context, largest);
  for (Index first = 0; first < total; first += wave) {
    const Index end = std::min(total, first + wave);
    std::vector<Resample> drawn;
    std::vector<FitItem> items;
    std::vector<PathRequest> paths;
    for (Index number = first; number < end; ++number) {
      drawn.push_back(plans[at(number / resamples)].at_number(number % resamples));
    }
    for (Index number = first; number < end; ++number) {
      const ReplicateRequest& request = requests[at(number / resamples)];
      const Resample& resample = drawn[at(number - first)];
      items.push_back({resample.train, batch.items[at(request.item)].preparation, resample.key});
      paths.push_back({.penalty = request.penalty,
                       .grid = grid_to(request.lambda, request.largest_lambda),
                       .prepared_on = &batch.items[at(request.item)].weights});
    }
    PathBatch fits({batch.data, items}, paths, context);
    fits.run(std::vector<Index>(items.size(), steps_to_lambda));
    std::vector<Replicates::Refit> done(items.size());
    context.scheduler.for_each(size_of(items), [&](Index number, Index) {
      done[at(number)] =
          refit_of(fits.fitter(number), requests[at((first + number) / resamples)].baseline);
    });
    for (Index number = first; number < end; ++number) {
      refits[at(number / resamples)].push_back(std::move(done[at(number - first)]));
    }
  }
  std::vector<Replicates> result;
  for (std::size_t number = 0; number < requests.size(); ++number) {
    result.emplace_back(batch.data.covariates(),
                        batch.items[at(requests[number].item)],
                        refits[number],
                        context.scheduler);
  }
  return result;
}

} // namespace vigil::penalized
