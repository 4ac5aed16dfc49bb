// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/care.hpp"
#include "vigil/simulate/net/measurements.hpp"
#include "vigil/simulate/net/missing.hpp"
#include "vigil/simulate/net/molecular.hpp"
#include "vigil/simulate/net/truth.hpp"

#include <vector>

namespace vigil::simulate::net {

/// A simulated collaboration: one entry for each patient in every list.
struct Cohort {
  Design design;
  std::vector<Centre> centres;
  std::vector<Patient> patients;
  std::vector<Measurements> measurements;
  std::vector<Courses> courses; ///< one realised future in each arm
  std::vector<Care> care;
  std::vector<Missing> missing;

  [[nodiscard]] Index subjects() const noexcept { return size_of(patients); }
  [[nodiscard]] const Centre& centre_of(Index patient) const {
    return centres[at(patients[at(patient)].centre)];
  }
  /// Made where it is asked for; the cohort must outlive it.
  [[nodiscard]] MolecularMatrix molecular() const;
};

/// Draws the cohort, without its molecular values, which are made feature by feature. Entry i is the same for any
/// number of patients, features and threads. throws ConfigError. cost a few microseconds a patient
/// checked by tests/unit/simulate/net_cohort_test, net_calibration_slow_test
[[nodiscard]] Cohort simulate(const Design& design, Scheduler& scheduler);

} // namespace vigil::simulate::net
