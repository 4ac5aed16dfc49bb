// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"

#include <algorithm>

namespace vigil {

namespace {

void check_folds(const DrawUnits& units, Index folds) {
  if (folds < 2) {
    throw ConfigError({.where = "folds",
                       .found = number_text(folds),
                       .expected = "at least 2 folds",
                       .remedy = "set folds to 5 or 10",
                       .problem = "cannot draw folds"});
  }
  if (folds > units.units()) {
    throw ConfigError(
        {.where = "folds",
         .found = number_text(folds) + " folds for " + number_text(units.units()) +
                  " independent subjects",
         .expected = "at least one subject (or group) in each fold",
         .remedy = "set folds to at most " + number_text(std::max<Index>(2, units.units())),
         .problem = "cannot draw folds"});
  }
}

void check_events(const DrawUnits& units, Index folds) {
  const Index events = units.event_units();
  if (events < 2) {
    throw InputError({.where = "event column, analysed subjects",
                      .found = number_text(events) + (events == 1 ? " event" : " events"),
                      .expected = "at least 2 subjects with an event, one to train and one to test",
                      .remedy = "check which value marks the event, and the subjects kept",
                      .problem = "cannot validate without events"});
  }
  if (folds > events) {
    throw ConfigError(
        {.where = "folds",
         .found =
             number_text(folds) + " folds for " + number_text(events) + " subjects with an event",
         .expected = "at least one event in each fold",
         .remedy = "set folds to at most " + number_text(events) + ", or use the bootstrap",
         .problem = "cannot draw folds"});
  }
}

std::vector<Index>
fold_of_subjects(const DrawUnits& units, Index subjects, Index folds, const RandomKey& key) {
  const std::vector<Index> fold_of_unit = deal(units, folds, key);
  std::vector<Index> fold_of(at(subjects), 0);
  for (Index unit = 0; unit < units.units(); ++unit) {
    for (const Index subject : units.members[at(unit)]) {
      fold_of[at(subject)] = fold_of_unit[at(unit)] + 1;
    }
  }
  return fold_of;
}

} // namespace

std::vector<Index>
draw_folds(const TrainingData& data, const CaseWeights& within, Index folds, const RandomKey& key) {
  const DrawUnits units = draw_units(data, within);
  check_folds(units, folds);
  return fold_of_subjects(units, data.subjects(), folds, key);
}

ResamplePlan stratified_folds(const TrainingData& data,
                              const CaseWeights& within,
                              const FoldOptions& options,
                              const RandomKey& key) {
  const auto units = std::make_shared<const DrawUnits>(draw_units(data, within));
  if (options.repeats < 1) {
    throw ConfigError({.where = "repeats",
                       .found = number_text(options.repeats),
                       .expected = "at least 1 repeat",
                       .remedy = "set repeats to 10",
                       .problem = "cannot draw folds"});
  }
  check_folds(*units, options.folds);
  if (has_events(data.outcome)) {
    check_events(*units, options.folds);
  }
  const Index folds = options.folds;
  auto maker = [units, within, folds, key](Index number) {
    const Index repeat = number / folds, fold = number % folds + 1;
    const std::vector<Index> fold_of =
        fold_of_subjects(*units, within.subjects(), folds, key.child("folds").child(repeat));
    return Resample{
        .label = "repeat " + number_text(repeat + 1) + " fold " + number_text(fold),
        .train = weights_where(
            within, [&](Index i) { return fold_of[at(i)] != 0 && fold_of[at(i)] != fold; }),
        .test = weights_where(within, [&](Index i) { return fold_of[at(i)] == fold; }),
        .key = key.child("resample").child(number),
        .repeat = repeat + 1,
        .fold = fold};
  };
  return {"repeated-cv",
          options.repeats * folds,
          folds,
          fingerprint_of(*units, within, key) + " folds " + number_text(folds),
          std::move(maker)};
}

} // namespace vigil
