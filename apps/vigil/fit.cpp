// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/words.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/model_tables.hpp"
#include "vigil/study/registry.hpp"
#include "vigil/study/study_cuts.hpp"
#include "vigil/study/study_settings.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/triage/guards.hpp"
#include "vigil/validate/final_fit.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/filter_request.hpp"
#include "apps/vigil/importance_lines.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>

namespace vigil::app {

namespace {

/// The section that a study would have for this learner: --set key=value.
Options learner_section(const Options& options) {
  Options section("--set");
  for (const auto& written : options.whole_texts("set")) {
    const auto equals = written.find('=');
    if (equals == std::string::npos || equals == 0) {
      options.refuse("set", "KEY=value");
    }
    section.set(written.substr(0, equals), {written.substr(equals + 1), "--set"});
  }
  return section;
}

constexpr Index few_groups = 20; // as in `measure`

/// One line of a Cox model: do hazards stay proportional over time?
void say_hazard_tests(const FitDiagnostics& told, Log& log) {
  if (told.proportional_hazards.empty()) {
    return;
  }
  const HazardTest& global = told.proportional_hazards.back();
  log.say("hazards   " + report::hazard_words({.chi_square = global.chi_square,
                                               .degrees_of_freedom = global.degrees_of_freedom,
                                               .p = global.p,
                                               .undefined_because = global.undefined_because}));
}

/// One line for each column that the model cuts.
void say_cuts(const AnyModel& model, Log& log) {
  if (!model.cuts()) {
    return;
  }
  for (const FrozenCut& one : model.cuts()->cuts()) {
    log.say("cut       " + cut_text(one));
  }
}

int run_fit(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto name = invocation.options.text("learner");
  if (!name) {
    invocation.options.refuse(
        "learner", "the name of a learner", "add --learner cox (see: vigil list learners)");
  }
  const LearnerEntry& entry = find_learner(*name);
  Options section = learner_section(invocation.options);
  lend_preparation(invocation.options, section);
  const std::vector<NamedLearner> learners{{.name = *name,
                                            .learner = entry.build(section),
                                            .preparation = preparation_options(invocation.options),
                                            .combat = combat_options(invocation.options)}};
  section.refuse_unknown();
  const auto seed = entry.draws_random_numbers ? session.seed() : 1;
  const auto folder = session.output_folder("fit-results");
  const auto& combat = learners.front().combat;
  const Cohort cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric);
  const auto weights = cohort.weights();
  if (combat) {
    check_combat(cohort.data(), weights, *combat, session.scheduler());
  }
  check_cuts(cohort.data(), weights, learners.front().preparation.cut);
  if (const auto horizon = section.number("horizon"); horizon && cohort.has_outcome()) {
    static_cast<void>(triage::require_supported_horizon(
        *cohort.parts().outcome, weights, *horizon, "all subjects"));
  }
  if (entry.check != nullptr) {
    entry.check(section, cohort.data(), weights, ValidateSettings{}.min_censoring_survival);
  }
  FitContext context{session.scheduler(), session.memory_bytes()};
  const auto models = fit_final({cohort, weights, learners, {{}}, RandomKey(seed)}, context);
  const auto record = stored_record(
      models.front().model,
      survival::horizon_support(cohort.data().outcome, weights, 1.0).largest_supported);
  storage::write_record(folder / "model.h5", record);
  write_model_tables(record, folder);
  const auto told = models.front().model.diagnostics();
  if (told) {
    write_diagnostics(*told, folder);
  }
  const auto status = models.front().model.status();
  session.log().say(
      "model     " + *name + "  " + std::string(name_of(status)) +
      (record.has("reason") && !record.text("reason").empty() ? ": " + record.text("reason") : "") +
      "  " + (folder / "model.h5").string());
  const Index groups = size_of(cohort.parts().group.names);
  if (record.has("robust_se") && groups > 0 && groups < few_groups) {
    session.log().say("          robust_se rests on " + number_text(groups) +
                      " groups: with so few it is too small");
  }
  say_cuts(models.front().model, session.log());
  if (told) {
    say_importance(*told, session.log());
    say_hazard_tests(*told, session.log());
  }
  return 0;
}

constexpr std::array fit_options{
    OptionSpec{"learner", "NAME", "which learner (vigil list learners)"},
    OptionSpec{"set", "KEY=value", "an option of the learner, as in a study file", true},
    choose_cut_option,
};

std::span<const OptionSpec> all_options() {
  static const auto table = [] {
    std::vector<OptionSpec> joined(fit_options.begin(), fit_options.end());
    joined.insert(joined.end(), filter_options().begin(), filter_options().end());
    joined.insert(joined.end(), combat_specs.begin(), combat_specs.end());
    return joined;
  }();
  return table;
}

} // namespace

const Verb& fit_verb() {
  static const Verb verb{
      .name = "fit",
      .arguments = "COHORT",
      .least_arguments = 1,
      .most_arguments = 1,
      .summary = "fit one learner and keep its model",
      .details =
          "Writes model.h5; for linear models coefficients.tsv and baseline.tsv, for cox also "
          "proportional_hazards.tsv, for a survival forest error.tsv and, with --set "
          "importance=KIND, importance.tsv.",
      .options = all_options(),
      .reads_cohort = true,
      .run = &run_fit};
  return verb;
}

} // namespace vigil::app
