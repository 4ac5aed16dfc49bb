// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/zone_shares.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>

namespace vigil::triage {

namespace {

constexpr double few = 0.01;

std::vector<double>
reductions(std::span<const double> risk, std::span<const double> risk_resected, double ratio) {
  VIGIL_EXPECTS(risk_resected.empty() || risk_resected.size() == risk.size());
  std::vector<double> values;
  for (std::size_t i = 0; i < risk.size(); ++i) {
    values.push_back(risk_resected.empty() ? (1.0 - ratio) * risk[i] : risk[i] - risk_resected[i]);
  }
  return values;
}

} // namespace

ZoneShares zone_shares(std::span<const double> reduction,
                       const CaseWeights& weights,
                       const Thresholds& thresholds) {
  VIGIL_EXPECTS(size_of(reduction) == weights.subjects());
  ZoneShares shares;
  for (const Index i : weights.support()) {
    const double weight = weights[i];
    if (reduction[at(i)] > thresholds.resect_above) {
      shares.resect += weight;
    } else if (reduction[at(i)] < thresholds.observe_below) {
      shares.observe += weight;
    } else {
      shares.board += weight;
    }
  }
  const double total = shares.observe + shares.board + shares.resect;
  if (total > 0.0) {
    shares = {shares.observe / total, shares.board / total, shares.resect / total};
  }
  return shares;
}

std::vector<TornadoRow> tornado(const Harms& harms,
                                std::span<const double> risk,
                                std::span<const double> risk_resected,
                                const CaseWeights& weights) {
  VIGIL_EXPECTS(harms.ratio_is_assumed() == risk_resected.empty());
  std::vector<TornadoRow> rows;
  const auto add = [&](std::string assumption, const Harms& assumed) {
    const Thresholds limits = thresholds(assumed);
    const auto benefit = reductions(risk, risk_resected, assumed.residual_risk_ratio);
    rows.push_back({.assumption = std::move(assumption),
                    .residual_risk_ratio = assumed.residual_risk_ratio,
                    .board_skill = assumed.board_skill,
                    .thresholds = limits,
                    .shares = zone_shares(benefit, weights, limits),
                    .declared = rows.empty()});
  };
  add("as declared", harms);
  for (const double factor : {0.5, 2.0}) {
    Harms assumed = harms;
    assumed.board_skill = std::min(1.0, factor * harms.board_skill);
    add("board_skill x " + number_text(factor), assumed);
  }
  if (harms.ratio_is_assumed()) {
    for (const double ratio : {0.25, 0.5, 0.75, 1.0}) {
      Harms assumed = harms;
      assumed.residual_risk_ratio = ratio;
      add("residual_risk_ratio " + number_text(ratio), assumed);
    }
  }
  return rows;
}

std::string no_resection_warning(const ZoneShares& shares) {
  return shares.resect < few ? "with these harms no tumour is ever sent to resection by this rule"
                             : "";
}

} // namespace vigil::triage
