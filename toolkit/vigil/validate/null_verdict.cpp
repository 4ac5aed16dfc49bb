// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/null_verdict.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil {

namespace {

constexpr double selection_level = 0.001;

std::vector<Index> candidate_columns(const NullCheckTask& task, const NamedLearner& learner) {
  const TrainingData data = task.cohort.data();
  const Covariates covariates = data.covariates();
  std::vector<Index> candidates;
  for (const Index column : selected_columns(covariates, learner.columns)) {
    if (covariates.info(column).penalized) {
      candidates.push_back(column);
    }
  }
  return candidates;
}

void add_reason(const std::string& reason, std::string& because) {
  because += (because.empty() ? "" : "; ") + reason;
}

void judge_concordance(std::span<const NullTally> tallies, NullCheckVerdict& verdict) {
  std::vector<double> values;
  std::string last;
  for (const NullTally& tally : tallies) {
    if (tally.comparable > 0.0) {
      values.push_back(tally.concordance());
    } else {
      last = tally.because;
    }
  }
  verdict.permutations = size_of(values);
  if (2 * size_of(values) < size_of(tallies) || size_of(values) < 2) {
    add_reason("only " + count_text(size_of(values)) + " of " + count_text(size_of(tallies)) +
                   " permutations have a concordance: " +
                   (last.empty() ? std::string("no comparable pair within a centre") : last),
               verdict.because);
    return;
  }
  const auto count = static_cast<double>(values.size());
  verdict.concordance = sum(values) / count;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - verdict.concordance) * (value - verdict.concordance);
  }
  verdict.se = std::sqrt(squares / (count - 1.0) / count);
  verdict.limit = 0.5 + 3.0 * verdict.se;
  constexpr double rounding =
      1e-12; // models without a column tie all pairs: 0.5 but for the last digits
  if (verdict.concordance > verdict.limit + rounding) {
    verdict.failed = true;
    add_reason("concordance " + fixed_text(verdict.concordance, 3) +
                   " on outcomes that mean nothing, above its limit " +
                   fixed_text(verdict.limit, 3),
               verdict.because);
  }
}

void judge_selection(const NullCheckTask& task,
                     std::span<const Index> candidates,
                     std::span<const NullTally> tallies,
                     NullCheckVerdict& verdict) {
  verdict.candidates = size_of(candidates);
  double total = 0.0, selected = 0.0, defined = 0.0;
  std::vector<Index> times(candidates.size(), 0);
  for (const NullTally& tally : tallies) {
    if (tally.models > 0) {
      defined += 1.0;
      selected += tally.mean_selected();
      for (std::size_t place = 0; place < candidates.size(); ++place) {
        const bool has = tally.has(candidates[place]);
        times[place] += has ? 1 : 0;
        total += has ? 1.0 : 0.0;
      }
    }
  }
  if (defined == 0.0) {
    return;
  }
  verdict.selected = selected / defined;
  if (candidates.empty()) {
    return;
  }
  const double rate = total / (defined * static_cast<double>(candidates.size()));
  const auto of = static_cast<Index>(defined);
  // Where centres differ in risk, columns that tell them apart are rightly selected again and again.
  verdict.selection_limit =
      task.cohort.centre_names().size() > 1
          ? of
          : selection_limit(of, std::min(1.0, 2.0 * rate), size_of(candidates));
  std::vector<std::string> often;
  const TrainingData data = task.cohort.data();
  const Covariates covariates = data.covariates();
  for (std::size_t place = 0; place < candidates.size(); ++place) {
    verdict.most_selected = std::max(verdict.most_selected, times[place]);
    if (times[place] > verdict.selection_limit) {
      often.push_back(covariates.info(candidates[place]).name + " (" + number_text(times[place]) +
                      ")");
    }
  }
  if (!often.empty()) {
    verdict.failed = true;
    constexpr std::size_t most_named = 5;
    const Index others = size_of(often) - static_cast<Index>(std::min(often.size(), most_named));
    often.resize(std::min(often.size(), most_named));
    add_reason("selected in more than " + number_text(verdict.selection_limit) + " of " +
                   number_text(of) + " permutations: " + join(often, ", ") +
                   (others > 0 ? " and " + count_text(others) + " more" : ""),
               verdict.because);
  }
}

} // namespace

bool NullCheck::failed() const noexcept {
  return std::ranges::any_of(verdicts, &NullCheckVerdict::failed);
}

Index selection_limit(Index permutations, double rate, Index candidates) {
  VIGIL_EXPECTS(permutations > 0 && candidates > 0 && rate >= 0.0 && rate <= 1.0);
  const double level = selection_level / static_cast<double>(candidates);
  for (Index most = 0; most < permutations; ++most) {
    // P(X >= most + 1) <= level where the rate is at or below the exact lower limit of most + 1 of all
    if (rate <= beta_quantile(level,
                              static_cast<double>(most + 1),
                              static_cast<double>(permutations - most))) {
      return most;
    }
  }
  return permutations;
}

NullCheck judge_null_check(const NullCheckTask& task, std::span<const NullTally> tallies) {
  VIGIL_EXPECTS(task.permutations > 0 &&
                size_of(tallies) == task.permutations * size_of(task.learners));
  NullCheck result;
  for (Index number = 0; number < size_of(task.learners); ++number) {
    const NamedLearner& learner = task.learners[at(number)];
    const auto own = tallies.subspan(at(number * task.permutations), at(task.permutations));
    const NullTally real = study_tally(task, learner.name);
    NullCheckVerdict verdict{.learner = learner.name,
                             .study_concordance = real.concordance(),
                             .study_selected = real.mean_selected()};
    judge_concordance(own, verdict);
    judge_selection(task, candidate_columns(task, learner), own, verdict);
    for (Index permutation = 0; permutation < task.permutations; ++permutation) {
      const NullTally& tally = own[at(permutation)];
      result.rows.push_back({.learner = learner.name,
                             .permutation = permutation + 1,
                             .within_centre_concordance = tally.concordance(),
                             .selected = tally.mean_selected()});
    }
    result.verdicts.push_back(std::move(verdict));
  }
  return result;
}

} // namespace vigil
