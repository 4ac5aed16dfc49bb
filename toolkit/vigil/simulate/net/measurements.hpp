// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/patient.hpp"

#include <array>

namespace vigil::simulate::net {

inline constexpr Index raters = 5;

/// What tests say of a patient before surgery; nothing of it changes the future.
struct Measurements {
  double suv = 0.0;
  bool fdg = false, ppi = false;
  double cga = 0.0;                   ///< times the upper limit of normal
  double ca19_9 = 0.0;                ///< U/mL
  double score = 0.0;                 ///< blood transcripts, 0 to 100
  std::array<Index, raters> rating{}; ///< 1 resectable, 2 borderline, 3 unresectable
  bool men1 = false, daxx_atrx = false, cdkn2a_loss = false;
};

/// How strict each rater is; the same raters see all patients.
[[nodiscard]] std::array<double, raters> rater_effects(const Design& design);

/// Measurements of a patient at his centre, from the address of the patient.
/// checked by tests/unit/simulate/net_patient_test
[[nodiscard]] Measurements measure(const Patient& patient,
                                   const Centre& centre,
                                   const std::array<double, raters>& strictness,
                                   const Constants& constants,
                                   const RandomKey& key);

} // namespace vigil::simulate::net
