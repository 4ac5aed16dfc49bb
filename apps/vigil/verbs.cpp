// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/verbs.hpp"

#include <array>

namespace vigil::app {

std::span<const Verb> verb_table() noexcept {
  static const std::array table{run_verb,          import_verb,    inspect_verb,   simulate_verb(),
                                curves_verb,       frailty_verb,   path_verb(),    cv_verb(),
                                stability_verb(),  screen_verb,    knockoffs_verb, added_value_verb,
                                fit_verb(),        forest_verb,    merge_verb,     predict_verb,
                                explain_verb,      measure_verb,   pool_verb,      triage_verb,
                                score_triage_verb, agreement_verb, effect_verb,    report_verb,
                                list_verb,         doctor_verb};
  return table;
}

} // namespace vigil::app
