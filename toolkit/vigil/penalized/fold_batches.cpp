// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/fold_batches.hpp"

#include <cstdint>
#include <utility>

namespace vigil::penalized {

std::vector<Fold> folds_of(const CaseWeights& within, std::span<const Index> fold_of, Index folds) {
  std::vector<Fold> result;
  for (Index fold = 1; fold <= folds; ++fold) {
    std::vector<std::uint32_t> train(at(within.subjects()), 0), test(at(within.subjects()), 0);
    for (const Index subject : within.support()) {
      auto& side = fold_of[at(subject)] == fold ? test : train;
      side[at(subject)] = within.times(subject);
    }
    result.push_back({within.with_times(std::move(train)), within.with_times(std::move(test))});
  }
  return result;
}

FoldBatches::FoldBatches(std::span<const TrainingData> data,
                         std::span<const FitItem> items,
                         std::span<const PathRequest> requests,
                         FitContext& context)
    : context_(context), batches_(data.size()) {
  VIGIL_EXPECTS(!data.empty() && items.size() % data.size() == 0 &&
                items.size() == requests.size());
  for (Index fit = 0; fit < size_of(items); ++fit) {
    Batch& batch = batches_[at(data_number(fit))];
    batch.items.push_back(items[at(fit)]);
    batch.requests.push_back(requests[at(fit)]);
  }
  for (std::size_t number = 0; number < data.size(); ++number) {
    Batch& batch = batches_[number];
    batch.until.resize(batch.items.size());
    batch.fits =
        std::make_unique<PathBatch>(FitBatch{data[number], batch.items}, batch.requests, context);
    const FeatureMatrix& features = data[number].features;
    const bool in_memory = features.features() == 0 || !features.source().in_memory().empty();
    at_the_same_time_ = at_the_same_time_ && in_memory;
  }
}

void FoldBatches::run(std::span<const Index> until) {
  for (Index fit = 0; fit < size_of(until); ++fit) {
    batches_[at(data_number(fit))].until[at(place(fit))] = until[at(fit)];
  }
  const auto run_one = [&](Index number) {
    batches_[at(number)].fits->run(batches_[at(number)].until);
  };
  if (size_of(batches_) > 1 && at_the_same_time_) { // a loop inside a task runs in that task
    context_.scheduler.for_each(size_of(batches_), [&](Index number, Index) { run_one(number); });
    return;
  }
  for (Index number = 0; number < size_of(batches_); ++number) {
    run_one(number);
  }
}

} // namespace vigil::penalized
