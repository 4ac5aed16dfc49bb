// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/validate.hpp"

#include "vigil/validate/fit_view.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace vigil {

namespace {

bool predicts_training(const ValidationTask& task) {
  return task.apparent || draws_with_replacement(task.plan);
}

/// Who is predicted in a resample, and in which role.
void add_roles(const Resample& resample, bool with_training, ResampleRecord& record) {
  for (Index subject = 0; subject < resample.test.subjects(); ++subject) {
    const bool tests = resample.test[subject] > 0.0;
    if (tests || (with_training && resample.train[subject] > 0.0)) {
      record.subject.push_back(subject);
      record.role.push_back(tests ? FoldRole::test : FoldRole::train);
    }
  }
}

} // namespace

std::vector<WorkUnit> work_units(const ValidationTask& task) {
  VIGIL_EXPECTS(task.shard.count > 0 && task.shard.number >= 0 &&
                task.shard.number < task.shard.count);
  std::vector<WorkUnit> units;
  Index number = 0;
  for (Index learner = 0; learner < size_of(task.learners); ++learner) {
    for (Index first = 0; first < task.plan.size(); first += task.plan.block_size()) {
      if (number % task.shard.count == task.shard.number) {
        units.push_back({.number = number,
                         .learner = learner,
                         .first = first,
                         .last = std::min(first + task.plan.block_size(), task.plan.size())});
      }
      ++number;
    }
  }
  return units;
}

std::vector<ResampleRecord>
validate_unit(const ValidationTask& task, const WorkUnit& unit, FitContext& context) {
  const NamedLearner& learner = task.learners[at(unit.learner)];
  const ColumnView view(task.cohort.data(), learner.columns);
  std::vector<Resample> resamples;
  std::vector<CaseWeights> weights;
  std::vector<RandomKey> keys;
  for (Index number = unit.first; number < unit.last; ++number) {
    resamples.push_back(task.plan.at_number(number));
    weights.push_back(resamples.back().train);
    keys.push_back(resamples.back().key.child("fit").child(learner.name));
  }
  const std::vector<AnyModel> models =
      fit_view(view, learner, {.weights = weights, .keys = keys}, context);
  std::vector<ResampleRecord> records(resamples.size());
  context.scheduler.for_each(size_of(models), [&](Index task_number, Index) {
    ResampleRecord& record = records[at(task_number)];
    record.learner = learner.name;
    record.resample = unit.first + task_number;
    add_roles(resamples[at(task_number)], predicts_training(task), record);
    fill_record(view, models[at(task_number)], task.request, context, record);
  });
  return records;
}

void validate(const ValidationTask& task, const RecordSink& finished, FitContext& context) {
  for (const WorkUnit& unit : work_units(task)) {
    for (const ResampleRecord& record : validate_unit(task, unit, context)) {
      finished(record);
    }
  }
}

} // namespace vigil
