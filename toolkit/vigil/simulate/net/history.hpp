// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/patient.hpp"

#include <limits>

namespace vigil::simulate::net {

inline constexpr double never = std::numeric_limits<double>::infinity();

/// What a patient's future is drawn from: rates per month, months, probabilities. Fixed for a patient.
struct HistoryRates {
  bool spread_at_diagnosis = false;
  double occult_probability = 0.0, occult_lag = 0.0, late_lag_factor = 1.0;
  double local_rate = 0.0;
  double seeding_rate = 0.0, seeding_acceleration = 0.0, new_lag = 0.0;
  double growth_trigger = never, complication_rate = 0.0, elective_rate = 0.0;
  double mortality = 0.0;       ///< per year at entry; rises by exp(mortality_age t)
  double operative_death = 0.0; ///< log odds at entry
  double major_complication = 0.0, diabetes = 0.0, insufficiency = 0.0, fistula = 0.0;
  double disease_rate = 0.0;
  double unresectable_base = 0.0; ///< log odds without the size at surgery
  double log_size = 0.0, growth = 0.0;
};

/// `quality` of the centre enters operative death and major complications; 0 is the reference centre.
[[nodiscard]] HistoryRates history_rates(const Patient& patient,
                                         const Constants& constants,
                                         double quality,
                                         double metastatic_slope);

/// The random numbers of one future, common to all arms: uniforms on [0, 1), standard normals and exponentials.
struct HistoryDraw {
  double occult, occult_lag, local, seeding, new_lag, complication, elective, non_cancer;
  double attempt, unresectable, death_now, death_later, death_time, major, diabetes, insufficiency;
  double fistula, disease, clearance;
};
[[nodiscard]] HistoryDraw draw_history(const RandomKey& key);

enum class Death { none, disease, non_cancer, operative };
enum class Trigger { none, growth, complication, elective };

/// What happens to a patient in one arm; times in months from entry, `never` where it does not happen.
struct Course {
  double spread =
      never; ///< recurrence after resection; under observation spread, or local after a later resection
  bool local_alone = false;
  double surgery = never; ///< 0 in the resected arm
  Trigger trigger = Trigger::none;
  double trigger_time =
      never; ///< of growth, complication or choice, whether or not surgery follows
  bool unresectable = false;
  bool major = false, diabetes = false, insufficiency = false, fistula = false; ///< if operated
  double disease_death = never, non_cancer_death = never, operative_death = never;

  [[nodiscard]] double death() const;
  [[nodiscard]] Death cause() const;
  [[nodiscard]] bool operated() const { return surgery < never; }
  [[nodiscard]] friend bool operator==(const Course&, const Course&) = default;
};

/// Resection at entry. Occult spread and local recurrence run on; `cleared`: therapy before surgery has removed
/// the occult spread. T_R = min(T_occ, T_loc).
/// checked by tests/unit/simulate/net_history_test by hand-worked draws, tests/reference/net_truth_test by R
[[nodiscard]] Course resect_now(const HistoryRates& rates,
                                const HistoryDraw& draw,
                                const Constants& constants,
                                bool cleared = false);

/// Surveillance, with surgery once the tumour has grown to a limit, has complications, or by choice. Spread that
/// is seeded after that surgery does not happen.
[[nodiscard]] Course
observe(const HistoryRates& rates, const HistoryDraw& draw, const Constants& constants);

/// Whether preoperative therapy clears the occult spread of this future.
[[nodiscard]] inline bool clears(const HistoryDraw& draw, const Constants& constants) {
  return draw.clearance < constants.clearance;
}

/// Diameter in mm after `months`: size e^(growth months / 12).
[[nodiscard]] double diameter(const Patient& patient, double months);

} // namespace vigil::simulate::net
