// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_null_check.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"

#include <map>
#include <utility>

namespace vigil {

Index null_permutations(std::string_view form) {
  return form == "full" ? 100 : form == "quick" ? 20 : 0;
}

StudyNullCheck::StudyNullCheck(std::string form,
                               NullCheckTask task,
                               ShardFolder folder,
                               const StudyWatch& watch,
                               FitContext& context)
    : form_(std::move(form)), task_(task), folder_(std::move(folder)), watch_(watch),
      context_(context) {
  task_.permutations = null_permutations(form_);
}

void StudyNullCheck::say_plan() const {
  const Index resamples = size_of(null_check_resamples(task_.plan));
  watch_.say("null",
             count_text(size_of(task_.learners), "learner") + " x " +
                 count_text(task_.permutations, "permutation") + " of the outcome" +
                 (task_.cohort.centre_names().empty() ? "" : " within centre") + " x " +
                 count_text(resamples, "resample") + " = " +
                 count_text(size_of(task_.learners) * task_.permutations * resamples, "fit"));
}

Index StudyNullCheck::compute(const Shard& shard) const {
  const auto units = null_units(task_, shard);
  if (units.empty()) {
    return 0;
  }
  say_plan();
  std::vector<NullUnit> open;
  for (const NullUnit& unit : units) {
    if (!folder_.found(unit, learner_of(unit), watch_)) {
      open.push_back(unit);
    }
  }
  if (open.size() < units.size()) {
    watch_.say("found",
               number_text(size_of(units) - size_of(open)) + " of " +
                   count_text(size_of(units), "permutation") + ", computed before");
  }
  compute_null_units(
      task_,
      open,
      [&](const NullUnit& unit, const NullTally& tally) {
        folder_.write(unit, learner_of(unit), tally);
      },
      [&] {
        if (watch_.stop()) {
          throw Stopped{};
        }
      },
      context_);
  return size_of(units);
}

std::vector<std::string> StudyNullCheck::missing(Index shards) const {
  std::map<std::pair<Index, Index>, Index> lacking; // by learner and shard
  const auto units = null_units(task_);
  for (Index number = 0; number < size_of(units); ++number) {
    const NullUnit& unit = units[at(number)];
    if (!folder_.has(unit)) {
      ++lacking[{unit.learner, number % shards}];
    }
  }
  std::vector<std::string> missing;
  missing.reserve(lacking.size());
  for (const auto& [place, count] : lacking) {
    missing.push_back(task_.learners[at(place.first)].name + ", " +
                      count_text(count, "permutation") + " of the null check (shard " +
                      number_text(place.second + 1) + " of " + number_text(shards) + ")");
  }
  return missing;
}

void StudyNullCheck::conclude(std::span<const ResampleRecord> records,
                              report::Report& report) const {
  if (task_.permutations == 0) {
    return;
  }
  std::vector<NullTally> tallies;
  for (const NullUnit& unit : null_units(task_)) {
    tallies.push_back(folder_.read(unit, learner_of(unit)).value());
  }
  NullCheckTask task = task_;
  task.records = records;
  NullCheck check = judge_null_check(task, tallies);
  report.null_check = {.form = form_,
                       .permutations = task.permutations,
                       .resamples = size_of(null_check_resamples(task.plan)),
                       .within_centre = !task.cohort.centre_names().empty(),
                       .failed = check.failed(),
                       .learners = std::move(check.verdicts)};
  report.null_permutations = std::move(check.rows);
}

const std::string& StudyNullCheck::learner_of(const NullUnit& unit) const {
  return task_.learners[at(unit.learner)].name;
}

} // namespace vigil
