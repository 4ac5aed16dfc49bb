// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/simulate/net/centres.hpp"

#include <array>
#include <span>
#include <string>

namespace vigil::simulate::net {

enum class Vessel { none, abutment, encasement };
enum class Procedure { enucleation, distal, whipple };
enum class Aim { cure, debulking, symptom_control };

/// One patient as he is: what nobody sees, and what the records say where nothing is missing.
struct Patient {
  std::string id;
  Index centre = 0, surgeon = 0;
  Index accrual_month = 0; ///< since January 2005

  Index subtype = 0; ///< 0 beta-like, 1 alpha-like, 2 ALT
  double metastatic_axis = 0.0, growth_axis = 0.0, frailty = 0.0;

  double age = 60.0, cci = 0.0, bmi = 26.5;
  bool male = false, head = false, functioning = false, symptoms = false;
  double size = 20.0; ///< mm
  double ki67 = 2.0;  ///< %, of the whole tumour
  double ki67_eus = 2.0;
  bool nodes = false, imaging_nodes = false, duct_dilation = false;
  Vessel vessel = Vessel::none;
  bool pni = false, mvi = false;
  bool spread_at_diagnosis = false; ///< scenario M1
  Aim aim = Aim::cure;
  Procedure procedure = Procedure::distal; ///< if operated
  double growth = 0.0;                     ///< of log diameter per year

  [[nodiscard]] double log_size() const; ///< ln(size / 20 mm)
  [[nodiscard]] double log_ki67() const; ///< ln(Ki-67 / 2 %)
};

/// WHO grade of a Ki-67 share in percent: 1 below 3, 2 up to 20, 3 above.
[[nodiscard]] int who_grade(double ki67);

/// Where all that is random about patient `number` begins; below it one address for each law.
[[nodiscard]] RandomKey patient_key(std::uint64_t seed, Index number);

/// Patient `number` of the design, in a centre drawn by share. Laws: docs/methods/net_cohort.md, from domain
/// knowledge listed in constants.cpp. Depends on (seed, constants, centres, number) alone.
/// cost       about a microsecond
/// checked by tests/unit/simulate/net_patient_test, net_calibration_slow_test
[[nodiscard]] Patient
make_patient(const Design& design, std::span<const Centre> centres, Index number);

/// Index of biology: what drives spread beside size.
///   0.55 lk + (-1.00, 0, 1.15) by subtype + (0.70 + the centre's own) metastatic axis
[[nodiscard]] double
biology(const Patient& patient, const Constants& constants, double metastatic_slope);

/// Index of occult spread: eta = 1.70 ls + biology + 0.55 nodes + 0.30 vessel + 0.30 duct dilation.
[[nodiscard]] double
occult_index(const Patient& patient, const Constants& constants, double metastatic_slope);

} // namespace vigil::simulate::net
