// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/learn/record.hpp"
#include "vigil/report/report.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/triage/apply_rule.hpp"
#include "vigil/triage/zone_shares.hpp"
#include "vigil/validate/columns.hpp"

#include <string>
#include <vector>

namespace vigil {

/// What the triage of any cohort takes from training: the rule, and the ranges of the model's inputs.
struct TriageBasis {
  triage::Rule rule;
  std::vector<triage::InputRange> ranges;       ///< of the raw inputs of the model in training
  std::vector<std::vector<std::string>> levels; ///< of inputs that are categories; empty: numbers
  Corrections corrections;                      ///< of the inputs
};

/// From the stored record of a fitted model, which holds its inputs (features, training_lower, training_upper, levels), the
/// 95th percentile of the training subjects' risk by time (risk_time, training_risk_95), its events and the largest
/// horizon that it supports: a study and `vigil triage` decide alike. Throws ConfigError where the harms or
/// alpha_observe cannot be used or the horizon is not supported (R01), InputError for too few events (R02).
[[nodiscard]] TriageBasis triage_basis(const TriageSettings& settings, const Record& model);

/// R09: no column that the learner may see becomes known after the decision. Throws ConfigError that lists them.
void check_decision_time(const TriageSettings& settings,
                         const Cohort& cohort,
                         const ColumnSelection& columns);

/// The decisions for a cohort and, where it has an outcome, how the groups fared. `shares` are left to zone_tornado.
[[nodiscard]] report::TriageSummary triage_cohort(const TriageSettings& settings,
                                                  const TriageBasis& basis,
                                                  const Cohort& cohort,
                                                  const Prediction& prediction,
                                                  Scheduler& scheduler);

/// Tests the observed group of a cohort whose subjects took no part in making the rule, and says in `summary` what follows;
/// nothing without an outcome. Whether they took part is for the caller to know.
void add_risk_control(const TriageSettings& settings,
                      const Cohort& cohort,
                      report::TriageSummary& summary);

/// Shares of the zones under other assumptions, before any guard.
[[nodiscard]] std::vector<triage::TornadoRow> zone_tornado(const TriageSettings& settings,
                                                           std::span<const double> risk,
                                                           const CaseWeights& weights);

} // namespace vigil
