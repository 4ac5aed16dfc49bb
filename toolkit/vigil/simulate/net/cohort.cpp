// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/cohort.hpp"

#include <utility>

namespace vigil::simulate::net {

MolecularMatrix Cohort::molecular() const {
  std::vector<bool> missing_row;
  missing_row.reserve(missing.size());
  for (const Missing& one : missing) {
    missing_row.push_back(one.molecular);
  }
  return {design, centres, patients, std::move(missing_row)};
}

Cohort simulate(const Design& design, Scheduler& scheduler) {
  check(design);
  const auto n = at(design.subjects);
  Cohort cohort{.design = design,
                .centres = make_centres(design),
                .patients = std::vector<Patient>(n),
                .measurements = std::vector<Measurements>(n),
                .courses = std::vector<Courses>(n),
                .care = std::vector<Care>(n),
                .missing = std::vector<Missing>(n)};
  const auto strictness = rater_effects(design);
  const Constants& constants = design.constants;
  scheduler.for_each(design.subjects, [&](Index number, Index) {
    const RandomKey key = patient_key(design.seed, number);
    const auto place = at(number);
    Patient& patient = cohort.patients[place];
    patient = make_patient(design, cohort.centres, number);
    const Centre& centre = cohort.centres[at(patient.centre)];
    cohort.measurements[place] = measure(patient, centre, strictness, constants, key);
    cohort.courses[place] = realised_courses(patient, centre, constants, key);
    cohort.care[place] =
        care_of(patient, centre, cohort.courses[place], constants, design.visits, key);
    cohort.missing[place] = missing_of(
        patient, cohort.measurements[place], centre, cohort.care[place].arm, constants, key);
  });
  return cohort;
}

} // namespace vigil::simulate::net
