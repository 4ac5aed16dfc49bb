// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_settings.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/study/censoring_columns.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/registry.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace vigil {

namespace {

std::string required(const Options& section, std::string_view key) {
  const auto value = section.text(key);
  if (!value || value->empty()) {
    throw ConfigError({.where = section.where(),
                       .found = "no " + std::string(key),
                       .expected = std::string(key) + " = \"...\"",
                       .remedy = "add the key " + quoted(key),
                       .problem = "the study lacks a key"});
  }
  return *value;
}

Index count_within(const Options& section, std::string_view key, Index otherwise, Index least) {
  const auto value = section.count(key).value_or(otherwise);
  if (value < least) {
    section.refuse(key, "a whole number of at least " + number_text(least));
  }
  return value;
}

double share(const Options& section, std::string_view key, double otherwise) {
  const auto value = section.number(key).value_or(otherwise);
  if (!(value > 0.0 && value < 1.0)) {
    section.refuse(key, "a number between 0 and 1");
  }
  return value;
}

storage::CohortRequest read_cohort(const StudyFile& study, const Options& section) {
  const auto features = section.texts("features"); // a file of names is looked for beside the study
  const auto names =
      features.size() == 1 ? study.resolve(features.front()) : std::filesystem::path();
  const bool is_file = !names.empty() && std::filesystem::is_regular_file(names);
  auto request = cohort_request(section, study.resolve(required(section, "file")));
  if (is_file) {
    storage::choose_features(request, names.string());
  }
  if (!request.outcome.empty()) {
    section.refuse("outcome",
                   "time and event: a study validates risks over time",
                   "name time and event; other families are for vigil path and vigil cv");
  }
  if (request.time.empty()) {
    static_cast<void>(required(section, "time"));
  }
  return request;
}

ColumnSelection read_selection(const Options& section) {
  const auto names = section.texts("features");
  if (names.empty() || (names.size() == 1 && names.front() == "all")) {
    return {.kind = ColumnSelection::Kind::all};
  }
  if (names.size() == 1 && names.front() == "clinical") {
    return {.kind = ColumnSelection::Kind::clinical};
  }
  if (names.size() == 1 && names.front() == "markers") {
    return {.kind = ColumnSelection::Kind::markers};
  }
  return {.kind = ColumnSelection::Kind::named, .names = names};
}

/// The loss brier of cox-net is taken at the horizon of the triage, else at the only horizon of [validate], unless the
/// learner has its own.
void lend_horizon(const StudySettings& study, std::string_view kind, Options& section) {
  const auto loss = section.entries().find("loss");
  if (kind != "cox-net" || section.has("horizon") || loss == section.entries().end() ||
      option_text(loss->second) != "brier") {
    return;
  }
  const auto triage = study.file.triage ? study.file.triage->number("horizon") : std::nullopt;
  if (triage) {
    section.set("horizon", {*triage, section.where()});
  } else if (study.validate.horizons.size() == 1) {
    section.set("horizon", {study.validate.horizons.front(), section.where()});
  }
}

/// In a study a forest says what its features are worth, unless it is told not to.
void lend_importance(std::string_view kind, Options& section) {
  if (kind == "survival-forest" && !section.has("importance")) {
    section.set("importance", {std::string("permutation"), section.where()});
  }
}

/// The section with the files that it names found beside the study; the section itself is kept as it was written.
Options with_files(const StudyFile& file, const Options& section) {
  Options found = section;
  const auto groups = section.entries().find("groups");
  if (groups != section.entries().end() &&
      std::holds_alternative<std::string>(groups->second.value)) {
    found.set("groups", {file.resolve(option_text(groups->second)).string(), groups->second.where});
  }
  return found;
}

void read_learners(StudySettings& study) {
  if (study.file.learners.empty()) {
    throw ConfigError(
        {.where = study.file.file.filename().string(),
         .found = "no [[learner]]",
         .expected = "at least one learner",
         .remedy = "add [[learner]] with name = \"cox\"; all names: vigil list learners",
         .problem = "the study lacks a learner"});
  }
  const auto preparation = preparation_options(study.file.prepare);
  const auto combat = combat_options(study.file.prepare);
  std::vector<std::string> ids;
  for (auto& section : study.file.learners) {
    const auto kind = required(section, "name");
    const auto& entry = find_learner(kind);
    auto id = section.text("id").value_or(kind);
    if (!section.has("id")) {
      const auto same = std::count(study.learner_kinds.begin(), study.learner_kinds.end(), kind);
      id += same > 0 ? "-" + number_text(static_cast<Index>(same) + 1) : "";
    }
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
      section.refuse("id", "an id that no other learner has");
    }
    ids.push_back(id);
    if (section.text("cause_of_interest").value_or("1") != "1") {
      section.refuse("cause_of_interest",
                     "cause 1: it is the one that the measures of a study judge",
                     "give the cause of interest the number 1 in the column of causes");
    }
    const auto selection = read_selection(section);
    if (!section.has("inner_folds")) {
      section.set("inner_folds", {study.validate.inner_folds, section.where()});
    }
    lend_horizon(study, kind, section);
    lend_importance(kind, section);
    auto options = with_files(study.file, section);
    lend_preparation(study.file.prepare,
                     options); // not to the section, which is run again as it is
    options.set("impute", {preparation.impute, section.where()});
    options.set("standardize", {preparation.standardize, section.where()});
    study.learners.push_back({.name = id,
                              .learner = entry.build(options),
                              .preparation = preparation,
                              .columns = selection,
                              .combat = combat});
    options.refuse_unknown();
    study.learner_kinds.push_back(kind);
    study.learner_options.push_back(std::move(options));
  }
}

/// How a bootstrap or subsamples are put together; other schemes have no such choice.
BootstrapEstimator read_estimator(const Options& section, const ValidateSettings& settings) {
  const bool subsamples = settings.scheme == "subsampling";
  if (section.has("estimator") &&
      (!settings.folds_file.empty() || (settings.scheme != "bootstrap" && !subsamples))) {
    section.refuse("estimator", "no estimator: it is for the schemes bootstrap and subsampling");
  }
  const auto word =
      section.choice("estimator", {"optimism", ".632", ".632+"}, subsamples ? ".632+" : "optimism");
  if (subsamples && word == "optimism") {
    section.refuse(
        "estimator",
        ".632 or .632+: subsamples are smaller than the sample, so that their optimism is "
        "not that of the final model");
  }
  return word == "optimism" ? BootstrapEstimator::optimism
         : word == ".632"   ? BootstrapEstimator::point_632
                            : BootstrapEstimator::point_632_plus;
}

/// Whether means over folds also get an interval by nested cross-validation, which leaves pairs of folds out.
bool read_nested_interval(const Options& section, const ValidateSettings& settings) {
  const bool nested =
      section.choice("interval", {"nadeau-bengio", "bates"}, "nadeau-bengio") == "bates";
  const bool drawn_folds = settings.folds_file.empty() &&
                           (settings.scheme == "nested-cv" || settings.scheme == "repeated-cv");
  if (nested && !drawn_folds) {
    section.refuse("interval", "no bates: it is for folds that the study draws itself");
  }
  if (nested && settings.folds < 3) {
    section.refuse("folds", "at least 3 with interval = \"bates\": two are left out at once");
  }
  return nested;
}

ValueRange
read_range(const Options& section, std::string_view key, ValueRange otherwise, bool positive) {
  if (!section.has(key)) {
    return otherwise;
  }
  const auto limits = section.numbers(key);
  if (limits.size() != 2 || !(limits[0] < limits[1]) || (positive && !(limits[0] > 0.0))) {
    section.refuse(key,
                   std::string("two ") + (positive ? "positive " : "") +
                       "numbers, the smaller one first: the limits of what would do");
  }
  return {.from = limits[0], .to = limits[1]};
}

/// What the performance in a new centre is held against.
AdequatePerformance read_adequate(const Options& section) {
  AdequatePerformance adequate;
  adequate.concordance.from =
      share(section, "adequate_concordance", AdequatePerformance().concordance.from);
  adequate.slope = read_range(section, "adequate_slope", adequate.slope, false);
  adequate.oe_ratio = read_range(section, "adequate_oe_ratio", adequate.oe_ratio, true);
  return adequate;
}

/// The column that [prepare] names, unless the cohort has named its own.
void take_batch(const std::string& batch, storage::CohortRequest& request) {
  if (request.batch.empty()) {
    request.batch = batch;
  }
}

ValidateSettings read_validation(const StudyFile& study) {
  const Options& section = study.validate;
  ValidateSettings settings;
  settings.scheme = section.choice(
      "scheme",
      {"nested-cv", "repeated-cv", "bootstrap", "centre-bootstrap", "subsampling", "loco", "split"},
      "nested-cv");
  settings.folds = count_within(section, "folds", settings.folds, 2);
  settings.repeats = count_within(section, "repeats", settings.repeats, 1);
  settings.inner_folds = count_within(section, "inner_folds", settings.inner_folds, 2);
  settings.replicates = count_within(section, "replicates", settings.replicates, 20);
  settings.horizons = section.numbers("horizons");
  for (const double horizon : settings.horizons) {
    if (!(horizon > 0.0)) {
      section.refuse("horizons", "times > 0");
    }
  }
  std::sort(settings.horizons.begin(), settings.horizons.end());
  if (const auto folds = section.text("folds_file")) {
    settings.folds_file = study.resolve(*folds);
  }
  settings.test_centres = section.texts("test_centres");
  if (settings.scheme == "split" && settings.test_centres.empty()) {
    section.refuse("test_centres",
                   "the centres whose subjects test, as in the column that [data] names as centre");
  }
  settings.min_censoring_survival = section.number("min_censoring_survival").value_or(0.10);
  if (settings.min_censoring_survival < 0.05 || settings.min_censoring_survival >= 1.0) {
    section.refuse("min_censoring_survival", "a number from 0.05 to below 1");
  }
  settings.censoring = censoring_column_names(section, {});
  if (!settings.censoring.empty() && study.data.has("entry")) {
    section.refuse(
        "censoring", "marginal with delayed entry", "a model of censoring needs entry at 0");
  }
  settings.estimator = read_estimator(section, settings);
  settings.nested_interval = read_nested_interval(section, settings);
  settings.adequate = read_adequate(section);
  settings.null_check = section.choice("null_check", {"none", "quick", "full"}, "none");
  section.refuse_unknown();
  return settings;
}

triage::Harms read_harms(const Options& section) {
  triage::Harms harms;
  std::vector<std::string> known{
      "missed_event", "resection", "residual_risk_ratio", "board", "board_skill"};
  std::vector<std::string> given;
  for (const auto& [name, texts] : section.table("harms")) {
    const auto value = texts.size() == 1 ? parse_number(texts.front()) : std::nullopt;
    if (!value) {
      section.refuse("harms", "a number for " + name);
    }
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      section.refuse("harms", "harms named " + join(known, ", "), suggestion(name, known));
    }
    given.push_back(name);
    (name == "missed_event"          ? harms.missed_event
     : name == "resection"           ? harms.resection
     : name == "residual_risk_ratio" ? harms.residual_risk_ratio
     : name == "board"               ? harms.board
                                     : harms.board_skill) = *value;
  }
  for (const auto& name : known) {
    if (name != "missed_event" && std::find(given.begin(), given.end(), name) == given.end()) {
      section.refuse("harms", "a value for " + name, "declare every harm: none has a default");
    }
  }
  return harms;
}

} // namespace

TriageSettings read_triage(const Options& section, const std::vector<std::string>& learners) {
  TriageSettings settings;
  settings.learner =
      learners.empty() ? std::string() : section.choice("learner", learners, learners.front());
  const auto horizon = section.number("horizon");
  if (!horizon || !(*horizon > 0.0)) {
    section.refuse(
        "horizon", "a time > 0", "name the horizon of the decision, in the cohort's time unit");
  }
  settings.horizon = *horizon;
  const auto moment = parse_known_at(section.text("decide_at").value_or("biopsy"));
  if (!moment) {
    section.refuse("decide_at", "baseline, imaging, biopsy, operative, pathology or followup");
  }
  settings.decide_at = *moment;
  settings.use_interval = section.choice("interval", {"model", "none"}, "model") == "model";
  settings.alpha_observe = share(section, "alpha_observe", settings.alpha_observe);
  settings.delta = share(section, "delta", settings.delta);
  settings.high_risk = share(section, "high_risk", settings.high_risk);
  if (section.has("harms")) {
    settings.harms = read_harms(section);
  }
  if (section.has("action_labels")) {
    settings.action_labels = section.texts("action_labels");
    if (settings.action_labels.size() != 3) {
      section.refuse("action_labels", "three texts: for observe, board and resect");
    }
  }
  settings.all_treated =
      section.flag("all_treated").value_or(settings.decide_at >= KnownAt::operative);
  section.refuse_unknown();
  return settings;
}

StudySettings read_settings(StudyFile file) {
  StudySettings study{.file = std::move(file),
                      .data = {},
                      .externals = {},
                      .learners = {},
                      .learner_kinds = {},
                      .learner_options = {},
                      .validate = {},
                      .triage = {},
                      .out = {},
                      .title = {},
                      .population = {},
                      .endpoint = {}};
  const auto seed = study.file.run.count("seed");
  if (!seed || *seed < 0) {
    study.file.run.refuse("seed", "a whole number >= 0", "add to [run]: seed = 20260101");
  }
  study.seed = static_cast<std::uint64_t>(*seed);
  study.out = study.file.resolve(study.file.run.text("out").value_or("results"));
  study.file.run.refuse_unknown();
  study.data = read_cohort(study.file, study.file.data);
  study.file.data.refuse_unknown();
  for (auto& section : study.file.externals) {
    const auto path = required(section, "file");
    const auto id = section.text("id").value_or(std::filesystem::path(path).stem().string());
    section.remove("id"); // of the cohort; the column of the subjects' ids is that of [data]
    section.inherit(study.file.data);
    study.externals.push_back({id, read_cohort(study.file, section)});
    section.refuse_unknown();
    section.set("id", {id, section.where()});
  }
  study.validate = read_validation(study.file);
  static_cast<void>(preparation_options(study.file.prepare));
  if (const auto combat = combat_options(study.file.prepare)) {
    take_batch(combat->batch, study.data);
    for (auto& external : study.externals) {
      take_batch(combat->batch, external.request);
    }
  }
  study.file.prepare.refuse_unknown();
  read_learners(study);
  std::vector<std::string> ids;
  for (const auto& learner : study.learners) {
    ids.push_back(learner.name);
  }
  if (study.file.triage) {
    study.triage = read_triage(*study.file.triage, ids);
  }
  study.title = study.file.report.text("title").value_or(study.file.file.stem().string());
  study.population = study.file.report.text("population").value_or("");
  study.endpoint = study.file.report.text("endpoint").value_or("");
  study.file.report.refuse_unknown();
  return study;
}

} // namespace vigil
