// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/vigil/verb.hpp"

namespace vigil::app {

/// Functions, because their options are joined from two tables.
[[nodiscard]] const Verb& cv_verb();
[[nodiscard]] const Verb& fit_verb();
[[nodiscard]] const Verb& path_verb();
[[nodiscard]] const Verb& simulate_verb();
[[nodiscard]] const Verb& stability_verb();
extern const Verb added_value_verb;
extern const Verb agreement_verb;
extern const Verb curves_verb;
extern const Verb doctor_verb;
extern const Verb effect_verb;
extern const Verb explain_verb;
extern const Verb forest_verb;
extern const Verb frailty_verb;
extern const Verb import_verb;
extern const Verb inspect_verb;
extern const Verb knockoffs_verb;
extern const Verb list_verb;
extern const Verb measure_verb;
extern const Verb merge_verb;
extern const Verb pool_verb;
extern const Verb predict_verb;
extern const Verb report_verb;
extern const Verb run_verb;
extern const Verb score_triage_verb;
extern const Verb screen_verb;
extern const Verb triage_verb;

} // namespace vigil::app
