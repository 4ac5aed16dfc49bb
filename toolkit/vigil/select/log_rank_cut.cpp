// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/log_rank_cut.hpp"

#include "vigil/base/error.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/survival/maximally_selected.hpp"

#include <algorithm>
#include <utility>

namespace vigil::select {

namespace {

[[noreturn]] void refuse(std::string found, std::string expected) {
  throw ConfigError(
      {.where = "choose_cut",
       .found = std::move(found),
       .expected = std::move(expected),
       .remedy = "leave choose_cut out, or declare the cut with cut in [data] (--cut)",
       .problem = "cannot choose a cut"});
}

} // namespace

void LogRankCut::check(const TrainingData& data, const CaseWeights& weights) const {
  const SurvivalOutcome& outcome = survival_outcome(data.outcome, "choose_cut");
  if (!outcome.entry.empty()) {
    refuse("subjects that enter late", "subjects under observation from time 0");
  }
  const auto support = weights.support();
  if (std::ranges::any_of(support, [&](Index i) { return weights.sampling(i) != 1.0; })) {
    refuse("sampling weights", "subjects that count once each");
  }
}

CutChoice LogRankCut::choose(const TrainingData& data,
                             const CaseWeights& weights,
                             std::span<const Index> rank) const {
  const auto found = survival::selected_cut(
      survival_outcome(data.outcome, "choose_cut"), weights, rank, {.stratum = data.stratum});
  return {.rank = found.rank,
          .statistic = found.statistic,
          .p = found.p,
          .cuts = found.cuts,
          .undefined_because = found.undefined_because};
}

} // namespace vigil::select
