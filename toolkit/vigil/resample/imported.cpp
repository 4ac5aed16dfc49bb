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

[[noreturn]] void
bad_folds(const std::string& where, const std::string& found, const std::string& expected) {
  throw InputError({.where = where,
                    .found = found,
                    .expected = expected,
                    .remedy = "correct the folds file: one fold number per subject and repeat",
                    .problem = "cannot use these folds"});
}

/// Number of folds of one repeat, after checking that each of them has a subject.
Index checked_folds(const CaseWeights& within, const std::vector<Index>& fold_of, Index repeat) {
  const std::string where = "repeat " + number_text(repeat + 1);
  if (size_of(fold_of) != within.subjects()) {
    bad_folds(where,
              number_text(size_of(fold_of)) + " fold numbers",
              number_text(within.subjects()) + " fold numbers, one per subject");
  }
  const Index smallest = *std::min_element(fold_of.begin(), fold_of.end());
  const Index folds = *std::max_element(fold_of.begin(), fold_of.end());
  if (smallest < 0 || folds < 2 || folds > within.subjects()) {
    bad_folds(where,
              "fold numbers from " + number_text(smallest) + " to " + number_text(folds),
              "0 (in no fold), or 1 to the number of folds, at least 2");
  }
  std::vector<bool> used(at(folds + 1), false);
  for (const Index subject : within.support()) {
    used[at(fold_of[at(subject)])] = true;
  }
  const auto gap = std::find(used.begin() + 1, used.end(), false);
  if (gap != used.end()) {
    bad_folds(where,
              "no analysed subject in fold " + number_text(gap - used.begin()),
              "a subject in each fold from 1 to " + number_text(folds));
  }
  return folds;
}

} // namespace

ResamplePlan split(const CaseWeights& train, const CaseWeights& test, const RandomKey& key) {
  VIGIL_EXPECTS(train.subjects() == test.subjects());
  for (const Index subject : train.support()) {
    if (test[subject] > 0.0) {
      throw ConfigError({.where = "row " + number_text(subject + 1),
                         .found = "a subject that trains and tests",
                         .expected = "no subject on both sides of a split",
                         .remedy = "correct the column or the condition that splits the cohort",
                         .problem = "cannot split the cohort"});
    }
  }
  if (train.support().empty() || test.support().empty()) {
    throw ConfigError({.where = train.support().empty() ? "training part" : "test part",
                       .found = "no subject",
                       .expected = "at least one subject on each side",
                       .remedy = "correct the column or the condition that splits the cohort",
                       .problem = "cannot split the cohort"});
  }
  Digest digest;
  add_key(digest, key);
  add_weights(digest, train);
  add_weights(digest, test);
  auto maker = [train, test, key](Index number) {
    return Resample{.label = "split",
                    .train = train,
                    .test = test,
                    .key = key.child("resample").child(number),
                    .repeat = 1,
                    .fold = 1};
  };
  return {"split", 1, 1, digest.hex(), std::move(maker)};
}

ResamplePlan imported_folds(const CaseWeights& within,
                            std::vector<std::vector<Index>> fold_of,
                            const RandomKey& key) {
  if (fold_of.empty()) {
    bad_folds("folds file", "no repeat", "at least one repeat");
  }
  Digest digest;
  add_key(digest, key);
  add_weights(digest, within);
  std::vector<std::pair<Index, Index>> place; // repeat from 0, fold from 1
  Index most_folds = 0;
  for (Index repeat = 0; repeat < size_of(fold_of); ++repeat) {
    const Index folds = checked_folds(within, fold_of[at(repeat)], repeat);
    most_folds = std::max(most_folds, folds);
    for (Index fold = 1; fold <= folds; ++fold) {
      place.emplace_back(repeat, fold);
    }
    digest.add_values(std::span<const Index>(fold_of[at(repeat)]));
  }
  const Index size = size_of(place);
  auto maker = [within, key, place, fold_of = std::move(fold_of)](Index number) {
    const Index repeat = place[at(number)].first, fold = place[at(number)].second;
    const std::vector<Index>& of = fold_of[at(repeat)];
    return Resample{.label = "repeat " + number_text(repeat + 1) + " fold " + number_text(fold),
                    .train = weights_where(
                        within, [&](Index i) { return of[at(i)] != 0 && of[at(i)] != fold; }),
                    .test = weights_where(within, [&](Index i) { return of[at(i)] == fold; }),
                    .key = key.child("resample").child(number),
                    .repeat = repeat + 1,
                    .fold = fold};
  };
  return {"imported-folds", size, most_folds, digest.hex(), std::move(maker)};
}

} // namespace vigil
