// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/support/log_rank_definition.hpp"
#include "tests/support/node_case.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::test {

/// A node's statistics with every weighting of times.
struct Definitions {
  LogRankDefinition plain, late, early, middle, once;

  explicit Definitions(const NodeCase& drawn)
      : plain(drawn.rows, drawn.numbers), late(drawn.rows, drawn.numbers, 0, 1),
        early(drawn.rows, drawn.numbers, 1, 0), middle(drawn.rows, drawn.numbers, 1, 1),
        once(drawn.rows, drawn.numbers, 0, 0, true) {}
};

inline double guarded_gain(const LogRankDefinition::Values& values) {
  const double variance = std::max(values.permutation, values.exact);
  return variance > 1e-12 ? values.numerator * values.numerator / variance : 0.0;
}

/// The gain of a cut under a rule by the definition; none for rules that choose in another way.
inline std::optional<double>
defined_gain(std::string_view rule, const Definitions& definitions, const std::vector<bool>& left) {
  const auto values = definitions.plain.of(left);
  const double square = values.numerator * values.numerator;
  if (rule == "permutation_log_rank") {
    return values.permutation > 1e-12 ? square / values.permutation : 0.0;
  }
  if (rule == "guarded_log_rank") {
    return guarded_gain(values);
  }
  if (rule == "log_rank") {
    return values.exact > 1e-12 ? square / values.exact : 0.0;
  }
  if (rule == "peto_log_rank") {
    const bool both = values.expected > 1e-12 && values.expected_right > 1e-12;
    return both ? square * (1.0 / values.expected + 1.0 / values.expected_right) : 0.0;
  }
  if (rule == "late_log_rank") {
    return guarded_gain(definitions.late.of(left));
  }
  if (rule == "early_log_rank") {
    return guarded_gain(definitions.early.of(left));
  }
  if (rule == "max_combo_log_rank") {
    return std::max({guarded_gain(values),
                     guarded_gain(definitions.late.of(left)),
                     guarded_gain(definitions.early.of(left)),
                     guarded_gain(definitions.middle.of(left))});
  }
  return {};
}

/// By cut and where missing values go.
using Gains = std::map<std::pair<std::uint16_t, bool>, double>;

struct SelectedCut {
  double square = 0.0; ///< U^2 / V_perm
  std::vector<bool> left = {};
};
using SelectedCuts =
    std::map<std::pair<Index, std::uint16_t>, SelectedCut>; ///< by subjects on the left, cut

/// -log p of the largest |T| of the cuts on one way of the missing values, for all its cuts that reach it.
inline void add_selected(Gains& gains,
                         const SelectedCuts& cuts,
                         const LogRankDefinition& definition,
                         bool missing_left,
                         double ways) {
  double largest = 0.0;
  for (const auto& [cut, selected] : cuts) {
    largest = std::max(largest, selected.square);
  }
  const double b = std::sqrt(largest), pi = std::acos(-1.0);
  const double tail = std::erfc(b / std::sqrt(2.0));
  const auto density = [&](double x) { return std::exp(-x * x / 2.0) / std::sqrt(2.0 * pi); };
  double p = tail;
  const std::vector<bool>* before = nullptr;
  for (const auto& [cut, selected] : cuts) {
    if (before != nullptr) {
      const auto& left = selected.left;
      const double correlation =
          definition.covariance(*before, left) /
          std::sqrt(definition.covariance(*before, *before) * definition.covariance(left, left));
      // 1 + rounding; or independent
      const double step = -std::log(std::clamp(correlation, 1e-20, 1.0));
      const double x = b * std::sqrt(2.0 * step);
      const double below = 0.5 * std::erfc(-x / std::sqrt(8.0));
      const double nu =
          x > 0.0 ? 2.0 / x * (below - 0.5) / (x / 2.0 * below + density(x / 2.0)) : 1.0;
      p += std::min(tail, 2.0 * b * density(b) * step * nu);
    }
    before = &selected.left;
  }
  for (const auto& [cut, selected] : cuts) {
    if (selected.square > largest * (1.0 - 1e-12)) {
      gains[{cut.second, missing_left}] = -std::log(std::min(1.0, ways * p));
    }
  }
}

/// Gains of `maximally_selected`.
inline Gains selected_gains(const NodeCase& drawn,
                            const Definitions& definitions,
                            Index feature,
                            const forest::LeafLimits& limits) {
  const Index subjects = drawn.node.counts().subjects();
  const Index least = std::max(limits.subjects, (subjects + 9) / 10);
  SelectedCuts cuts[2];
  drawn.for_each_cut(feature,
                     {.subjects = least, .events = limits.events},
                     [&](const forest::Cut& cut, const std::vector<bool>& left) {
                       const auto values = definitions.once.of(left);
                       if (values.permutation > 1e-12) {
                         cuts[cut.missing_left ? 1 : 0][{cut.left.counts.subjects(), cut.rank}] = {
                             values.numerator * values.numerator / values.permutation, left};
                       }
                     });
  Gains gains;
  for (const bool missing_left : {false, true}) {
    if (!cuts[missing_left ? 1 : 0].empty()) {
      add_selected(gains,
                   cuts[missing_left ? 1 : 0],
                   definitions.once,
                   missing_left,
                   cuts[1].empty() ? 1.0 : 2.0);
    }
  }
  return gains;
}

/// Gains of one column by rule.
inline std::map<std::string_view, Gains> defined_gains(const NodeCase& drawn,
                                                       const Definitions& definitions,
                                                       Index feature,
                                                       const forest::LeafLimits& limits) {
  std::map<std::string_view, Gains> gains;
  drawn.for_each_cut(feature, limits, [&](const forest::Cut& cut, const std::vector<bool>& left) {
    for (const forest::SplitRule& rule : forest::split_rule_table()) {
      if (const auto gain = defined_gain(rule.name, definitions, left)) {
        gains[rule.name][{cut.rank, cut.missing_left}] = *gain;
      }
    }
  });
  gains["maximally_selected"] = selected_gains(drawn, definitions, feature, limits);
  return gains;
}

/// That rules find a cut whose gain by the definition is the largest of all, in drawn nodes; how many searches had a cut.
inline Index
expect_best_by_definition(Index first, Index last, const RandomKey& key, bool strata = false) {
  forest::SplitScratch scratch;
  scratch.cells.resize(65'536);
  Index with_split = 0;
  for (Index round = first; round < last; ++round) {
    const NodeCase drawn(8 + round % 90, round % 3 == 1, round % 4 == 3, key.child(round), strata);
    const forest::LeafLimits limits{.subjects = 1 + round % 6, .events = round / 6 % 4};
    if (drawn.node.flat()) {
      continue;
    }
    const Definitions definitions(drawn);
    for (const Index feature : {0, 1, 2, 4, 5}) { // neither the constant one nor the twin
      for (auto& [name, gains] : defined_gains(drawn, definitions, feature, limits)) {
        // sums of up to a hundred terms in double on both sides; a table of nu with linear steps
        const double tolerance = name == "maximally_selected" ? 1e-4 : 1e-9;
        const std::string where = std::string(name) + ", round " + std::to_string(round) +
                                  ", feature " + std::to_string(feature);
        double largest = 0.0;
        for (const auto& [cut, gain] : gains) {
          largest = std::max(largest, gain);
        }
        const forest::SplitRule& rule = forest::find_split_rule(name);
        const forest::NodeSearch search{
            .node = drawn.node, .limits = limits, .key = key, .scratch = scratch};
        const forest::CutColumn column = drawn.column(feature);
        const forest::Split best = forest::best_split(rule, search, {&column, 1});
        if (best.feature == no_index) {
          EXPECT_LT(largest, tolerance) << where;
          continue;
        }
        ++with_split;
        EXPECT_NEAR(best.gain, largest, tolerance * (1.0 + largest)) << where;
        const double own = gains[{best.cut, best.missing_left}];
        EXPECT_NEAR(best.gain, own, tolerance * (1.0 + largest)) << where;
      }
    }
  }
  return with_split;
}

} // namespace vigil::test
