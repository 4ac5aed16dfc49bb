// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_units.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"

#include <utility>

namespace vigil {

StudyUnits::StudyUnits(const ValidationTask& task,
                       ShardFolder folder,
                       const StudyWatch& watch,
                       FitContext& context)
    : task_(task), folder_(std::move(folder)), watch_(watch), context_(context) {}

StudyUnits::Computed StudyUnits::compute(const Shard& shard) const {
  ValidationTask task = task_;
  task.shard = shard;
  const auto units = work_units(task);
  Index total = 0, done = 0, taken = 0;
  for (const WorkUnit& unit : units) {
    total += unit.last - unit.first;
  }
  Computed computed{.records = {}, .units = size_of(units)};
  watch_.progress(0, total);
  for (const WorkUnit& unit : units) {
    auto records = folder_.found(unit, learner_of(unit), watch_);
    if (records) {
      ++taken;
    } else {
      records = validate_unit(task, unit, context_);
      folder_.write(unit, *records);
    }
    computed.records.insert(computed.records.end(), records->begin(), records->end());
    done += unit.last - unit.first;
    watch_.progress(done, total);
    if (watch_.stop()) {
      throw Stopped{};
    }
  }
  if (taken > 0) {
    watch_.say("found",
               number_text(taken) + " of " + count_text(computed.units, "work unit") +
                   ", computed before");
  }
  return computed;
}

std::vector<ResampleRecord> StudyUnits::take() const {
  std::vector<ResampleRecord> all;
  const Index total = task_.plan.size() * size_of(task_.learners);
  watch_.progress(0, total);
  for (const WorkUnit& unit : work_units(task_)) {
    const auto records = folder_.read(unit, learner_of(unit)).value();
    all.insert(all.end(), records.begin(), records.end());
    watch_.progress(size_of(all), total);
  }
  return all;
}

std::vector<std::string> StudyUnits::missing(Index shards) const {
  std::vector<std::string> missing;
  for (const WorkUnit& unit : work_units(task_)) {
    if (!folder_.has(unit)) {
      missing.push_back(learner_of(unit) + ", resamples " + number_text(unit.first + 1) + " to " +
                        number_text(unit.last) + " (shard " +
                        number_text(unit.number % shards + 1) + " of " + number_text(shards) + ")");
    }
  }
  return missing;
}

const std::string& StudyUnits::learner_of(const WorkUnit& unit) const {
  return task_.learners[at(unit.learner)].name;
}

} // namespace vigil
