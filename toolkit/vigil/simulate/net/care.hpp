// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/history.hpp"
#include "vigil/simulate/net/measurements.hpp"

#include <vector>

namespace vigil::simulate::net {

enum class Arm { observe, resect, preoperative };

/// 0 still under observation; what ended it otherwise.
enum class Status { censored, returned, disease_death, non_cancer_death, operative_death };

/// One diameter measured under surveillance.
struct Visit {
  double month = 0.0, diameter = 0.0;
};

/// What the records say of a patient's way.
struct Care {
  double resection_log_odds = 0.0;
  Arm arm = Arm::observe;
  double time = 0.0; ///< to return of the disease, death or the end of follow-up
  Status status = Status::censored;
  double survival_time = 0.0;
  Status survival_status = Status::censored; ///< censored or a death
  double follow_up_end = 0.0;
  double later_surgery = never; ///< under surveillance, where it came before the end
  std::vector<Visit> visits = {};
};

/// One realised future of a patient: the courses share their draws, the first or second is what is observed.
struct Courses {
  Course observed, resected, prepared;
  [[nodiscard]] const Course& of(Arm arm) const noexcept {
    return arm == Arm::observe ? observed : arm == Arm::resect ? resected : prepared;
  }
};
[[nodiscard]] Courses realised_courses(const Patient& patient,
                                       const Centre& centre,
                                       const Constants& constants,
                                       const RandomKey& key);

/// Log odds of resection:
///   -0.75 + centre (and surgeon) + (2.0 + centre) ls + 1.5 [size > 20] + 0.9 [EUS Ki-67 >= 3] + 1.4 duct
///   + 1.0 symptoms + 0.9 nodes on images + 2.5 functioning - 0.045 (age - 60) - 0.30 CCI
[[nodiscard]] double
resection_log_odds(const Patient& patient, const Centre& centre, const Constants& constants);

/// Assignment, end of follow-up and what is seen until then. The outcome is that of the assigned arm's course
/// (consistency); with `visits` a return is seen at the first image after it that shows it, if death or the end
/// does not come first. checked by tests/unit/simulate/net_care_test
[[nodiscard]] Care care_of(const Patient& patient,
                           const Centre& centre,
                           const Courses& courses,
                           const Constants& constants,
                           bool visits,
                           const RandomKey& key);

} // namespace vigil::simulate::net
