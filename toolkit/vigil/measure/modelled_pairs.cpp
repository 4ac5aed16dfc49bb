// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/modelled_pairs.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::measure {

namespace {

class PairSums {
public:
  PairSums(const Evaluation& evaluation,
           const EvaluationRows& rows,
           std::span<const double> score,
           ModelledPairs& pairs)
      : censoring_(evaluation.censoring), rows_(rows), score_(score), tau_(evaluation.horizon),
        pairs_(pairs) {
    const auto count = rows.time.size();
    for (ModelledPairs::Sums* sums : {&pairs.concordant, &pairs.comparable}) {
      sums->own.assign(count, 0.0);
      sums->carried.assign(count * at(factors()), 0.0);
    }
    for (Index factor = 0; factor < factors(); ++factor) {
      for (const Index subject : rows.subject) {
        factor_.push_back(censoring_.carried_factor(subject, factor));
      }
    }
  }

  /// All pairs of a stratum.
  void add(std::span<const Index> members) {
    for (const Index lead : members) {
      const double time = rows_.time[at(lead)];
      if (rows_.ending[at(lead)] != Ending::event || !(time <= tau_)) {
        continue;
      }
      const double hazard = censoring_.model().cumulative_hazard_before(time);
      const double own = inverse_g(lead, hazard);
      for (const Index other : members) {
        const Ending ending = rows_.ending[at(other)];
        const double then = rows_.time[at(other)];
        if (then > time || (then == time && ending == Ending::censored)) {
          add_pair(lead, other, own * inverse_g(other, hazard), true);
        } else if (ending == Ending::competing) {
          add_pair(lead,
                   other,
                   own * inverse_g(other, censoring_.model().cumulative_hazard_before(then)),
                   false);
        }
      }
    }
  }

private:
  [[nodiscard]] Index factors() const { return censoring_.carried_factors(); }
  /// 1 / G where the baseline cumulative hazard of censoring is `hazard`.
  [[nodiscard]] double inverse_g(Index row, double hazard) const {
    return std::exp(hazard * factor_[at(row)]); // factor 0: the relative hazard
  }
  void add_pair(Index lead, Index other, double g, bool both_at_lead) {
    const double first = score_[at(lead)], second = score_[at(other)];
    const double tied = first == second ? 1.0 : 0.0;
    const double concordance = first > second ? 1.0 : 0.5 * tied;
    pairs_.tied_score += rows_.weight[at(lead)] * rows_.weight[at(other)] * g * tied;
    add_sums(lead, other, g, both_at_lead, pairs_.comparable);
    if (concordance > 0.0) {
      add_sums(lead, other, g * concordance, both_at_lead, pairs_.concordant);
    }
  }
  void
  add_sums(Index lead, Index other, double g, bool both_at_lead, ModelledPairs::Sums& sums) const {
    const double pair = rows_.weight[at(lead)] * rows_.weight[at(other)] * g;
    sums.total += pair;
    sums.own[at(lead)] += rows_.weight[at(other)] * g;
    sums.own[at(other)] += rows_.weight[at(lead)] * g;
    const Index second_at = both_at_lead ? lead : other;
    for (Index factor = 0; factor < factors(); ++factor) {
      const Index first = factor * rows_.rows();
      sums.carried[at(first + lead)] += pair * factor_[at(first + lead)];
      sums.carried[at(first + second_at)] += pair * factor_[at(first + other)];
    }
  }

  const survival::CensoringWeights& censoring_;
  const EvaluationRows& rows_;
  std::span<const double> score_;
  double tau_;
  ModelledPairs& pairs_;
  std::vector<double> factor_; ///< by factor, then row
};

} // namespace

ModelledPairs modelled_pairs(const Evaluation& evaluation,
                             const EvaluationRows& rows,
                             std::span<const double> score,
                             std::span<const std::vector<Index>> strata) {
  ModelledPairs pairs;
  PairSums sums(evaluation, rows, score, pairs);
  for (const auto& members : strata) {
    sums.add(members);
  }
  return pairs;
}

} // namespace vigil::measure
