// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/prediction.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/learn/record.hpp"
#include "vigil/learn/training_columns.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <concepts>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

enum class FitStatus { converged, iteration_limit, saturated, undefined };
[[nodiscard]] std::string_view name_of(FitStatus status) noexcept;

/// Column of the training data (markers first, then clinical) with its coefficient per raw unit.
struct SelectedFeature {
  Index feature = 0;
  double coefficient = 0.0;
};

/// One fit of a batch. `key` is the address of the resample, never the place in the batch.
struct FitItem {
  const CaseWeights& weights;
  const Preparation& preparation;
  RandomKey key;
  bool with_diagnostics = false; ///< the model is asked for its FitDiagnostics
};

/// columns: null, or how the columns of `data`, which are then those of all items, were made of their training set. A learner
/// that holds rows out makes those of the others anew.
struct FitBatch {
  const TrainingData& data;
  std::span<const FitItem> items;
  const TrainingColumns* columns = nullptr;
};

struct FitContext {
  Scheduler& scheduler;
  Index memory_bytes = Index{1} << 30;
};

/// After fitting. `predict` finds its columns by name, so that any cohort that has them will do. A model may also have
/// `diagnostics() -> FitDiagnostics`.
template <class M>
concept Model = std::movable<M> && requires(const M& model,
                                            const Covariates& covariates,
                                            const PredictionRequest& request,
                                            FitContext& context) {
  { model.predict(covariates, request, context) } -> std::same_as<Prediction>;
  { model.status() } -> std::same_as<FitStatus>;
  { model.selected() } -> std::same_as<std::vector<SelectedFeature>>;
  { model.record() } -> std::same_as<Record>;
};

/// Before fitting. Law of the batch: the bytes of fit b depend on the data and on item b alone.
template <class L>
concept Learner = std::copyable<L> &&
    requires(const L& learner, const FitBatch& batch, FitContext& context) {
  requires Model<typename L::Model>;
  { learner.fit_all(batch, context) } -> std::same_as<std::vector<typename L::Model>>;
};

/// A batch of one.
template <Learner L>
[[nodiscard]] typename L::Model
fit(const L& learner, const TrainingData& data, const FitItem& item, FitContext& context) {
  return std::move(learner.fit_all({data, {&item, 1}}, context).front());
}

} // namespace vigil
