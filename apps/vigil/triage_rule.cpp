// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/triage_rule.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/rule_file.hpp"
#include "vigil/study/standing_triage.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_input.hpp"
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using Answers = std::vector<triage::StandingAnswer>;

void refuse_options_of_models(const Options& options) {
  for (const char* key : {"study",
                          "horizon",
                          "harms",
                          "interval",
                          "alpha_observe",
                          "delta",
                          "high_risk",
                          "action_labels"}) {
    if (options.has(key)) {
      options.refuse(key, "not beside --rule: a standing rule has no risks and no harms");
    }
  }
}

KnownAt moment_of(const Options& options) {
  const auto moment = parse_known_at(options.text("decide_at").value_or("biopsy"));
  if (!moment) {
    options.refuse("decide_at", "baseline, imaging, biopsy, operative, pathology or followup");
  }
  return *moment;
}

std::map<std::string, std::string> renamed_inputs(const Options& options) {
  std::map<std::string, std::string> renamed;
  for (const auto& [input, columns] : options.table("column")) {
    if (columns.size() != 1 || columns.front().empty()) {
      options.refuse("column", "INPUT=COLUMN");
    }
    renamed[input] = columns.front();
  }
  return renamed;
}

/// Throws ConfigError (R09) for a rule that comes too late, unless it was asked for as a comparison; else the label that
/// such a comparison carries, or nothing.
std::string comparison_label(const triage::StandingRule& rule,
                             const RuleColumns& columns,
                             const Options& options) {
  const KnownAt decide_at = moment_of(options);
  const auto late = inputs_known_late(rule, columns, decide_at);
  if (late.empty()) {
    return {};
  }
  if (!options.flag("as_comparison").value_or(false)) {
    throw ConfigError({.where = "rule " + vigil::quoted(rule.id),
                       .found = join(late, ", "),
                       .expected = "inputs that are known at " + std::string(name_of(decide_at)) +
                                   ", when it is decided",
                       .remedy = "choose another rule, or --as-comparison: the decisions are then "
                                 "labelled as impossible in practice",
                       .problem = "R09: the rule needs what is known too late"});
  }
  return "a comparison: it looks at " + join(late, ", ") + ", which nobody knows at " +
         std::string(name_of(decide_at));
}

/// The columns of every triage.tsv, then those of a rule.
std::vector<storage::TableColumn>
rule_columns(const RuleColumns& columns, const Answers& answers, const std::string& label) {
  const std::vector<double> none(answers.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<std::string> actions, reasons, groups, missing;
  std::vector<double> scores;
  for (const auto& answer : answers) {
    actions.emplace_back(triage::name_of(answer.action));
    reasons.push_back(join(answer.reasons, ";"));
    groups.push_back(answer.group);
    scores.push_back(answer.score);
    missing.push_back(join(answer.missing, ";"));
  }
  return {{"subject", columns.subject_ids},
          {"action", actions},
          {"risk", none},
          {"lower", none},
          {"upper", none},
          {"risk_resected", none},
          {"reduction", none},
          {"horizon", none},
          {"reason", reasons},
          {"group", groups},
          {"score", scores},
          {"missing", missing},
          {"comparison", std::vector<std::string>(answers.size(), label)}};
}

struct Zone {
  triage::Action action;
  Index subjects;
  double share;
};

std::vector<Zone> zones_of(const Answers& answers) {
  std::vector<Zone> zones;
  for (const auto action :
       {triage::Action::observe, triage::Action::board, triage::Action::resect}) {
    const auto subjects = std::count_if(answers.begin(), answers.end(), [&](const auto& answer) {
      return answer.action == action;
    });
    zones.push_back(
        {action, subjects, static_cast<double>(subjects) / static_cast<double>(answers.size())});
  }
  return zones;
}

std::string summary_text(const triage::StandingRule& rule,
                         const RuleColumns& columns,
                         const Answers& answers,
                         const std::string& label,
                         const Options& options) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["rule"] = {{"id", rule.id},
                 {"title", rule.title},
                 {"source", rule.source},
                 {"note", rule.note},
                 {"actions", triage::name_of(rule.actions)},
                 {"sha256", file_digest(*options.text("rule"))}};
  out["decide_at"] = name_of(moment_of(options));
  out["comparison"] =
      label.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(label);
  out["inputs"] = nlohmann::ordered_json::array();
  for (std::size_t place = 0; place < rule.inputs.size(); ++place) {
    out["inputs"].push_back({{"name", rule.inputs[place].name},
                             {"column", columns.column[place]},
                             {"unit", rule.inputs[place].unit},
                             {"known_at", name_of(columns.known_at[place])}});
  }
  out["zones"] = nlohmann::ordered_json::array();
  for (const auto& zone : zones_of(answers)) {
    out["zones"].push_back({{"action", triage::name_of(zone.action)},
                            {"subjects", zone.subjects},
                            {"share", zone.share}});
  }
  return out.dump(2) + "\n";
}

} // namespace

int triage_by_rule(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto& options = invocation.options;
  refuse_options_of_models(options);
  const auto rule = read_rule(*options.text("rule"));
  const auto columns =
      read_rule_columns(rule,
                        cohort_input(invocation, invocation.argument(), ByDefault::as_told),
                        renamed_inputs(options));
  const std::string label = comparison_label(rule, columns, options);
  const auto answers = apply_rule(rule, columns);
  const auto folder = session.output_folder("triage-results");
  storage::write_table(folder / "triage.tsv", rule_columns(columns, answers, label));
  report::write_file(folder / "summary.json", summary_text(rule, columns, answers, label, options));
  session.log().say("input     " + columns.file + "  " + count_text(size_of(answers)) +
                    " subjects");
  session.log().say("rule      " + rule.title + " [" + rule.source + "]");
  if (rule.actions == triage::ActionSource::choice) {
    session.log().say("          its actions are a choice of the rule file, not of the source");
  }
  for (const auto& note : columns.notes) {
    session.log().say("          " + note);
  }
  if (!label.empty()) {
    session.log().say("warning   " + label);
  }
  for (const auto& zone : zones_of(answers)) {
    session.log().say("triage    " + std::string(triage::name_of(zone.action)) + "  " +
                      count_text(zone.subjects) + "  (" + fixed_text(100.0 * zone.share, 1) +
                      " %)");
  }
  session.log().say(std::string("use       ") + intended_use);
  session.log().say("written   " + (folder / "triage.tsv").string());
  return 0;
}

} // namespace vigil::app
