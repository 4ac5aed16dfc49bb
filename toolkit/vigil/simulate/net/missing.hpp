// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/care.hpp"
#include "vigil/simulate/net/measurements.hpp"

namespace vigil::simulate::net {

/// Which values of a patient are missing from the records. What cannot exist without an operation (pathology,
/// procedure, harm) is not here: it is structurally missing where the arm is observe.
struct Missing {
  bool eus = false, molecular = false, suv = false, cga = false, ca19_9 = false, score = false;
  bool duct = false, imaging_nodes = false;
};

/// EUS Ki-67: not attempted with expit(-1.2 - 1.0 ls + 0.8 [observed]), else not diagnostic with 0.15. Molecular row:
/// by arm, and whole centres. SUV: also centres without PET. Blood score: `score_missing_slope` on the logit per
/// standard deviation. checked by tests/unit/simulate/net_care_test
[[nodiscard]] Missing missing_of(const Patient& patient,
                                 const Measurements& measurements,
                                 const Centre& centre,
                                 Arm arm,
                                 const Constants& constants,
                                 const RandomKey& key);

} // namespace vigil::simulate::net
