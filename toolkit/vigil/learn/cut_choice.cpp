// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/cut_choice.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"

#include <algorithm>

namespace vigil {

std::vector<CutCandidates> cut_candidates(const Covariates& covariates) {
  std::vector<CutCandidates> all;
  for (Index column = covariates.features.features(); column < covariates.columns(); ++column) {
    const FeatureInfo& info = covariates.info(column);
    if (!info.cut) {
      continue;
    }
    const bool continues = !all.empty() && all.back().first + all.back().count == column &&
                           covariates.info(column - 1).source == info.source;
    if (continues) {
      ++all.back().count;
    } else {
      all.push_back({.first = column, .count = 1});
    }
  }
  return all;
}

std::vector<Index> cut_ranks(const Covariates& covariates, const CutCandidates& candidates) {
  std::vector<Index> rank(at(covariates.subjects()), 0);
  for (Index place = 0; place < candidates.count; ++place) {
    const auto above =
        covariates.clinical.column(candidates.first + place - covariates.features.features());
    for (std::size_t subject = 0; subject < rank.size(); ++subject) {
      if (above[subject] != above[subject]) {
        rank[subject] = no_index;
      } else if (above[subject] > 0.0) {
        ++rank[subject];
      }
    }
  }
  return rank;
}

void CutRule::apply(const TrainingData& data,
                    std::span<const CaseWeights> weightings,
                    std::span<Preparation> preparations,
                    Scheduler& scheduler) const {
  VIGIL_EXPECTS(statistic != nullptr && preparations.size() == weightings.size());
  const Covariates covariates = data.covariates();
  for (const CutCandidates& candidates : cut_candidates(covariates)) {
    const std::vector<Index> rank = cut_ranks(covariates, candidates);
    scheduler.for_each(size_of(weightings), [&](Index item, Index) {
      const CutChoice choice = statistic->choose(data, weightings[at(item)], rank);
      for (Index place = 0; place < candidates.count; ++place) {
        if (place != choice.rank) {
          preparations[at(item)].drop(candidates.first + place);
        }
      }
    });
  }
}

void check_cuts(const TrainingData& data, const CaseWeights& weights, const CutRule& rule) {
  if (rule.empty()) {
    return;
  }
  const Covariates covariates = data.covariates();
  std::vector<std::string> known;
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (covariates.info(column).levels == nullptr) {
      known.push_back(covariates.info(column).name);
    }
  }
  for (const std::string& name : rule.columns) {
    if (std::ranges::find(known, name) == known.end()) {
      throw ConfigError({.where = "choose_cut",
                         .found = quoted(name),
                         .expected = "a column of numbers of the cohort",
                         .remedy = suggestion(name, known),
                         .problem = "cannot choose a cut"});
    }
  }
  rule.statistic->check(data, weights);
}

} // namespace vigil
