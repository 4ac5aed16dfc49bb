// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_plan.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/fold_pairs.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/censoring_columns.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/triage/guards.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

namespace vigil {

double round_down_1_2_5(double value) {
  VIGIL_EXPECTS(value > 0.0);
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {10.0, 5.0, 2.0, 1.0}) {
    if (step * power <= value) {
      return step * power;
    }
  }
  return 0.5 * power;
}

std::vector<double> study_horizons(const StudySettings& study, const Cohort& cohort) {
  std::vector<double> horizons = study.validate.horizons;
  if (study.triage) {
    horizons.push_back(study.triage->horizon);
  }
  const auto weights = cohort.weights();
  const auto& outcome = cohort.data().outcome;
  if (horizons.empty()) {
    const auto support =
        survival::horizon_support(outcome, weights, 1.0, study.validate.min_censoring_survival);
    if (!(support.largest_supported > 0.0)) {
      static_cast<void>(triage::require_supported_horizon(
          outcome, weights, 1.0, "all subjects", study.validate.min_censoring_survival));
    }
    horizons.push_back(round_down_1_2_5(support.largest_supported));
  }
  std::sort(horizons.begin(), horizons.end());
  horizons.erase(std::unique(horizons.begin(), horizons.end()), horizons.end());
  std::vector<double> needed = horizons; // and those at which learners choose their penalty
  for (const Options& learner : study.file.learners) {
    if (const auto horizon = learner.number("horizon")) {
      needed.push_back(*horizon);
    }
  }
  for (const double horizon : needed) {
    static_cast<void>(triage::require_supported_horizon(
        outcome, weights, horizon, "all subjects", study.validate.min_censoring_survival));
  }
  return horizons;
}

std::vector<std::vector<Index>> read_folds(const std::filesystem::path& file,
                                           const Cohort& cohort) {
  const auto table = storage::read_table(file, {.column = "", .by_line = true});
  const auto subjects = table.texts("subject");
  const auto repeats = table.numbers("repeat");
  const auto folds = table.numbers("fold");
  std::map<std::string_view, Index> place;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    place[cohort.subject_ids()[at(subject)]] = subject;
  }
  std::vector<std::vector<Index>> fold_of;
  FaultList faults;
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    const auto known = place.find(subjects[row]);
    const bool counts =
        repeats[row] >= 1.0 && folds[row] >= 1.0 && repeats[row] == std::floor(repeats[row]) &&
        folds[row] == std::floor(folds[row]) && repeats[row] <= 1e6 && folds[row] <= 1e6;
    if (known == place.end() || !counts) {
      faults.add(file.filename().string() + ", row " + number_text(static_cast<Index>(row) + 1),
                 known == place.end()
                     ? "unknown subject " + vigil::quoted(subjects[row])
                     : "repeat " + number_text(repeats[row]) + ", fold " + number_text(folds[row]));
      continue;
    }
    const auto repeat = static_cast<std::size_t>(repeats[row]) - 1;
    while (fold_of.size() <= repeat) {
      fold_of.emplace_back(at(cohort.subjects()), 0);
    }
    Index& fold = fold_of[repeat][at(known->second)];
    if (fold != 0) {
      faults.add(file.filename().string() + ", row " + number_text(static_cast<Index>(row) + 1),
                 "subject " + vigil::quoted(subjects[row]) + " a second time in repeat " +
                     number_text(repeats[row]));
    }
    fold = static_cast<Index>(folds[row]);
  }
  faults.raise_if_any(
      "cannot use the folds file",
      "columns subject, repeat, fold; repeats and folds counted from 1; a subject once "
      "in a repeat",
      "write it as vigil writes tables/folds.tsv");
  return fold_of;
}

namespace {

/// Everybody tests once in each repeat, and a group as one.
void check_folds(const std::vector<std::vector<Index>>& fold_of, const Cohort& cohort) {
  FaultList faults;
  const auto weights = cohort.weights();
  const auto& group = cohort.parts().group;
  for (std::size_t repeat = 0; repeat < fold_of.size(); ++repeat) {
    std::map<Index, Index> of_group;
    for (const Index subject : weights.support()) {
      const Index fold = fold_of[repeat][at(subject)];
      const std::string where = "subject " + vigil::quoted(cohort.subject_ids()[at(subject)]);
      const std::string in = " in repeat " + number_text(static_cast<Index>(repeat) + 1);
      if (fold == 0) {
        faults.add(where, "no fold" + in);
      } else if (!group.empty() && group.level[at(subject)] != no_index) {
        const Index other = of_group.emplace(group.level[at(subject)], fold).first->second;
        if (other != fold) {
          faults.add(where,
                     "fold " + number_text(fold) + in + ", others of its group are in fold " +
                         number_text(other));
        }
      }
    }
  }
  faults.raise_if_any("cannot use the folds file",
                      "each analysed subject in one fold of each repeat, a group as one",
                      "name the fold of everybody who is analysed");
}

ResamplePlan
split_by_centre(const StudySettings& study, const Cohort& cohort, const RandomKey& key) {
  const auto& centre = cohort.parts().centre;
  std::vector<std::uint32_t> train(at(cohort.subjects()), 1), test(at(cohort.subjects()), 0);
  for (const auto& name : study.validate.test_centres) {
    const auto place = std::find(centre.names.begin(), centre.names.end(), name);
    if (place == centre.names.end()) {
      study.file.validate.refuse(
          "test_centres", "names of centres", suggestion(name, centre.names));
    }
    for (Index subject = 0; subject < size_of(centre.level); ++subject) {
      if (centre.level[at(subject)] == place - centre.names.begin()) {
        train[at(subject)] = 0;
        test[at(subject)] = 1;
      }
    }
  }
  const auto& group = cohort.parts().group;
  std::set<Index> tested; // nobody trains whose group has a member that tests
  for (Index subject = 0; !group.empty() && subject < cohort.subjects(); ++subject) {
    if (test[at(subject)] != 0 && group.level[at(subject)] != no_index) {
      tested.insert(group.level[at(subject)]);
    }
  }
  for (Index subject = 0; !tested.empty() && subject < cohort.subjects(); ++subject) {
    if (tested.contains(group.level[at(subject)])) {
      train[at(subject)] = 0;
    }
  }
  if (std::find(train.begin(), train.end(), 1U) == train.end()) {
    study.file.validate.refuse("test_centres", "fewer than all centres: somebody must train");
  }
  const auto within = cohort.weights();
  return split(within.with_times(std::move(train)), within.with_times(std::move(test)), key);
}

} // namespace

ResamplePlan study_plan(const StudySettings& study, const Cohort& cohort, const RandomKey& key) {
  const auto data = cohort.data();
  const auto within = cohort.weights();
  const auto& settings = study.validate;
  if (!settings.folds_file.empty()) {
    auto folds = read_folds(settings.folds_file, cohort);
    check_folds(folds, cohort);
    return imported_folds(within, std::move(folds), key);
  }
  if (settings.scheme == "bootstrap") {
    return bootstrap(data, within, settings.replicates, key);
  }
  if (settings.scheme == "centre-bootstrap") {
    return centre_bootstrap(data, within, settings.replicates, key);
  }
  if (settings.scheme == "subsampling") {
    return subsampling(data, within, settings.replicates, key);
  }
  if (settings.scheme == "loco") {
    return leave_one_centre_out(data, within, key);
  }
  if (settings.scheme == "split") {
    return split_by_centre(study, cohort, key);
  }
  return stratified_folds(
      data, within, {.folds = settings.folds, .repeats = settings.repeats}, key);
}

ResamplePlan study_work(const StudySettings& study, const Cohort& cohort, const RandomKey& key) {
  const auto& settings = study.validate;
  return settings.nested_interval
             ? folds_and_pairs(cohort.data(),
                               cohort.weights(),
                               {.folds = settings.folds, .repeats = settings.repeats},
                               key)
             : study_plan(study, cohort, key);
}

report::PlanSummary plan_summary(const StudySettings& study,
                                 const std::string& scheme,
                                 const ResamplePlan& plan,
                                 Index work,
                                 std::span<const double> horizons) {
  const bool drawn_folds = scheme == "nested-cv" || scheme == "repeated-cv";
  report::PlanSummary summary{.scheme = scheme,
                              .folds = drawn_folds ? study.validate.folds : 0,
                              .repeats = drawn_folds ? study.validate.repeats : 0,
                              .inner_folds = study.validate.inner_folds,
                              .resamples = plan.size(),
                              .fits = (work + 1) * size_of(study.learners),
                              .seed = study.seed,
                              .horizons = {horizons.begin(), horizons.end()},
                              .censoring = censoring_text(study.validate.censoring)};
  for (const auto& learner : study.learners) {
    summary.learners.push_back(learner.name);
  }
  return summary;
}

std::vector<ResampleRecord> take_pairs(std::vector<ResampleRecord>& records,
                                       const ResamplePlan& plan) {
  const auto first =
      std::stable_partition(records.begin(), records.end(), [&plan](const ResampleRecord& record) {
        return record.resample < plan.size();
      });
  std::vector<ResampleRecord> pairs(std::make_move_iterator(first),
                                    std::make_move_iterator(records.end()));
  records.erase(first, records.end());
  return pairs;
}

std::string predictions_digest(const StudySettings& study,
                               const std::string& cohort_digest,
                               const ResamplePlan& plan,
                               const std::vector<double>& horizons) {
  Digest digest;
  const auto add_section = [&](const Options& section) {
    for (const auto& [key, value] : section.entries()) {
      if (key != "file") { // the digest of the cohort stands for it
        digest.add(key);
        digest.add(option_text(value));
      }
    }
    digest.add("end");
  };
  digest.add("shards 1");
  digest.add(version);
  digest.add(cohort_digest);
  add_section(study.file.data);
  for (std::size_t learner = 0; learner < study.learners.size(); ++learner) {
    digest.add(study.learners[learner].name);
    digest.add(study.learner_kinds[learner]);
    add_section(study.learner_options[learner]);
    add_section(study.file.learners[learner]);
  }
  add_section(study.file.prepare);
  digest.add(plan.digest());
  digest.add(number_text(study.validate.inner_folds));
  digest.add(number_text(static_cast<Index>(study.seed)));
  digest.add_values(std::span<const double>(horizons));
  return digest.hex();
}

} // namespace vigil
