// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/report/write_tables.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/registry.hpp"
#include "vigil/study/study_triage.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/triage_rule.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

/// The [triage] section of --study, or one made from the options.
Options triage_section(const Options& options) {
  if (const auto study = options.text("study")) {
    const auto file = read_study(*study);
    if (!file.triage) {
      options.refuse("study",
                     "a study with a [triage] section",
                     "name --horizon, --harms and --decide-at instead");
    }
    Options section = *file.triage;
    return section;
  }
  Options section("the options of the triage");
  for (const char* key : {"horizon",
                          "decide_at",
                          "interval",
                          "alpha_observe",
                          "delta",
                          "high_risk",
                          "action_labels"}) {
    if (const auto value = options.text(key)) {
      section.set(key, {*value, options.where(key)});
    }
  }
  for (const auto& harm : options.texts("harms")) {
    section.append("harms", {harm, options.where("harms")});
  }
  return section;
}

nlohmann::ordered_json number(double value) {
  return value == value ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json risk_control_json(const triage::RiskControl& control) {
  if (control.tests.empty()) {
    return nullptr;
  }
  return {{"alpha_observe", control.alpha},
          {"delta", control.delta},
          {"subjects", control.subjects},
          {"events", control.events},
          {"left_before", control.left_before},
          {"censoring_p", number(control.censoring_p)},
          {"tipping_point",
           std::isinf(control.tipping_point) ? nlohmann::ordered_json("none")
                                             : number(control.tipping_point)},
          {"decided_by", control.decided_by},
          {"controlled", control.controlled},
          {"verdict", control.verdict},
          {"condition", "no subject of this cohort took part in making the model"}};
}

std::string summary_text(const report::TriageSummary& summary, const std::string& model_digest) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["model_sha256"] = model_digest;
  out["horizon"] = summary.horizon;
  out["decide_at"] = summary.decide_at;
  const auto limits = [](const triage::Thresholds& thresholds) {
    return nlohmann::ordered_json{{"observe_below", number(thresholds.observe_below)},
                                  {"two_way", number(thresholds.two_way)},
                                  {"resect_above", number(thresholds.resect_above)}};
  };
  out["thresholds_on_reduction"] = limits(summary.on_reduction);
  out["thresholds_on_risk"] = limits(summary.on_risk);
  out["residual_risk_ratio_is_assumed"] = number(summary.harms.residual_risk_ratio);
  out["zones"] = nlohmann::ordered_json::array();
  for (std::size_t zone = 0; zone < summary.zones.size(); ++zone) {
    const auto& row = summary.zones[zone];
    out["zones"].push_back({{"action", triage::name_of(row.action)},
                            {"label", summary.labels[zone]},
                            {"subjects", row.subjects},
                            {"share", row.share}});
  }
  out["guarantee"] = summary.guarantee;
  out["risk_control"] = risk_control_json(summary.risk_control);
  return out.dump(2) + "\n";
}

void write_risk_control(const std::filesystem::path& folder,
                        const TriageSettings& settings,
                        const report::TriageSummary& summary) {
  const auto sizes = triage::risk_control_sample_sizes(settings.alpha_observe, settings.delta);
  std::vector<double> risks, first, from;
  const auto count = [](Index subjects) {
    return subjects == no_index ? std::numeric_limits<double>::quiet_NaN()
                                : static_cast<double>(subjects);
  };
  for (const auto& size : sizes) {
    risks.push_back(size.risk);
    first.push_back(count(size.first));
    from.push_back(count(size.from));
  }
  const std::vector<storage::TableColumn> needed{{"risk", risks}, {"first", first}, {"from", from}};
  storage::write_table(folder / "sample_sizes.tsv", needed);
  if (summary.risk_control.tests.empty()) {
    return;
  }
  std::vector<std::string> names, passes, reasons;
  std::vector<double> risk, p;
  for (const auto& test : summary.risk_control.tests) {
    names.push_back(test.test);
    risk.push_back(test.risk);
    p.push_back(test.p);
    passes.emplace_back(test.passes ? "yes" : "no");
    reasons.push_back(test.undefined_because);
  }
  const std::vector<storage::TableColumn> tests{{"test", names},
                                                {"risk", risk},
                                                {"p", p},
                                                {"passes", passes},
                                                {"undefined_because", reasons}};
  storage::write_table(folder / "risk_control.tsv", tests);
}

void say_risk_control(Session& session, const report::TriageSummary& summary) {
  if (summary.risk_control.tests.empty()) {
    return;
  }
  const auto& control = summary.risk_control;
  session.log().say(std::string("control   ") + (control.controlled ? "yes: " : "no: ") +
                    control.verdict);
  session.log().say(
      "          holds only if no subject of this cohort took part in making the model");
}

/// A model and a cohort, or with --rule a cohort alone.
void check_arguments(const Invocation& invocation) {
  const bool by_rule = invocation.options.has("rule");
  const Index given = size_of(invocation.positional), wanted = by_rule ? 1 : 2;
  if (given != wanted) {
    throw ConfigError(
        {.where = "vigil triage",
         .found = given == 1 ? "one file" : number_text(given) + " files",
         .expected = by_rule ? "COHORT beside --rule" : "MODEL COHORT, or --rule FILE COHORT",
         .remedy = "vigil triage --help",
         .problem = "cannot tell what to decide by, and on whom"});
  }
}

int triage_by_model(const Invocation& invocation) {
  for (const char* key : {"column", "as_comparison"}) {
    if (invocation.options.has(key)) {
      invocation.options.refuse(key, "--rule beside it: it belongs to standing rules");
    }
  }
  auto& session = invocation.session;
  const Options section = triage_section(invocation.options);
  const auto settings = read_triage(section, {});
  if (!settings.harms) {
    section.refuse("harms",
                   "missed_event=1,resection=..,residual_risk_ratio=..,board=..,board_skill=..",
                   "declare every harm: none has a default");
  }
  const std::filesystem::path model_file = invocation.argument(0);
  const Record record = storage::read_record(model_file);
  if (record.kind() == forest::RegressionForest::kind) {
    throw InputError({.where = model_file.string(),
                      .found = "a model of kind " + quoted(record.kind()) + ", which has no risks",
                      .expected = "a model of the time to an event",
                      .remedy = "fit one with --time and --event",
                      .problem = "cannot decide by the model"});
  }
  const auto model = load_model(record);
  const auto basis = triage_basis(settings, record);
  const auto folder = session.output_folder("triage-results");
  const Cohort cohort =
      open_input(session, cohort_of_model(invocation, invocation.argument(1), model.combat()));
  say_unseen_batches(model.combat(), cohort, session);
  require_times(cohort, "vigil triage");
  std::vector<std::string> used;
  for (const auto& range : basis.ranges) {
    used.push_back(model.cuts() ? model.cuts()->column_of(range.name) : range.name);
  }
  check_decision_time(settings, cohort, {.kind = ColumnSelection::Kind::named, .names = used});
  FitContext context{session.scheduler(), session.memory_bytes()};
  const std::vector<double> horizons{settings.horizon};
  const auto prediction = model.predict(cohort.covariates(), {horizons}, context);
  auto summary = triage_cohort(settings, basis, cohort, prediction, session.scheduler());
  add_risk_control(settings, cohort, summary);
  report::write_file(folder / "triage.tsv",
                     report::table_text(std::span<const triage::TriageRow>(summary.rows)));
  report::write_file(folder / "summary.json", summary_text(summary, file_digest(model_file)));
  write_risk_control(folder, settings, summary);
  for (std::size_t zone = 0; zone < summary.zones.size(); ++zone) {
    session.log().say("triage    " + summary.labels[zone] + "  " +
                      count_text(summary.zones[zone].subjects) + "  (" +
                      fixed_text(100.0 * summary.zones[zone].share, 1) + " %)");
  }
  say_risk_control(session, summary);
  session.log().say(std::string("use       ") + intended_use);
  session.log().say("written   " + (folder / "triage.tsv").string());
  return 0;
}

int run_triage(const Invocation& invocation) {
  check_arguments(invocation);
  if (invocation.options.has("rule") && invocation.options.has("batch")) {
    invocation.options.refuse("batch", "a model beside it: rules correct for nothing", "drop it");
  }
  return invocation.options.has("rule") ? triage_by_rule(invocation) : triage_by_model(invocation);
}

constexpr std::array triage_options{
    OptionSpec{"rule", "FILE", "decide by a standing rule instead of a model"},
    OptionSpec{"column", "INPUT=COLUMN", "column of an input of the rule", true},
    OptionSpec{
        "as-comparison", "", "allow a rule that looks at what is known only later, and say so"},
    batch_option,
    OptionSpec{"study", "FILE", "take the [triage] section of this study"},
    OptionSpec{"horizon", "T", "horizon of the decision"},
    OptionSpec{"harms",
               "k=v,...",
               "missed_event, resection, residual_risk_ratio, board, board_skill",
               true},
    OptionSpec{
        "decide-at", "MOMENT", "baseline, imaging, biopsy, operative, pathology or followup"},
    OptionSpec{"interval", "model|none", "whether a subject without a risk interval is referred"},
    OptionSpec{"alpha-observe", "0.10", "acceptable risk in the observed group, tested"},
    OptionSpec{"delta", "0.10", "level of that test"},
    OptionSpec{"high-risk", "0.30", "high risk under both strategies"},
    OptionSpec{"action-labels", "A,B,C", "words for observe, board, resect"},
};

} // namespace

const Verb triage_verb{
    .name = "triage",
    .arguments = "MODEL COHORT | --rule FILE COHORT",
    .least_arguments = 1,
    .most_arguments = 2,
    .summary =
        "observe, board or resect for each subject, from declared harms or by a standing rule",
    .details =
        "Writes triage.tsv and summary.json; with a model sample_sizes.tsv, and risk_control.tsv "
        "where COHORT has an outcome. datasets/rules has published rules as files.",
    .options = triage_options,
    .reads_cohort = true,
    .run = &run_triage};

} // namespace vigil::app
