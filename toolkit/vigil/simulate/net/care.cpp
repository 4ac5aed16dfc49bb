// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/care.hpp"

#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

double one_if(bool condition) {
  return condition ? 1.0 : 0.0;
}

/// min(U(first, last), Exp(loss rate)); the rate may depend on the index of occult spread.
double follow_up_end(const Patient& patient,
                     const Centre& centre,
                     const Constants& c,
                     const RandomKey& key) {
  RandomStream stream(key.child("follow-up"));
  const double administrative =
      c.follow_up_first + (c.follow_up_last - c.follow_up_first) * stream.uniform();
  const double eta = occult_index(patient, c, centre.metastatic_slope);
  const double rate = c.loss_rate / 12.0 * std::exp(c.loss_occult * eta);
  const double waiting = stream.exponential();
  return rate > 0.0 ? std::min(administrative, waiting / rate) : administrative;
}

Status status_of(Death death) {
  return death == Death::disease      ? Status::disease_death
         : death == Death::non_cancer ? Status::non_cancer_death
                                      : Status::operative_death;
}

/// Months of imaging up to the end.
std::vector<double> visit_months(const Centre& centre, const Constants& c, double end) {
  std::vector<double> months;
  double month = 0.0;
  while (true) {
    month += month < c.frequent_until ? centre.early_interval : c.usual_interval;
    if (month > end) {
      return months;
    }
    months.push_back(month);
  }
}

struct Seen {
  double returned = never;
  std::vector<Visit> visits;
};

/// What imaging shows: the return of the disease, and diameters until surgery.
Seen see_at_visits(const Patient& patient,
                   const Centre& centre,
                   const Course& course,
                   double end,
                   const Constants& c,
                   const RandomKey& key) {
  Seen seen;
  RandomStream stream(key.child("visits"));
  for (const double month : visit_months(centre, c, std::min(end, course.death()))) {
    const double shown = stream.uniform(), factor = stream.normal(), error = stream.normal();
    if (month < course.surgery) {
      seen.visits.push_back({month,
                             diameter(patient, month) * std::exp(c.diameter_log_sd * factor) +
                                 c.diameter_sd * error});
    }
    if (course.spread <= month && shown < c.visit_sensitivity) {
      seen.returned = month;
      break;
    }
  }
  return seen;
}

Arm assigned_arm(const Care& care, const Constants& c, const RandomKey& key) {
  RandomStream stream(key.child("treatment"));
  const bool resected = bernoulli(stream, expit(care.resection_log_odds));
  const bool prepared = bernoulli(stream, c.preoperative_share);
  return !resected ? Arm::observe : prepared ? Arm::preoperative : Arm::resect;
}

} // namespace

Courses realised_courses(const Patient& patient,
                         const Centre& centre,
                         const Constants& constants,
                         const RandomKey& key) {
  const HistoryRates rates =
      history_rates(patient, constants, centre.quality, centre.metastatic_slope);
  const HistoryDraw draw = draw_history(key.child("realised"));
  return {.observed = observe(rates, draw, constants),
          .resected = resect_now(rates, draw, constants),
          .prepared = resect_now(rates, draw, constants, clears(draw, constants))};
}

double resection_log_odds(const Patient& patient, const Centre& centre, const Constants& c) {
  const double surgeon = c.surgeon_effect * centre.surgeons[at(patient.surgeon)];
  const double years_since_2015 = static_cast<double>(patient.accrual_month) / 12.0 - 10.0;
  return c.treatment_intercept + centre.preference + surgeon + c.secular_drift * years_since_2015 +
         (c.treatment_log_size + centre.preference_size) * patient.log_size() +
         c.treatment_large * one_if(patient.size > 20.0) +
         c.treatment_grade * one_if(patient.ki67_eus >= 3.0) +
         c.treatment_duct * one_if(patient.duct_dilation) +
         c.treatment_symptoms * one_if(patient.symptoms) +
         c.treatment_nodes * one_if(patient.imaging_nodes) +
         c.treatment_functioning * one_if(patient.functioning) +
         c.treatment_age * (patient.age - 60.0) + c.treatment_cci * patient.cci +
         c.treatment_frailty * patient.frailty;
}

Care care_of(const Patient& patient,
             const Centre& centre,
             const Courses& courses,
             const Constants& constants,
             bool visits,
             const RandomKey& key) {
  Care care;
  care.resection_log_odds = resection_log_odds(patient, centre, constants);
  care.arm = assigned_arm(care, constants, key);
  care.follow_up_end = follow_up_end(patient, centre, constants, key);
  const Course& course = courses.of(care.arm);
  const double end = care.follow_up_end;
  double returned = patient.spread_at_diagnosis ? never : course.spread;
  if (visits) {
    Seen seen = see_at_visits(patient, centre, course, end, constants, key);
    returned = patient.spread_at_diagnosis ? never : seen.returned;
    care.visits = std::move(seen.visits);
  }
  const double death = course.death();
  care.survival_time = std::min(death, end);
  care.survival_status = death <= end ? status_of(course.cause()) : Status::censored;
  care.time = std::min(returned, care.survival_time);
  care.status = returned <= care.survival_time ? Status::returned : care.survival_status;
  if (care.arm == Arm::observe && course.surgery <= care.survival_time) {
    care.later_surgery = course.surgery;
  }
  return care;
}

} // namespace vigil::simulate::net
