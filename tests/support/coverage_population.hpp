// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/prediction.hpp"
#include "vigil/measure/fenwick_tree.hpp"
#include "vigil/numeric/order.hpp"

#include "tests/support/coverage_design.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::test {

/// What is estimated: the value of a frozen model's measure over all subjects that the design could draw.
///
/// It is the value over a very large sample that no model has seen, its outcomes without censoring, by the definitions
/// themselves: no weights and no influence functions. The estimands of Harrell's C and of the calibration slope depend on who is censored when: their value
/// is that of the large sample with its censoring. End of follow-up (tau, the horizon), threshold and null risk are those
/// of the test set. Times are not tied; risks rise with the score. Checked by tests/property/coverage_test.
template <class Design>
class PopulationOf {
public:
  PopulationOf(const Design& design, Index subjects, const RandomKey& key)
      : design_(design), sample_(design.draw(subjects, key)),
        observed_order_(ascending_order(observed().time)),
        uncensored_order_(ascending_order(uncensored().time)) {}

  [[nodiscard]] const Design& design() const noexcept { return design_; }
  [[nodiscard]] Covariates covariates() const { return sample_.observed.covariates(); }
  [[nodiscard]] const typename Design::Sample& sample() const noexcept { return sample_; }

  /// One value for each of harrell_c, uno_c, auc, brier, ipa, oe_ratio, net_benefit, calibration_slope that is named.
  [[nodiscard]] std::vector<double> values(std::span<const std::string_view> measures,
                                           const Prediction& prediction,
                                           double null_risk) const {
    const DenseRanks ranks = dense_ranks(prediction.score);
    const auto risk = prediction.risk.at_horizon(find_horizon(prediction.risk, design_.horizon()));
    std::map<std::string_view, double> all = means(risk, null_risk);
    all["harrell_c"] = concordance(observed(), observed_order_, ranks);
    all["uno_c"] = concordance(uncensored(), uncensored_order_, ranks);
    all["auc"] = auc(ranks);
    if (std::find(measures.begin(), measures.end(), "calibration_slope") != measures.end()) {
      all["calibration_slope"] = slope(prediction.score);
    }
    std::vector<double> result;
    for (const std::string_view name : measures) {
      result.push_back(all.at(name));
    }
    return result;
  }

private:
  [[nodiscard]] const SurvivalOutcome& observed() const {
    return std::get<SurvivalOutcome>(*sample_.observed.parts().outcome);
  }
  [[nodiscard]] const SurvivalOutcome& uncensored() const {
    return std::get<SurvivalOutcome>(sample_.uncensored);
  }
  [[nodiscard]] bool early(Index subject) const {
    return uncensored().time[at(subject)] <= design_.horizon();
  }

  /// Share of the pairs (event i by tau, j later) in which i has the larger score; equal scores count 1/2.
  [[nodiscard]] double concordance(const SurvivalOutcome& outcome,
                                   std::span<const Index> order,
                                   const DenseRanks& ranks) const {
    measure::FenwickTree later(ranks.levels);
    double concordant = 0.0, pairs = 0.0;
    for (auto place = order.rbegin(); place != order.rend(); ++place) {
      const Index rank = ranks.rank[at(*place)];
      if (outcome.event[at(*place)] != 0 && outcome.time[at(*place)] <= design_.horizon()) {
        concordant += later.below(rank) + 0.5 * later.equal(rank);
        pairs += later.total();
      }
      later.add(rank, 1.0);
    }
    return concordant / pairs;
  }
  /// The same share of the pairs (event by the horizon, none by then).
  [[nodiscard]] double auc(const DenseRanks& ranks) const {
    std::vector<double> cases(at(ranks.levels), 0.0), controls(at(ranks.levels), 0.0);
    for (Index i = 0; i < size_of(ranks.rank); ++i) {
      (early(i) ? cases : controls)[at(ranks.rank[at(i)])] += 1.0;
    }
    double below = 0.0, concordant = 0.0, events = 0.0;
    for (std::size_t level = 0; level < cases.size(); ++level) {
      concordant += cases[level] * (below + 0.5 * controls[level]);
      below += controls[level];
      events += cases[level];
    }
    return concordant / (events * below);
  }
  /// Coefficient of the score in Cox's model, by Newton steps from 1 on sums over who comes later.
  [[nodiscard]] double slope(std::span<const double> score) const {
    const SurvivalOutcome& outcome = observed();
    double result = 1.0;
    for (int step = 0; step < 10; ++step) {
      double hazard = 0.0, first = 0.0, second = 0.0, gradient = 0.0, curvature = 0.0;
      for (auto place = observed_order_.rbegin(); place != observed_order_.rend(); ++place) {
        const double value = score[at(*place)], own = std::exp(result * value);
        hazard += own;
        first += own * value;
        second += own * value * value;
        if (outcome.event[at(*place)] != 0) {
          gradient += value - first / hazard;
          curvature += second / hazard - (first / hazard) * (first / hazard);
        }
      }
      result += gradient / curvature;
    }
    return result;
  }
  [[nodiscard]] std::map<std::string_view, double> means(std::span<const double> risk,
                                                         double null_risk) const {
    const double threshold = design_.threshold(), odds = threshold / (1.0 - threshold);
    const auto count = static_cast<double>(risk.size());
    double squares = 0.0, null_squares = 0.0, benefit = 0.0, events = 0.0, expected = 0.0;
    for (Index i = 0; i < size_of(risk); ++i) {
      const double happened = early(i) ? 1.0 : 0.0;
      squares += (happened - risk[at(i)]) * (happened - risk[at(i)]);
      null_squares += (happened - null_risk) * (happened - null_risk);
      benefit += risk[at(i)] >= threshold ? happened - (1.0 - happened) * odds : 0.0;
      events += happened;
      expected += risk[at(i)];
    }
    return {{"brier", squares / count},
            {"ipa", 1.0 - squares / null_squares},
            {"net_benefit", benefit / count},
            {"oe_ratio", events / expected}};
  }

  Design design_;
  typename Design::Sample sample_;
  std::vector<Index> observed_order_, uncensored_order_;
};

using CoveragePopulation = PopulationOf<CoverageDesign>;

} // namespace vigil::test
