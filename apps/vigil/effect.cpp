// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/subject_filter.hpp"
#include "vigil/study/censoring_columns.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/effect_output.hpp"
#include "apps/vigil/effect_rows.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace vigil::app {

namespace {

/// What the options say, before the cohort is read.
struct EffectRequest {
  std::string treatment;
  std::vector<std::string> risk, propensity, censoring;
  std::vector<storage::SubjectFilter> treat_if;
  std::vector<double> horizons;
  triage::TargetPopulation target = triage::TargetPopulation::everybody;
  survival::Ties ties = survival::Ties::efron;
  double level = 0.95;
  Index cross_fit = 0; ///< folds; 0: none
};

Index cross_fit_folds(const Options& options) {
  if (!options.has("cross_fit")) {
    return 0;
  }
  if (options.text("target").value_or("everybody") == "overlap") {
    options.refuse("cross_fit", "--target everybody beside it: it is of the augmented estimator");
  }
  const Index folds = options.count("cross_fit").value_or(0);
  if (folds < 2 || folds > 50) {
    options.refuse("cross_fit", "2 to 50 folds");
  }
  return folds;
}

EffectRequest effect_request(const Options& options) {
  for (const char* key : {"clinical",
                          "features",
                          "weight",
                          "entry",
                          "strata",
                          "offset",
                          "cause",
                          "outcome",
                          "batch"}) {
    if (options.has(key)) {
      options.refuse(key,
                     "not in effect: --treatment, --outcome-model, --propensity, --censoring name "
                     "the columns");
    }
  }
  EffectRequest request;
  const auto treatment = options.text("treatment");
  if (!treatment) {
    options.refuse("treatment", "the column of the treatment that each subject got");
  }
  request.treatment = *treatment;
  request.risk = options.texts("outcome_model");
  request.propensity = options.texts("propensity");
  if (request.propensity.empty()) {
    options.refuse(
        "propensity", "the columns that decided the treatment", "name all that are known");
  }
  request.censoring = censoring_column_names(options, {});
  for (const auto* names : {&request.risk, &request.propensity}) {
    if (std::find(names->begin(), names->end(), request.treatment) != names->end()) {
      options.refuse(names == &request.risk ? "outcome_model" : "propensity",
                     "columns beside the treatment, which the models have by themselves");
    }
  }
  for (const std::string& condition : options.whole_texts("treat_if")) {
    request.treat_if.push_back(storage::parse_filter(condition));
  }
  request.horizons = options.numbers("horizons");
  if (request.horizons.empty()) {
    options.refuse("horizons", "one or more times by which the risk is compared");
  }
  request.level = options.number("level").value_or(0.95);
  if (!(request.level > 0.0 && request.level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  request.target = options.choice("target", {"everybody", "overlap"}, "everybody") == "overlap"
                       ? triage::TargetPopulation::overlap
                       : triage::TargetPopulation::everybody;
  if (request.target == triage::TargetPopulation::overlap && !request.treat_if.empty()) {
    options.refuse("treat_if",
                   "--target everybody beside it: the value of a rule is that of all subjects");
  }
  request.ties = *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "efron"));
  request.cross_fit = cross_fit_folds(options);
  return request;
}

std::vector<std::string> all_names(const EffectRequest& request) {
  std::vector<std::string> names{request.treatment};
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const auto* list : {&request.risk, &request.propensity, &request.censoring}) {
    std::for_each(list->begin(), list->end(), add);
  }
  for (const auto& condition : request.treat_if) {
    add(condition.column);
  }
  return names;
}

/// Throws InputError for subjects without a value.
void expect_known(const Cohort& cohort, const std::string& column, std::span<const double> values) {
  FaultList faults;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    if (!std::isfinite(values[at(subject)])) {
      faults.add("subject " + vigil::quoted(cohort.subject_ids()[at(subject)]) + ", column '" +
                     column + "'",
                 "nothing");
    }
  }
  faults.raise_if_any("cannot estimate the effect of the treatment",
                      "a value for each subject",
                      "leave these out (--subjects '" + column +
                          "!=NA'), or name columns that are complete");
}

triage::ModelColumns model_columns(const Cohort& cohort, const std::vector<std::string>& names) {
  const ClinicalBlock& block = cohort.parts().clinical;
  triage::ModelColumns columns;
  for (const std::string& name : names) {
    for (Index column = 0; column < block.columns(); ++column) {
      if (block.info(column).source_column() != name) {
        continue;
      }
      const auto values = block.column(column);
      expect_known(cohort, name, values);
      columns.value.insert(columns.value.end(), values.begin(), values.end());
      columns.name.push_back(block.info(column).name);
      ++columns.columns;
    }
  }
  return columns;
}

/// 1 where a subject got the treatment; sets `level` to the word of it.
std::vector<std::uint8_t> treatment_of(const Cohort& cohort,
                                       const std::string& name,
                                       const Options& options,
                                       std::string& level) {
  const auto columns = model_columns(cohort, {name});
  std::vector<double> found(columns.value.begin(), columns.value.end());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (columns.columns != 1 || found.size() != 2) {
    throw InputError({.where = "column " + vigil::quoted(name),
                      .found = columns.columns == 1 ? number_text(size_of(found)) + " values"
                                                    : number_text(columns.columns + 1) + " levels",
                      .expected = "two: treated and untreated",
                      .remedy = "keep two of them with --subjects",
                      .problem = "cannot tell who was treated"});
  }
  std::vector<std::string> words{number_text(found[0]), number_text(found[1])};
  const ClinicalBlock& block = cohort.parts().clinical;
  for (Index column = 0; column < block.columns(); ++column) {
    if (block.info(column).source_column() == name && block.info(column).levels) {
      words = *block.info(column).levels;
    }
  }
  level = options.text("treated").value_or(words[1]);
  const auto place = std::find(words.begin(), words.end(), level);
  if (place == words.end()) {
    options.refuse("treated", words[0] + " or " + words[1]);
  }
  const double value = found[at(place - words.begin())];
  std::vector<std::uint8_t> treated;
  for (const double own : columns.value) {
    treated.push_back(own == value ? 1 : 0);
  }
  return treated;
}

bool meets(double value, const storage::SubjectFilter& condition, double limit) {
  using enum storage::Comparison;
  switch (condition.comparison) {
  case equal:
    return value == limit;
  case not_equal:
    return value != limit;
  case less:
    return value < limit;
  case less_or_equal:
    return value <= limit;
  case greater:
    return value > limit;
  case greater_or_equal:
    break;
  }
  return value >= limit;
}

/// Whom the rule would treat.
std::vector<bool>
rule_of(const Cohort& cohort, const EffectRequest& request, const Options& options) {
  std::vector<bool> treat(at(cohort.subjects()), true);
  for (const auto& condition : request.treat_if) {
    const auto columns = model_columns(cohort, {condition.column});
    Options limit("--treat-if");
    limit.set("value", {condition.value, options.where("treat_if")});
    const double value = *limit.number("value");
    if (columns.columns != 1) {
      options.refuse("treat_if", "conditions on columns of numbers");
    }
    for (Index subject = 0; subject < cohort.subjects(); ++subject) {
      treat[at(subject)] =
          treat[at(subject)] && meets(columns.value[at(subject)], condition, value);
    }
  }
  return treat;
}

/// The group of each subject; empty without --group. Warns of few, refuses subjects without one.
std::span<const Index> groups_of(const Cohort& cohort, std::vector<std::string>& warnings) {
  const Grouping& group = cohort.parts().group;
  if (group.empty()) {
    return {};
  }
  FaultList faults;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    if (group.level[at(subject)] == no_index) {
      faults.add("subject " + vigil::quoted(cohort.subject_ids()[at(subject)]), "no group");
    }
  }
  faults.raise_if_any("cannot sum within groups", "a group for each subject", "fill --group in");
  if (size_of(group.names) < 20) {
    warnings.push_back("only " + number_text(size_of(group.names)) +
                       " groups: standard errors over groups are too small with few of them");
  }
  return group.level;
}

/// Throws where there is no time to one event.
void require_single_event(const Cohort& cohort, const Options& options) {
  if (!cohort.has_outcome() || !std::holds_alternative<SurvivalOutcome>(*cohort.parts().outcome)) {
    options.refuse("event", "the time to one event", "name --time and --event");
  }
}

triage::TreatedCohort treated_cohort(const Cohort& cohort,
                                     const EffectRequest& request,
                                     const Options& options,
                                     std::string& level) {
  return {.outcome = std::get<SurvivalOutcome>(*cohort.parts().outcome),
          .treated = treatment_of(cohort, request.treatment, options, level),
          .risk = model_columns(cohort, request.risk),
          .propensity = model_columns(cohort, request.propensity),
          .censoring = model_columns(cohort, request.censoring)};
}

int run_effect(const Invocation& invocation) {
  auto& session = invocation.session;
  const Options& options = invocation.options;
  const EffectRequest request = effect_request(options);
  auto input = cohort_input(invocation, invocation.argument(), ByDefault::as_told);
  input.clinical = all_names(request);
  input.features = storage::FeatureChoice::none;
  const auto folder = session.output_folder("effect-results");
  const Cohort cohort = open_input(session, input);
  require_single_event(cohort, options);
  EffectWords words{.treatment = request.treatment,
                    .treated_level = {},
                    .target =
                        request.target == triage::TargetPopulation::overlap
                            ? "subjects who could have got either treatment, weighted by e (1 - e)"
                            : "everybody in the cohort",
                    .treat_if = join(options.whole_texts("treat_if"), " and "),
                    .ties = std::string(survival::name_of(request.ties)),
                    .censoring = request.censoring.empty() ? "marginal" : "cox",
                    .level = request.level,
                    .cross_fit = request.cross_fit};
  const auto treated = treated_cohort(cohort, request, options, words.treated_level);
  for (const double horizon : request.horizons) {
    triage::require_arms(treated, horizon);
  }
  const triage::TreatmentModels models(treated, {.ties = request.ties});
  EffectResult result{
      .rows = {}, .overlap = triage::treatment_overlap(models, request.target), .warnings = {}};
  triage::require_overlap(result.overlap, request.target);
  for (const double horizon : request.horizons) {
    triage::require_censoring(models, horizon);
  }
  result.overlap.centres = triage::centre_arms(
      treated.treated, cohort.parts().centre.level, cohort.parts().centre.names);
  result.warnings = triage::overlap_warnings(result.overlap);
  const auto group = groups_of(cohort, result.warnings);
  std::optional<triage::CrossFit> cross_fit;
  if (request.cross_fit > 0) {
    const RandomKey key = RandomKey(session.seed()).child("effect").child("cross-fit");
    cross_fit.emplace(treated,
                      triage::TreatmentModelOptions{.ties = request.ties},
                      cross_fit_folds_of(cohort, treated.treated, request.cross_fit, key));
  }
  const EffectRowOptions wanted{.horizons = request.horizons,
                                .target = request.target,
                                .level = request.level,
                                .has_rule = !request.treat_if.empty(),
                                .group = group};
  result.rows = effect_rows_of(
      models, cross_fit ? &*cross_fit : nullptr, rule_of(cohort, request, options), wanted);
  write_effect(result, words, treated, cohort, folder);
  say_effect(result, words, session);
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"treatment", "COL", "the treatment that each subject got: two values"},
    OptionSpec{
        "treated", "VALUE", "the value that means treated (default: the second, or the larger)"},
    OptionSpec{"horizons", "H1,H2", "times by which the risk is compared", true},
    OptionSpec{"outcome-model", "C1,C2", "columns of the Cox model beside the treatment", true},
    OptionSpec{"propensity", "C1,C2", "columns of the logistic model of the treatment", true},
    OptionSpec{"censoring", "marginal|cox:COL,COL", "what censoring depends on (default marginal)"},
    OptionSpec{
        "target",
        "everybody|overlap",
        "whom the effect is for (default everybody; overlap: those who could have got either)"},
    OptionSpec{"treat-if",
               "'nodes>=4'",
               "value of this rule beside treating everybody or nobody; joined by and",
               true},
    OptionSpec{"cross-fit",
               "K",
               "also the augmented estimator with models that have not seen the fold of a subject"},
    OptionSpec{"ties", "breslow|efron", "tied times of the Cox model (default efron)"},
    OptionSpec{"level", "0.95", "coverage of the intervals"},
};

} // namespace

const Verb effect_verb{
    .name = "effect",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "effect of a recorded treatment on the risk by a horizon",
    .details =
        "Writes effect.tsv, overlap.tsv, balance.tsv, summary.json, with --centre centres.tsv: "
        "risks if everybody were treated and if nobody were, by g-formula, inverse "
        "probability weights and both. Valid only without unmeasured confounding; refused "
        "where the arms do not overlap.",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_effect};

} // namespace vigil::app
