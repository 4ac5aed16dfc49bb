// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/history.hpp"

#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

double one_if(bool condition) {
  return condition ? 1.0 : 0.0;
}

/// Months until the tumour reaches the size at which it is operated.
double growth_trigger(const Patient& patient, const Constants& c) {
  const double target = patient.size < c.trigger_small_below
                            ? std::min(patient.size + c.trigger_growth, c.trigger_size)
                            : c.trigger_ratio * patient.size;
  return 12.0 * std::log(target / patient.size) / patient.growth;
}

/// Gompertz by inversion: cumulative hazard h (e^(b t) - 1) / b per year reaches the exponential draw.
double non_cancer_death(const HistoryRates& rates, const HistoryDraw& draw, const Constants& c) {
  return 12.0 * std::log1p(draw.non_cancer * c.mortality_age / rates.mortality) / c.mortality_age;
}

double occult_time(const HistoryRates& rates, const HistoryDraw& draw, const Constants& c) {
  if (rates.spread_at_diagnosis) {
    return 0.0;
  }
  if (draw.occult >= rates.occult_probability) {
    return never;
  }
  const double time = rates.occult_lag * std::exp(c.lag_log_sd * draw.occult_lag);
  return time <= c.change_month ? time
                                : c.change_month + (time - c.change_month) * rates.late_lag_factor;
}

/// Months from the operation: hazard local_early x rate until the change, local_late x rate after it.
double local_time(const HistoryRates& rates, const HistoryDraw& draw, const Constants& c) {
  const double early = c.local_early * rates.local_rate;
  if (draw.local < early * c.change_month) {
    return draw.local / early;
  }
  return c.change_month + (draw.local - early * c.change_month) / (c.local_late * rates.local_rate);
}

/// Spread that does not exist yet: its hazard rises with the diameter to the power 1.9.
double seeding_time(const HistoryRates& rates, const HistoryDraw& draw) {
  const double k = rates.seeding_acceleration;
  return std::log1p(draw.seeding * k / rates.seeding_rate) / k;
}

double early_surgery_time(const HistoryDraw& draw, const Constants& c) {
  return c.operative_death_first +
         (c.operative_death_last - c.operative_death_first) * draw.death_time;
}

/// What an operation leaves behind; the same draws whenever it is done.
void leave_harm(Course& course, const HistoryRates& rates, const HistoryDraw& draw) {
  course.major = draw.major < rates.major_complication;
  course.diabetes = draw.diabetes < rates.diabetes;
  course.insufficiency = draw.insufficiency < rates.insufficiency;
  course.fistula = draw.fistula < rates.fistula;
}

/// Disease death follows the spread; a local recurrence alone takes `local_only_factor` times as long.
void follow_disease(Course& course, const HistoryDraw& draw, double rate, const Constants& c) {
  const double survival = draw.disease / rate;
  course.disease_death =
      course.spread + (course.local_alone ? c.local_only_factor * survival : survival);
}

void find_trigger(Course& course, const HistoryRates& rates, const HistoryDraw& draw) {
  const double complication = draw.complication / rates.complication_rate;
  const double elective = rates.elective_rate > 0.0 ? draw.elective / rates.elective_rate : never;
  course.trigger_time = std::min({rates.growth_trigger, complication, elective});
  course.trigger = course.trigger_time == elective       ? Trigger::elective
                   : course.trigger_time == complication ? Trigger::complication
                                                         : Trigger::growth;
}

bool is_unresectable(const Course& course,
                     const HistoryRates& rates,
                     const HistoryDraw& draw,
                     const Constants& c) {
  const double grown = rates.growth * std::min(course.trigger_time, c.longest_growth) / 12.0;
  const double odds = rates.unresectable_base + c.unresectable_log_size * (rates.log_size + grown);
  return draw.unresectable < expit(odds);
}

double later_operative_death(const Course& course,
                             const HistoryRates& rates,
                             const HistoryDraw& draw,
                             const Constants& c) {
  const double urgent = course.trigger == Trigger::complication ? c.urgent_death : 0.0;
  const double odds =
      rates.operative_death + c.operative_death_age * course.surgery / 12.0 + urgent;
  return draw.death_later < expit(odds) ? course.surgery + early_surgery_time(draw, c) : never;
}

} // namespace

HistoryRates
history_rates(const Patient& patient, const Constants& c, double quality, double metastatic_slope) {
  const double lk = patient.log_ki67(), ls = patient.log_size();
  const double nodes = one_if(patient.nodes), head = one_if(patient.head);
  const double vessel = one_if(patient.vessel != Vessel::none);
  const double duct = one_if(patient.duct_dilation), older = patient.age - 60.0;
  const double eta = occult_index(patient, c, metastatic_slope);
  const auto procedure = static_cast<std::size_t>(patient.procedure);
  HistoryRates r;
  r.spread_at_diagnosis = patient.spread_at_diagnosis;
  r.occult_probability = -std::expm1(-std::exp(c.occult_intercept + eta));
  r.occult_lag = c.lag_median * std::exp(c.lag_ki67 * lk + c.lag_occult * eta);
  r.late_lag_factor = std::exp(c.lag_stretch_ki67 * lk);
  r.local_rate = c.local_rate / 12.0 *
                 std::exp(c.local_nodes * nodes + c.local_vessel * vessel + c.local_ki67 * lk);
  r.seeding_rate = c.seeding_rate / 12.0 *
                   std::exp(biology(patient, c, metastatic_slope) + c.seeding_size_power * ls);
  r.seeding_acceleration = c.seeding_size_power * patient.growth / 12.0;
  r.new_lag = c.new_lag_median * std::exp(c.new_lag_ki67 * lk);
  r.growth_trigger = growth_trigger(patient, c);
  r.complication_rate = c.complication_rate / 12.0 *
                        std::exp(c.complication_size_power * ls + c.complication_head * head +
                                 c.complication_duct * duct);
  r.elective_rate = c.elective_crossover / 12.0;
  r.mortality = c.mortality_at_60 * (patient.male ? c.mortality_male : c.mortality_female) *
                std::exp(c.mortality_cci * patient.cci + c.mortality_age * older +
                         c.mortality_frailty * patient.frailty);
  r.operative_death = log_odds(c.operative_death[procedure]) + c.operative_death_age * older +
                      c.operative_death_cci * patient.cci + quality;
  r.major_complication =
      expit(log_odds(c.major_complication[procedure]) + c.complication_age * older +
            c.complication_cci * patient.cci + c.complication_quality * quality);
  r.diabetes = expit(log_odds(c.diabetes[procedure]) + c.diabetes_age * older +
                     c.diabetes_bmi * (patient.bmi - c.bmi_mean));
  r.insufficiency = c.insufficiency[procedure];
  r.fistula = c.fistula[procedure];
  r.disease_rate = std::log(2.0) / c.disease_median * std::exp(c.disease_ki67 * lk);
  r.unresectable_base = c.unresectable_intercept + c.unresectable_vessel * vessel;
  r.log_size = ls;
  r.growth = patient.growth;
  return r;
}

HistoryDraw draw_history(const RandomKey& key) {
  RandomStream stream(key);
  HistoryDraw draw{};
  draw.occult_lag = stream.normal();
  draw.new_lag = stream.normal();
  for (double* exponential : {&draw.local,
                              &draw.seeding,
                              &draw.complication,
                              &draw.elective,
                              &draw.non_cancer,
                              &draw.disease}) {
    *exponential = stream.exponential();
  }
  for (double* uniform : {&draw.occult,
                          &draw.attempt,
                          &draw.unresectable,
                          &draw.death_now,
                          &draw.death_later,
                          &draw.death_time,
                          &draw.major,
                          &draw.diabetes,
                          &draw.insufficiency,
                          &draw.fistula,
                          &draw.clearance}) {
    *uniform = stream.uniform();
  }
  return draw;
}

double Course::death() const {
  return std::min({disease_death, non_cancer_death, operative_death});
}

Death Course::cause() const {
  const double first = death();
  return first == never              ? Death::none
         : first == operative_death  ? Death::operative
         : first == non_cancer_death ? Death::non_cancer
                                     : Death::disease;
}

Course
resect_now(const HistoryRates& rates, const HistoryDraw& draw, const Constants& c, bool cleared) {
  Course course;
  const double occult = cleared ? never : occult_time(rates, draw, c);
  const double local = local_time(rates, draw, c);
  course.spread = std::min(occult, local);
  course.local_alone = local < occult;
  course.surgery = 0.0;
  leave_harm(course, rates, draw);
  const double early = course.spread <= c.early_recurrence_months ? c.early_recurrence_factor : 1.0;
  follow_disease(course, draw, early * rates.disease_rate, c);
  course.non_cancer_death = non_cancer_death(rates, draw, c);
  if (draw.death_now < expit(rates.operative_death)) {
    course.operative_death = early_surgery_time(draw, c);
  }
  return course;
}

Course observe(const HistoryRates& rates, const HistoryDraw& draw, const Constants& c) {
  Course course;
  const double occult = occult_time(rates, draw, c);
  const double seeded = seeding_time(rates, draw);
  double fresh = seeded + rates.new_lag * std::exp(c.new_lag_log_sd * draw.new_lag);
  course.non_cancer_death = non_cancer_death(rates, draw, c);
  find_trigger(course, rates, draw);
  const bool in_time = course.trigger_time < std::min({occult, fresh, course.non_cancer_death});
  double local = never;
  double late_finding = never;
  if (in_time && (course.trigger == Trigger::elective || draw.attempt < c.attempt_share)) {
    course.unresectable = is_unresectable(course, rates, draw, c);
    if (course.unresectable) {
      late_finding = course.trigger_time + c.unresectable_delay;
    } else {
      course.surgery = course.trigger_time;
      fresh = seeded > course.surgery ? never : fresh;
      local = course.surgery + local_time(rates, draw, c);
      leave_harm(course, rates, draw);
      course.operative_death = later_operative_death(course, rates, draw, c);
    }
  }
  course.spread = std::min({occult, fresh, local, late_finding});
  course.local_alone = course.operated() && course.spread == local;
  follow_disease(course, draw, rates.disease_rate, c);
  return course;
}

double diameter(const Patient& patient, double months) {
  return patient.size * std::exp(patient.growth * months / 12.0);
}

} // namespace vigil::simulate::net
