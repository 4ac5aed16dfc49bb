// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/resample/weights_where.hpp"
#include "vigil/validate/schemes.hpp"

#include <set>

namespace vigil {

std::vector<CentreSample>
centre_samples(const CentreTask& task, std::span<const std::string> names, int cause) {
  std::set<Index> levels;
  for (const Index subject : task.weights.support()) {
    levels.insert(task.centre_of[at(subject)]);
  }
  levels.erase(no_index);
  std::vector<CentreSample> samples;
  for (const Index level : levels) {
    const CaseWeights weights = weights_where(
        task.weights, [&](Index subject) { return task.centre_of[at(subject)] == level; });
    samples.push_back({.level = level,
                       .name = level < size_of(names) ? names[at(level)] : number_text(level + 1),
                       .sample = own_sample(task.outcome, weights, cause, task.censoring),
                       .counts = counts_of(task.outcome, weights, cause),
                       .null_risk = {},
                       .unusable_because = std::vector<std::string>(task.learners.size())});
  }
  return samples;
}

Summary summarise_left_out_centres(const ValidationResults& results,
                                   const SummaryOptions& options,
                                   Scheduler& scheduler) {
  const TrainingData data = results.cohort.data();
  const std::vector<LearnerRecords> learners = by_learner(results);
  CentreTask task{.outcome = data.outcome,
                  .weights = results.within,
                  .centre_of = data.centre,
                  .centres = {},
                  .learners = {},
                  .predictions = {},
                  .censoring = options.censoring};
  for (const LearnerRecords& learner : learners) {
    task.learners.push_back(learner.learner);
  }
  task.centres = centre_samples(task, results.cohort.centre_names(), options.cause);
  VIGIL_EXPECTS(size_of(task.centres) == results.plan.size());
  scheduler.for_each(size_of(task.centres), [&](Index number, Index) {
    task.centres[at(number)].null_risk = null_risks(
        data.outcome, results.plan.at_number(number).train, options.horizons, options.cause);
  });
  for (Index learner = 0; learner < size_of(learners); ++learner) {
    Prediction full;
    for (Index number = 0; number < size_of(task.centres); ++number) {
      const ResampleRecord* record = learners[at(learner)].by_resample[at(number)];
      std::string& because = task.centres[at(number)].unusable_because[at(learner)];
      if (record == nullptr || record->status == FitStatus::undefined) {
        because = record == nullptr ? record_missing : model_undefined;
        continue;
      }
      if (full.score.empty()) {
        full = empty_prediction(data.subjects(), record->prediction.risk);
      }
      scatter(*record, full);
    }
    task.predictions.push_back(std::move(full));
  }
  return pool_centre_samples(task, options, scheduler);
}

} // namespace vigil
