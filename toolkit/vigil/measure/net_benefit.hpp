// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// Net benefit of acting where the predicted risk reaches the threshold, censoring weighted.
///
///   NB(p_t) = mean_i W_i 1(p_i >= p_t) {y_i - (1 - y_i) p_t / (1 - p_t)},   y = 1(T <= t, event of interest)
///
/// A competing event counts as no event: it made the action unnecessary.
/// influence  of the mean, with the censoring term; differences of rules subtract it
/// undefined  threshold outside (0, 1); no risk at the horizon; horizon infinite or with G = 0; delayed entry
/// cost       O(n log n)
/// source     Vickers and Elkin 2006, Med. Decis. Making 26:565; checked by tests/reference/accuracy_test
[[nodiscard]] Estimate net_benefit(const Evaluation& evaluation);

/// The same with the risk estimated inside the group that is acted on.
///
///   NB(p_t) = P(p >= p_t) {F_g - (1 - F_g) p_t / (1 - p_t)},   F_g = Kaplan-Meier or Aalen-Johansen in {p >= p_t}
///
/// Lets censoring depend on the rule; differs from net_benefit where it does. F_g holds its last value.
/// source     Vickers et al. 2008, BMC Med. Inform. Decis. Mak. 8:53; checked by tests/reference/accuracy_test
[[nodiscard]] Estimate net_benefit_conditional(const Evaluation& evaluation);

/// Net benefit of acting on everybody: F - (1 - F) p_t / (1 - p_t), F the observed risk. Acting on nobody has 0.
[[nodiscard]] Estimate net_benefit_treat_all(const Evaluation& evaluation);

/// Net benefit in units of its largest possible value, that of finding every event and acting on nobody else: NB / F.
///
/// undefined  no events by the horizon; else as net_benefit
/// source     Kerr et al. 2016, J. Clin. Oncol. 34:2534
[[nodiscard]] Estimate standardized_net_benefit(const Evaluation& evaluation);

/// Actions avoided per 100 subjects against acting on everybody, at equal net benefit:
///   100 (NB - NB_all) (1 - p_t) / p_t
/// source     Vickers and Elkin 2006
[[nodiscard]] Estimate actions_avoided(const Evaluation& evaluation);

} // namespace vigil::measure
