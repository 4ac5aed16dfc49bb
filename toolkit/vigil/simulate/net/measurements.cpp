// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/measurements.hpp"

#include "vigil/simulate/net/draws.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

/// Ordered logit: the place of latent + logistic noise among the cuts.
Index rate(double uniform, double latent, const Constants& c) {
  const double value = latent + log_odds(std::max(uniform, 1e-300));
  return value < c.rating_borderline ? 1 : value < c.rating_unresectable ? 2 : 3;
}

void draw_images(Measurements& m,
                 const Patient& patient,
                 const Centre& centre,
                 const Constants& c,
                 RandomStream& stream) {
  const double ls = patient.log_size(), lk = patient.log_ki67();
  const double median = c.suv_median * std::exp(c.suv_ki67 * lk + c.suv_log_size * ls +
                                                c.suv_subtype[at(patient.subtype)]);
  m.suv = centre.scanner * log_normal(stream, median, c.suv_log_sd);
  m.fdg = bernoulli(stream,
                    expit(c.fdg_intercept + c.fdg_ki67 * lk + c.fdg_log_size * ls +
                          c.fdg_subtype[at(patient.subtype)]));
}

void draw_blood(Measurements& m,
                const Patient& patient,
                const Centre& centre,
                const Constants& c,
                RandomStream& stream) {
  const double ls = patient.log_size(), lk = patient.log_ki67();
  m.ppi = bernoulli(stream, c.ppi_share);
  const double cga = log_normal(stream, std::exp(c.cga_log_size * ls), c.cga_log_sd);
  const double raised = std::max(0.0, c.cga_ppi_mean + c.cga_ppi_sd * stream.normal());
  m.cga = cga * (m.ppi ? std::exp(raised) : 1.0) * centre.assay;
  const double duct = patient.duct_dilation ? c.ca19_9_duct : 0.0;
  const double ca19_9 = log_normal(
      stream, c.ca19_9_median * std::exp(c.ca19_9_log_size * ls + duct), c.ca19_9_log_sd);
  const bool lewis_negative = bernoulli(stream, c.lewis_negative_share);
  const double low = stream.uniform();
  m.ca19_9 = lewis_negative ? low : ca19_9;
  m.score = 100.0 * expit(c.score_intercept + c.score_metastatic_axis * patient.metastatic_axis +
                          c.score_log_size * ls + c.score_ki67 * lk + c.score_sd * stream.normal());
}

void draw_alterations(Measurements& m,
                      const Patient& patient,
                      const Constants& c,
                      RandomStream& stream) {
  m.men1 = bernoulli(stream, c.men1_share[at(patient.subtype)]);
  m.daxx_atrx = bernoulli(stream, c.daxx_atrx_share[at(patient.subtype)]);
  m.cdkn2a_loss =
      bernoulli(stream,
                expit(c.cdkn2a_intercept + c.cdkn2a_metastatic_axis * patient.metastatic_axis +
                      c.cdkn2a_subtype[at(patient.subtype)]));
}

} // namespace

std::array<double, raters> rater_effects(const Design& design) {
  RandomStream stream(RandomKey(design.seed).child("raters"));
  std::array<double, raters> effects{};
  for (double& effect : effects) {
    effect = design.constants.rater_sd * stream.normal();
  }
  return effects;
}

Measurements measure(const Patient& patient,
                     const Centre& centre,
                     const std::array<double, raters>& strictness,
                     const Constants& c,
                     const RandomKey& key) {
  RandomStream stream(key.child("measurements"));
  Measurements m;
  draw_images(m, patient, centre, c, stream);
  draw_blood(m, patient, centre, c, stream);
  draw_alterations(m, patient, c, stream);
  const double contact = patient.vessel == Vessel::abutment     ? c.rating_abutment
                         : patient.vessel == Vessel::encasement ? c.rating_encasement
                                                                : 0.0;
  const double latent = c.rating_log_size * patient.log_size() + contact;
  for (std::size_t rater = 0; rater < strictness.size(); ++rater) {
    m.rating.at(rater) = rate(stream.uniform(), latent + strictness.at(rater), c);
  }
  return m;
}

} // namespace vigil::simulate::net
