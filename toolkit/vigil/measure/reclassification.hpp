// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

namespace vigil::measure {

/// What a risk p moves against another one q, apart for those with and without the event by the horizon.
///
///   idi_events      = mean W y (p - q) / mean W y            idi_nonevents = mean W (1 - y) (q - p) / mean W (1 - y)
///   nri_events      = the same of sign(p - q)                nri_nonevents = the same of sign(q - p)
///
/// Positive where p is the better one. The category NRI at a threshold is, in its two parts, the difference of sensitivity and
/// of specificity. Each can be positive for pure noise where a risk is not calibrated: no p-value is given, and they are shown
/// beside the difference in net benefit.
/// influence  of the quotient, with the censoring term
/// undefined  no events, or nobody without, by the horizon; else as brier, for either risk
/// cost       O(n log n)
/// source     Pencina et al. 2008, Stat. Med. 27:157; Uno et al. 2013, Stat. Med. 32:2430; Hilden and Gerds 2014, Stat. Med.
///            33:3405; checked by tests/unit/measure/reclassification_test
struct Reclassification {
  Estimate idi_events, idi_nonevents, nri_events, nri_nonevents;
};
/// Both look at the same subjects, outcome and censoring weights.
[[nodiscard]] Reclassification reclassification(const Evaluation& risk, const Evaluation& other);

} // namespace vigil::measure
