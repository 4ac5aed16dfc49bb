// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/patient.hpp"

#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::simulate::net {

namespace {

constexpr double reference_size = 20.0; // mm
constexpr double reference_ki67 = 2.0;  // %

double one_if(bool condition) {
  return condition ? 1.0 : 0.0;
}

bool at_least_g2(double ki67) {
  return ki67 >= 3.0;
}

/// 60 random bits, so that an id tells nothing and two are hardly ever alike.
std::string draw_id(const RandomKey& key) {
  constexpr const char* letters = "0123456789abcdefghjkmnpqrstvwxyz";
  RandomStream stream(key);
  std::string id = "P";
  for (int letter = 0; letter < 12; ++letter) {
    id += letters[stream.index_below(32)];
  }
  return id;
}

void draw_place(Patient& patient, const RandomKey& key, std::span<const Centre> centres) {
  RandomStream stream(key);
  std::vector<double> shares;
  shares.reserve(centres.size());
  for (const Centre& centre : centres) {
    shares.push_back(centre.share);
  }
  patient.centre = categorical(stream, shares);
  const Centre& centre = centres[at(patient.centre)];
  const double level = stream.uniform();
  patient.surgeon = static_cast<Index>(level * static_cast<double>(centre.surgeons.size()));
  patient.accrual_month = static_cast<Index>(240.0 * stream.uniform());
}

void draw_biology(Patient& patient, const RandomKey& key, const Constants& c) {
  RandomStream stream(key);
  patient.subtype = categorical(stream, c.subtype_share);
  patient.metastatic_axis = stream.normal();
  patient.growth_axis = stream.normal();
  patient.frailty = stream.normal();
}

void draw_person(Patient& patient, const RandomKey& key, const Constants& c) {
  RandomStream stream(key);
  patient.age = std::clamp(c.age_mean + c.age_sd * stream.normal(), c.youngest, c.oldest);
  patient.male = bernoulli(stream, c.male_share);
  const double mean = std::exp(c.cci_log_mean + c.cci_per_year * (patient.age - 60.0));
  patient.cci = static_cast<double>(poisson(stream, mean));
  patient.bmi = std::clamp(c.bmi_mean + c.bmi_sd * stream.normal(), c.smallest_bmi, c.largest_bmi);
  patient.head = bernoulli(stream, c.head_share[at(patient.subtype)]);
  patient.functioning = bernoulli(stream, c.functioning_share[at(patient.subtype)]);
}

void draw_size(Patient& patient, RandomStream& stream, const Centre& centre, const Constants& c) {
  const double log_size = std::log(c.size_median[at(patient.subtype)]) + centre.size_shift +
                          c.size_growth_axis * patient.growth_axis +
                          c.size_log_sd * stream.normal();
  patient.size = std::clamp(std::exp(log_size), c.smallest_size, c.largest_size);
}

void draw_ki67(Patient& patient, RandomStream& stream, const Centre& centre, const Constants& c) {
  const double ls = patient.log_size();
  const double usual = std::exp(
      std::log(c.ki67_median) + c.ki67_log_size * ls + c.ki67_subtype[at(patient.subtype)] +
      c.ki67_metastatic_axis * patient.metastatic_axis + c.ki67_growth_axis * patient.growth_axis +
      centre.ki67_shift + c.ki67_log_sd * stream.normal());
  const bool high = bernoulli(stream, c.high_grade_share * std::exp(c.high_grade_log_size * ls));
  const double other = log_normal(stream, c.high_grade_median, c.high_grade_log_sd);
  patient.ki67 = std::clamp(high ? other : usual, c.smallest_ki67, c.largest_ki67);
  const double sample = patient.ki67 * std::exp(c.eus_shift + c.eus_log_sd * stream.normal());
  patient.ki67_eus = std::clamp(sample, c.smallest_ki67, c.eus_largest);
}

void draw_nodes(Patient& patient, RandomStream& stream, const Constants& c) {
  const bool small = patient.size <= 20.0;
  const double head = small ? c.nodes_head_small : c.nodes_head_large;
  patient.nodes = bernoulli(
      stream,
      expit(c.nodes_intercept + c.nodes_log_size * patient.log_size() +
            c.nodes_grade * one_if(at_least_g2(patient.ki67)) + head * one_if(patient.head) +
            c.nodes_subtype[at(patient.subtype)] +
            c.nodes_metastatic_axis * patient.metastatic_axis + c.nodes_small * one_if(small)));
  patient.imaging_nodes = bernoulli(
      stream, patient.nodes ? c.imaging_nodes_sensitivity : 1.0 - c.imaging_nodes_specificity);
}

void draw_anatomy(Patient& patient, RandomStream& stream, const Constants& c) {
  const double ls = patient.log_size();
  const double head = one_if(patient.head), nodes = one_if(patient.nodes);
  patient.duct_dilation =
      bernoulli(stream,
                expit(c.duct_intercept + c.duct_log_size * ls + c.duct_head * head +
                      c.duct_grade * one_if(at_least_g2(patient.ki67)) + c.duct_nodes * nodes));
  const bool contact = bernoulli(
      stream, expit(c.vessel_intercept + c.vessel_log_size * ls + c.vessel_nodes * nodes));
  const bool encased = bernoulli(stream, c.encasement_share);
  patient.vessel = !contact ? Vessel::none : encased ? Vessel::encasement : Vessel::abutment;
  patient.symptoms =
      bernoulli(stream,
                expit(c.symptoms_intercept + c.symptoms_log_size * ls +
                      c.symptoms_duct * one_if(patient.duct_dilation) + c.symptoms_head * head));
}

void draw_invasion(Patient& patient, RandomStream& stream, const Constants& c) {
  const double ls = patient.log_size(), lk = patient.log_ki67(), nodes = one_if(patient.nodes);
  patient.pni =
      bernoulli(stream,
                expit(c.pni_intercept + c.pni_log_size * ls + c.pni_ki67 * lk +
                      c.pni_nodes * nodes + c.pni_metastatic_axis * patient.metastatic_axis));
  patient.mvi =
      bernoulli(stream,
                expit(c.mvi_intercept + c.mvi_log_size * ls + c.mvi_ki67 * lk +
                      c.mvi_nodes * nodes + c.mvi_metastatic_axis * patient.metastatic_axis));
}

void draw_tumour(Patient& patient, const RandomKey& key, const Centre& centre, const Constants& c) {
  RandomStream stream(key);
  draw_size(patient, stream, centre, c);
  draw_ki67(patient, stream, centre, c);
  draw_nodes(patient, stream, c);
  draw_anatomy(patient, stream, c);
  draw_invasion(patient, stream, c);
}

/// Growth, the operation that would be done, and spread at diagnosis.
void draw_prospects(Patient& patient, const RandomKey& key, const Constants& c) {
  RandomStream stream(key);
  const double log_growth =
      std::log(c.growth_median) + c.growth_log_size * patient.log_size() +
      c.growth_ki67 * patient.log_ki67() + c.growth_axis * patient.growth_axis +
      c.growth_subtype[at(patient.subtype)] + c.growth_log_sd * stream.normal();
  patient.growth = std::min(c.largest_growth, std::exp(log_growth));
  const bool small = patient.size <= c.enucleation_largest && !patient.duct_dilation;
  const double share = patient.head ? c.enucleation_head_share : c.enucleation_tail_share;
  const bool enucleated = bernoulli(stream, share) && small;
  patient.procedure = enucleated     ? Procedure::enucleation
                      : patient.head ? Procedure::whipple
                                     : Procedure::distal;
  patient.spread_at_diagnosis = bernoulli(stream, c.m1_share);
  const bool debulking = bernoulli(stream, 0.5);
  if (patient.spread_at_diagnosis) {
    patient.aim = patient.symptoms || patient.functioning ? Aim::symptom_control
                  : debulking                             ? Aim::debulking
                                                          : Aim::cure;
  }
}

} // namespace

double Patient::log_size() const {
  return std::log(size / reference_size);
}

double Patient::log_ki67() const {
  return std::log(ki67 / reference_ki67);
}

int who_grade(double ki67) {
  return ki67 < 3.0 ? 1 : ki67 <= 20.0 ? 2 : 3;
}

RandomKey patient_key(std::uint64_t seed, Index number) {
  return RandomKey(seed).child("patient").child(number);
}

Patient make_patient(const Design& design, std::span<const Centre> centres, Index number) {
  const RandomKey key = patient_key(design.seed, number);
  const Constants& c = design.constants;
  Patient patient;
  patient.id = draw_id(key.child("id"));
  draw_place(patient, key.child("place"), centres);
  draw_biology(patient, key.child("biology"), c);
  draw_person(patient, key.child("person"), c);
  draw_tumour(patient, key.child("tumour"), centres[at(patient.centre)], c);
  draw_prospects(patient, key.child("prospects"), c);
  return patient;
}

double biology(const Patient& patient, const Constants& constants, double metastatic_slope) {
  return constants.biology_ki67 * patient.log_ki67() +
         constants.biology_subtype[at(patient.subtype)] +
         (constants.biology_metastatic_axis + metastatic_slope) * patient.metastatic_axis;
}

double occult_index(const Patient& patient, const Constants& constants, double metastatic_slope) {
  return constants.occult_log_size * patient.log_size() +
         biology(patient, constants, metastatic_slope) +
         constants.occult_nodes * one_if(patient.nodes) +
         constants.occult_vessel * one_if(patient.vessel != Vessel::none) +
         constants.occult_duct * one_if(patient.duct_dilation);
}

} // namespace vigil::simulate::net
