// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/cross_validate.hpp"

#include "vigil/penalized/cv_curve.hpp"
#include "vigil/penalized/fold_batches.hpp"
#include "vigil/penalized/held_out_loss.hpp"
#include "vigil/resample/plan.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr Index first_points = 20, more_points = 5; // solved between two looks at the losses
constexpr Index fits_per_worker = 12;               // of a wave over a matrix in memory
constexpr Index all_points = std::numeric_limits<Index>::max() / 2;

/// One item with its folds: fits first .. first + folds of the batch are the full fit and the folds.
struct Group {
  Index item = 0, first = 0;
  CrossValidation result = {};
  std::unique_ptr<const HeldOutLoss> loss = {};
  std::optional<CvCurve> curve = {};
  bool finished = false;
};

/// Why an item cannot be cross-validated; empty: it can.
std::string
why_undefined(const TrainingData& data, const CaseWeights& within, const CvOptions& options) {
  const auto loss = make_loss(data, within, survival::Ties::breslow);
  std::set<Index> groups;
  for (const Index subject : within.support()) {
    groups.insert(data.group.empty() ? subject : data.group[at(subject)]);
  }
  if (!loss->undefined_because().empty()) {
    return std::string(loss->undefined_because());
  }
  if (loss->events() < options.folds) {
    return "fewer events than folds";
  }
  return size_of(groups) < options.folds ? "fewer groups than folds" : "";
}

RawModel model_at(const PathFit& path, Index point) {
  return {.features = path.coefficients.features_at(point),
          .values = path.coefficients.values_at(point),
          .intercept = path.intercept.empty() ? 0.0 : path.intercept[at(point)]};
}

/// A wave of cross-validations that advance together.
class Wave {
public:
  Wave(const FitBatch& batch,
       std::span<const PathRequest> requests,
       const CvOptions& options,
       FitContext& context)
      : batch_(batch), options_(options), context_(context) {
    for (Index item = 0; item < size_of(batch.items); ++item) {
      Group group{.item = item};
      const CaseWeights& within = batch.items[at(item)].weights;
      group.result.undefined_because = why_undefined(batch.data, within, options);
      if (group.result.undefined_because.empty()) {
        group.loss = std::make_unique<const HeldOutLoss>(
            batch.data, within, options, requests[at(item)].penalty.ties);
        group.result.undefined_because = group.loss->undefined_because();
      }
      group.finished = !group.result.undefined_because.empty();
      groups_.push_back(std::move(group));
      draw(groups_.back());
    }
    prepare(requests);
  }

  std::vector<CrossValidation> run() {
    FoldBatches fits(data_, fit_items_, fit_requests_, context_);
    std::vector<Index> until(fit_items_.size(), 0);
    fits.run(until);
    for (const Group& group : groups_) {
      share_lambdas(group, fits);
    }
    Index points = options_.full_grid ? all_points : first_points;
    for (; !all_finished(); points += more_points) {
      for (const Group& group : groups_) {
        for (Index fit = 0; !group.finished && fit <= fits_per_group_; ++fit) {
          until[at(group.first + fit)] = points;
        }
      }
      fits.run(until);
      for (Group& group : groups_) {
        if (!group.finished) {
          add_losses(group, points, fits);
        }
      }
    }
    std::vector<CrossValidation> results;
    for (Group& group : groups_) {
      finish(group, fits);
      results.push_back(std::move(group.result));
    }
    return results;
  }

private:
  void draw(Group& group) {
    fits_per_group_ = options_.folds * options_.repeats;
    if (group.finished) {
      return;
    }
    const FitItem& item = batch_.items[at(group.item)];
    std::vector<double> weights;
    group.first = size_of(fold_weights_) + full_fits_++;
    for (Index repeat = 0; repeat < options_.repeats; ++repeat) {
      std::vector<Index> fold_of = options_.fold_of.empty()
                                       ? draw_folds(batch_.data,
                                                    item.weights,
                                                    options_.folds,
                                                    item.key.child("inner").child(repeat))
                                       : options_.fold_of[at(repeat)];
      for (Fold& fold : folds_of(item.weights, fold_of, options_.folds)) {
        weights.push_back(group.loss->weight(fold.test));
        fold_weights_.push_back(std::move(fold));
      }
      group.result.fold_of.push_back(std::move(fold_of));
    }
    group.curve.emplace(std::move(weights), options_.folds);
  }

  /// Columns of each fold's own, where they depend on who trains. All items of such a batch have the same rows and key, and
  /// so the same folds.
  void make_columns() {
    data_.push_back(batch_.data);
    if (batch_.columns == nullptr || fold_weights_.empty()) {
      return;
    }
    std::vector<CaseWeights> training;
    for (Index fold = 0; fold < fits_per_group_; ++fold) {
      training.push_back(fold_weights_[at(fold)].train);
    }
    own_columns_ = batch_.columns->fit_all(training, batch_.items.front().weights, context_);
    for (const auto& own : own_columns_) {
      data_.push_back(own->data());
    }
  }

  [[nodiscard]] std::vector<Preparation> prepare_folds() const {
    std::vector<CaseWeights> weightings;
    for (const Fold& fold : fold_weights_) {
      weightings.push_back(fold.train);
    }
    if (own_columns_.empty()) {
      return fit_preparations(batch_.data, weightings, options_.preparation, context_.scheduler);
    }
    std::vector<Preparation> prepared;
    const CaseWeights* const first = weightings.data();
    for (Index fold = 0; fold < size_of(weightings); ++fold) {
      prepared.push_back(fold < fits_per_group_
                             ? fit_preparations(data_[at(1 + fold)],
                                                {first + fold, 1},
                                                options_.preparation,
                                                context_.scheduler)
                                   .front()
                             : prepared[at(fold - fits_per_group_)]); // another item's same fold
    }
    return prepared;
  }

  void prepare(std::span<const PathRequest> requests) {
    make_columns();
    preparations_ = prepare_folds();
    Index fold = 0;
    for (const Group& group : groups_) {
      if (group.finished) {
        continue;
      }
      const FitItem& item = batch_.items[at(group.item)];
      fit_items_.push_back(item);
      fit_requests_.push_back(requests[at(group.item)]);
      for (Index number = 0; number < fits_per_group_; ++number, ++fold) {
        fit_items_.push_back({fold_weights_[at(fold)].train,
                              preparations_[at(fold)],
                              item.key.child("inner").child("fold").child(number)});
        fit_requests_.push_back({requests[at(group.item)].penalty,
                                 requests[at(group.item)].grid,
                                 item.weights.support()});
      }
    }
    if (options_.adaptive) {
      adapt();
    }
  }

  /// Each fit gets the factors of its own pilot.
  void adapt() {
    const auto pilots = fit_pilots(
        {batch_.data, fit_items_}, fit_requests_, options_.folds, options_.preparation, context_);
    std::vector<PathRequest> adapted;
    penalties_.reserve(pilots.size());
    for (std::size_t fit = 0; fit < pilots.size(); ++fit) {
      penalties_.push_back(fit_requests_[fit].penalty);
      penalties_.back().factor = adaptive_factors(pilots[fit], penalties_.back(), batch_.data);
      adapted.push_back({penalties_.back(), fit_requests_[fit].grid, fit_requests_[fit].predict});
    }
    fit_requests_.swap(adapted);
    for (Group& group : groups_) {
      if (group.finished) {
        continue;
      }
      const auto first = pilots.begin() + group.first;
      group.result.pilots.assign(first, first + fits_per_group_ + 1);
      for (const Pilot& pilot : group.result.pilots) {
        if (pilot.undefined()) {
          group.result.undefined_because = "pilot: " + pilot.undefined_because;
          group.finished = true;
        }
      }
    }
  }

  [[nodiscard]] bool all_finished() const {
    return std::all_of(
        groups_.begin(), groups_.end(), [](const Group& group) { return group.finished; });
  }
  [[nodiscard]] Index fold_number(const Group& group, Index fit) const {
    const Index groups_before = group.first / (fits_per_group_ + 1);
    return group.first - groups_before + fit - 1;
  }

  void share_lambdas(const Group& group, FoldBatches& fits) const {
    if (group.finished) {
      return;
    }
    const auto lambdas = fits.fitter(group.first).lambdas();
    for (Index fit = 1; fit <= fits_per_group_; ++fit) {
      if (!fits.path(group.first + fit).undefined) {
        fits.fitter(group.first + fit).set_lambdas(lambdas);
      }
    }
  }

  /// Points that the full fit and all folds have solved; a fold without events does not count.
  [[nodiscard]] Index common_points(const Group& group, const FoldBatches& fits) const {
    Index points = fits.path(group.first).points();
    for (Index fit = 1; fit <= fits_per_group_; ++fit) {
      const PathFit& path = fits.path(group.first + fit);
      points = path.undefined ? points : std::min(points, path.points());
    }
    return points;
  }

  void add_losses(Group& group, Index asked, const FoldBatches& fits) {
    const Index from = group.curve->points(), end = common_points(group, fits);
    const Index count = end - from;
    std::vector<double> losses(at(count * fits_per_group_), // points x folds
                               std::numeric_limits<double>::quiet_NaN());
    context_.scheduler.for_each(fits_per_group_, [&](Index fold, Index) {
      if (counts(group, fold, fits)) {
        fold_losses(group, fold, from, end, fits, losses);
      }
    });
    for (Index point = 0; point < count && !group.finished; ++point) {
      const auto at_point = losses.begin() + point * fits_per_group_;
      const bool stop = group.curve->add({at_point, at_point + fits_per_group_});
      if (stop && !options_.full_grid) {
        group.finished = true;
        group.result.stopped_at = from + point;
      }
    }
    group.finished = group.finished || end < asked;
  }

  [[nodiscard]] FoldRows fold_rows(const Group& group, Index fold, const FoldBatches& fits) const {
    const PathFitter& fitter = fits.fitter(group.first + 1 + fold);
    return {.all = fits.fitter(group.first).loss(),
            .train = fitter.loss(),
            .test = fold_weights_[at(fold_number(group, 1 + fold))].test,
            .preparation = fitter.preparation(),
            .weight = group.curve->weights()[at(fold)],
            .data = data_[at(fits.data_number(group.first + 1 + fold))],
            .markers = fits.columns(group.first + 1 + fold)};
  }
  [[nodiscard]] static bool counts(const Group& group, Index fold, const FoldBatches& fits) {
    return !fits.path(group.first + 1 + fold).undefined && group.curve->weights()[at(fold)] > 0.0;
  }

  void fold_losses(const Group& group,
                   Index fold,
                   Index from,
                   Index end,
                   const FoldBatches& fits,
                   std::vector<double>& losses) const {
    const PathFitter& fitter = fits.fitter(group.first + 1 + fold);
    const FoldRows rows = fold_rows(group, fold, fits);
    for (Index point = from; point < end; ++point) {
      RawModel model = model_at(fitter.path(), point);
      std::vector<double> by_rows;
      if (fitter.dual() != nullptr) { // the path has the unpenalized coefficients alone
        by_rows = fitter.dual_predictor(point);
        model.others = {.subjects = fitter.dual()->subjects(), .predictor = by_rows};
      }
      losses[at((point - from) * fits_per_group_ + fold)] = (*group.loss)(rows, model);
    }
  }

  void finish(Group& group, const FoldBatches& fits) const {
    if (!group.curve) {
      return;
    }
    CrossValidation& result = group.result;
    result.path = truncated(fits.path(group.first), group.curve->points());
    result.loss.assign(group.curve->mean().begin(), group.curve->mean().end());
    result.loss_se.assign(group.curve->se().begin(), group.curve->se().end());
    result.fold_loss.assign(group.curve->losses().begin(), group.curve->losses().end());
    result.fold_weight.assign(group.curve->weights().begin(), group.curve->weights().end());
    result.minimum = group.curve->minimum();
    result.one_se = group.curve->one_se();
    if (result.minimum == no_index && result.undefined_because.empty()) {
      result.undefined_because = "no fold has a loss";
    }
    if (options_.relax && !result.undefined()) {
      relax(group, fits);
    }
  }

  void relax(Group& group, const FoldBatches& fits) const {
    std::vector<RelaxedFold> folds;
    for (Index fold = 0; fold < fits_per_group_; ++fold) {
      const PathFitter& fitter = fits.fitter(group.first + 1 + fold);
      folds.push_back(
          {counts(group, fold, fits) ? &fitter : nullptr, fold_rows(group, fold, fits)});
    }
    group.result.relaxed = cross_validate_relaxed(batch_.data,
                                                  fits.fitter(group.first),
                                                  folds,
                                                  *group.loss,
                                                  *group.curve,
                                                  options_.folds,
                                                  fits.columns(group.first),
                                                  context_.scheduler);
  }

  const FitBatch& batch_;
  const CvOptions& options_;
  FitContext& context_;
  std::vector<Group> groups_;
  std::vector<Fold> fold_weights_;                             ///< all folds of all groups
  std::vector<std::unique_ptr<const OwnColumns>> own_columns_; ///< of the folds; or none
  std::vector<TrainingData> data_; ///< of the batch; then of each fold that has its own
  std::vector<Preparation> preparations_;
  std::vector<FitItem> fit_items_;
  std::vector<PenaltyOptions> penalties_; ///< adaptive only: of each fit
  std::vector<PathRequest> fit_requests_;
  Index fits_per_group_ = 0, full_fits_ = 0;
};

// As many as the memory holds where a pass over the matrix is dear. In memory it is cheap to share by few fits, and what
// a wave holds is what the next one need not ask the system for.
Index most_fits(const TrainingData& data,
                const FitContext& context,
                std::span<const PathRequest> requests) {
  const Index most = wave_size(data, context, requests);
  const bool in_memory = !data.features.source().in_memory().empty();
  return in_memory ? std::min(most, fits_per_worker * context.scheduler.workers()) : most;
}

} // namespace

std::vector<CrossValidation> cross_validate(const FitBatch& batch,
                                            std::span<const PathRequest> requests,
                                            const CvOptions& options,
                                            FitContext& context) {
  check_cv(options, batch.data);
  VIGIL_EXPECTS(requests.size() == batch.items.size());
  VIGIL_EXPECTS(batch.columns == nullptr || !options.adaptive);
  const Index together = options.folds * options.repeats + 1;
  const Index wave = std::max<Index>(1, most_fits(batch.data, context, requests) / together);
  const KeptBlocks blocks; // of one wave for the next
  std::vector<CrossValidation> results;
  for (Index first = 0; first < size_of(batch.items); first += wave) {
    const Index count = std::min(wave, size_of(batch.items) - first);
    const FitBatch part{batch.data, batch.items.subspan(at(first), at(count)), batch.columns};
    Wave fits(part, requests.subspan(at(first), at(count)), options, context);
    for (CrossValidation& result : fits.run()) {
      results.push_back(std::move(result));
    }
  }
  return results;
}

} // namespace vigil::penalized
