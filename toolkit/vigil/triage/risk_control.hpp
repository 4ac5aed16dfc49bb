// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/triage/bounded_mean.hpp"
#include "vigil/triage/rule.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::triage {

/// One test of "the risk of the observed group by the horizon lies above alpha".
struct RiskTest {
  std::string test = {};                                  ///< exact, beta-product or weighted
  double risk = std::numeric_limits<double>::quiet_NaN(); ///< what the test takes for the risk
  double p = std::numeric_limits<double>::quiet_NaN();
  bool passes = false;                ///< p <= delta
  std::string undefined_because = {}; ///< empty: defined
};

/// What is asked of the observed group.
struct RiskControlTarget {
  double horizon = 0.0;
  double alpha = 0.10; ///< acceptable risk by the horizon
  double delta = 0.10; ///< chance of passing a group whose risk lies above it
};

struct RiskControl {
  double horizon = 0.0, alpha = 0.10, delta = 0.10;
  Index subjects = 0, events = 0; ///< of the observed group, by the horizon
  Index left_before = 0;          ///< left before the horizon, or at it, without an event
  /// Score test of Cox's model of censoring on the predicted risk, in the whole cohort; NaN: nobody was censored.
  double censoring_p = std::numeric_limits<double>::quiet_NaN();
  /// Smallest multiplier of the hazard after leaving at which the beta-product test passes no more; NaN: it does not pass at
  /// all; infinite: it passes even if everybody who left had the event.
  double tipping_point = std::numeric_limits<double>::quiet_NaN();
  std::vector<RiskTest> tests = {};
  std::string decided_by = {}; ///< name of the test that the verdict rests on; empty: none
  bool controlled = false;     ///< the verdict
  std::string verdict = {};    ///< in words, with its reason
  std::vector<SampleSize> sample_sizes =
      {}; ///< filled by who asks for them: risk_control_sample_sizes
};

/// Tests the group that a frozen rule observes, in subjects that took no part in making the rule.
///
///   exact         events and those who left without one by the horizon count as events: exact_binomial_p. No model of
///                 censoring, finite sample; without power where more than a few leave
///   beta-product  beta_product_p: censoring independent of the event within the group; other causes count as censorings
///   weighted      V_i = 1(T_i <= t, cause 1) / G(T_i-) in [0, b], b = 1 / (smallest G before t in the group);
///                 hoeffding_bentkus_p of mean V / b against alpha / b. G from the whole cohort: reverse Kaplan-Meier, or
///                 Cox's model on the predicted risk where censoring depends on it. Finite sample if G were known
///
/// decided_by    beta-product; weighted where censoring_p < 0.05, which voids beta-product
/// controlled    that test passes, and where it is beta-product, also at twice the hazard after leaving
/// tipping_point the root kappa of (1 - l) S + l S^kappa = 1 - alpha, S the lower limit of survival at confidence 1 - delta, l the
///               share that left. It puts all hazard of those who left after they did so: never too large
/// domain        independent subjects: no delayed entry, no sampling weights (undefined there). The subjects are exchangeable
///               with those the statement is about, in whose care they were
/// source        Angelopoulos, Bates, Candes, Jordan, Lei 2021, arXiv 2110.01052 (a single hypothesis of it); Fay, Brittain,
///               Proschan 2013; docs/methods/risk_control.md; checked by tests/unit/triage/risk_control_test
[[nodiscard]] RiskControl risk_control(std::span<const Action> decided,
                                       std::span<const double> predicted_risk,
                                       const Outcome& outcome,
                                       const CaseWeights& weights,
                                       const RiskControlTarget& target);

/// Root kappa above; `survival` the lower limit, 0 < survival <= 1.
[[nodiscard]] double tipping_point(double survival, double left_share, double alpha);

} // namespace vigil::triage
