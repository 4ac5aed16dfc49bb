// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/validate/centre_pooling.hpp"

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// How a feature's log hazard ratio varies over centres.
struct CentreEffects {
  CentrePooling pooled = {};
  double q_p =
      std::numeric_limits<double>::quiet_NaN(); ///< Cochran's Q: all centres have one effect
  Index same_sign = 0;                          ///< centres with the sign of the pooled effect
  std::string undefined_because = {};           ///< not empty: not pooled
};

/// One-way analysis of variance over centres.
struct CentreShare {
  double share =
      std::numeric_limits<double>::quiet_NaN(); ///< of the variance that lies between centres
  double p =
      std::numeric_limits<double>::quiet_NaN(); ///< F test that there is no difference of means
};

/// What a cohort says of one feature.
struct FeaturePassport {
  double spread = std::numeric_limits<double>::quiet_NaN(); ///< SD; unit of the effects
  double z = std::numeric_limits<double>::quiet_NaN(); ///< score test beyond the adjusted columns
  std::string undefined_because = {};                  ///< why there is no z
  CentreEffects centres = {};
  CentreShare between = {};
};

/// Centres with fewer events have no effect of their own.
constexpr Index events_of_a_centre = 5;

/// One passport for each listed column.
///
///   z        efficient score test given the columns that are not penalized (screen), Efron's ties
///   centres  a Cox model of these and the feature, strata within centres, gives the coefficients of the adjusted columns; with these
///            held, the feature's coefficient in each centre with at least events_of_a_centre events and a maximum, per SD of the
///            cohort; pooled by pool_centres. Q = sum (y - ybar)^2 / v, ybar the mean weighted by 1/v, chi-square on centres - 1
///   between  SS between / SS total over the centres of the subjects, each once
///
/// The SE of a centre's effect leaves out that the adjusted coefficients are estimated.
/// missing  filled with the median
/// source   Rao 1948; Cochran 1954, Biometrics 10:101; pool_centres; checked by tests/unit/select/feature_passport_test
[[nodiscard]] std::vector<FeaturePassport> feature_passports(const TrainingData& data,
                                                             const CaseWeights& within,
                                                             std::span<const Index> listed,
                                                             FitContext& context);

/// A feature in another cohort: score test there beyond the columns that are not penalized there.
struct Replication {
  double z = std::numeric_limits<double>::quiet_NaN(), p = z;
  double estimate = z;                ///< one-step log hazard ratio per raw unit
  std::string undefined_because = {}; ///< not empty: not tested
};

/// One for each listed column; no_index: the cohort does not have it.
[[nodiscard]] std::vector<Replication> replications(const TrainingData& data,
                                                    const CaseWeights& within,
                                                    std::span<const Index> listed,
                                                    FitContext& context);

} // namespace vigil::select
