// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/corrected_view.hpp"

#include "vigil/learn/learner.hpp"

namespace vigil {

namespace {

constexpr Index cohort_and_training =
    2; // copies of the markers that there are while inner folds are made

// Nobody else has a batch: no mean and SD of a batch that training does not know may look at them.
std::vector<Index> batches_within(const TrainingData& full, const CaseWeights& within) {
  std::vector<Index> batch(full.batch.size(), no_index);
  for (const Index subject : within.support()) {
    batch[at(subject)] = full.batch[at(subject)];
  }
  return batch;
}

} // namespace

CorrectedView::CorrectedView(const TrainingData& full,
                             const ColumnCorrections& corrections,
                             const CaseWeights& training,
                             const CaseWeights& within,
                             const FitContext& context,
                             bool in_memory)
    : batch_(batches_within(full, within)) {
  combat_ = Combat::fit(full, training, corrections.combat, context.scheduler);
  Covariates covariates = full.covariates();
  covariates.batch = batch_;
  corrected_.emplace(combat_->correct(covariates, context.scheduler, in_memory));
  view_.emplace(corrected_->data(full), corrections.columns);
  if (!corrections.cut.empty()) {
    cut_.emplace(view_->data(), corrections.cut, context);
  }
}

bool CombatTraining::holds(Index copies, const FitContext& context) const {
  const FeatureMatrix& features = full_.features;
  const Index bytes = features.subjects() * features.features() * static_cast<Index>(sizeof(float));
  return copies * bytes <= context.memory_bytes;
}

std::unique_ptr<const CorrectedView> CombatTraining::fit(const CaseWeights& training,
                                                         const FitContext& context) const {
  return std::make_unique<const CorrectedView>(
      full_, corrections_, training, training, context, holds(cohort_and_training, context));
}

std::vector<std::unique_ptr<const OwnColumns>>
CombatTraining::fit_all(std::span<const CaseWeights> training,
                        const CaseWeights& within,
                        const FitContext& context) const {
  std::vector<std::unique_ptr<const OwnColumns>> all;
  for (const CaseWeights& each : training) {
    const Index copies = cohort_and_training + size_of(all) + 1;
    all.push_back(std::make_unique<const CorrectedView>(
        full_, corrections_, each, within, context, holds(copies, context)));
  }
  return all;
}

} // namespace vigil
