// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/resample/fold_pairs.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/resample/weights_where.hpp"

#include <algorithm>
#include <utility>

namespace vigil {

namespace {

/// The two folds (from 0) of a pair.
std::pair<Index, Index> folds_of_pair(Index number, Index folds) {
  Index first = 0;
  for (Index left = folds - 1; number >= left; --left) {
    number -= left;
    ++first;
  }
  return {first, first + 1 + number};
}

} // namespace

Index pair_number(Index one, Index other, Index folds) {
  VIGIL_EXPECTS(one != other && one >= 0 && other >= 0 && one < folds && other < folds);
  const Index first = std::min(one, other), second = std::max(one, other);
  return first * folds - first * (first + 1) / 2 + second - first - 1;
}

ResamplePlan folds_and_pairs(const TrainingData& data,
                             const CaseWeights& within,
                             const FoldOptions& options,
                             const RandomKey& key) {
  if (options.folds < 3) {
    throw ConfigError({.where = "folds",
                       .found = number_text(options.folds) + " folds",
                       .expected = "at least 3 folds: two are left out at once",
                       .remedy = "set folds to 5 or 10",
                       .problem = "cannot leave pairs of folds out"});
  }
  const ResamplePlan plan = stratified_folds(data, within, options, key);
  const Index folds = options.folds, pairs = pairs_of_folds(folds);
  auto maker = [plan, within, folds, pairs, key](Index number) {
    if (number < plan.size()) {
      return plan.at_number(number);
    }
    const Index repeat = (number - plan.size()) / pairs;
    const auto pair = folds_of_pair((number - plan.size()) % pairs, folds);
    const CaseWeights one = plan.at_number(repeat * folds + pair.first).test;
    const CaseWeights other = plan.at_number(repeat * folds + pair.second).test;
    const CaseWeights seen = plan.at_number(repeat * folds + pair.first).train;
    const auto tests = [&](Index i) { return one[i] > 0.0 || other[i] > 0.0; };
    return Resample{
        .label = "repeat " + number_text(repeat + 1) + " folds " + number_text(pair.first + 1) +
                 " and " + number_text(pair.second + 1),
        .train = weights_where(within, [&](Index i) { return seen[i] > 0.0 && !(other[i] > 0.0); }),
        .test = weights_where(within, tests),
        .key = key.child("resample").child(number),
        .repeat = repeat + 1,
        .fold = 0};
  };
  return {"folds-and-pairs",
          plan.size() + options.repeats * pairs,
          plan.block_size(),
          plan.digest(),
          std::move(maker)};
}

} // namespace vigil
