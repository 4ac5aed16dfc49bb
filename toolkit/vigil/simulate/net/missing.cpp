// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/missing.hpp"

#include "vigil/simulate/net/draws.hpp"

namespace vigil::simulate::net {

Missing missing_of(const Patient& patient,
                   const Measurements& measurements,
                   const Centre& centre,
                   Arm arm,
                   const Constants& c,
                   const RandomKey& key) {
  RandomStream stream(key.child("missing"));
  const bool observed = arm == Arm::observe;
  const double omitted = c.eus_omitted_intercept + c.eus_omitted_log_size * patient.log_size() +
                         (observed ? c.eus_omitted_observed : 0.0);
  const bool not_attempted = bernoulli(stream, expit(omitted));
  const bool not_diagnostic = bernoulli(stream, c.eus_not_diagnostic);
  const double row = observed ? c.molecular_missing_observed : c.molecular_missing_resected;
  const double standard_score = (measurements.score - c.true_score_mean) / c.true_score_sd;
  Missing missing;
  missing.eus = not_attempted || not_diagnostic;
  missing.molecular = bernoulli(stream, row) || !centre.molecular;
  missing.suv = bernoulli(stream, c.suv_missing) || !centre.pet;
  missing.cga = bernoulli(stream, c.cga_missing);
  missing.ca19_9 = bernoulli(stream, c.ca19_9_missing);
  missing.score =
      bernoulli(stream, expit(log_odds(c.score_missing) + c.score_missing_slope * standard_score));
  missing.duct = bernoulli(stream, c.duct_missing);
  missing.imaging_nodes = bernoulli(stream, c.imaging_nodes_missing);
  return missing;
}

} // namespace vigil::simulate::net
