// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/cohort_options.hpp"

#include "vigil/base/text.hpp"
#include "vigil/select/log_rank_cut.hpp"
#include "vigil/select/score_ranking.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <utility>
#include <variant>

namespace vigil {

namespace {

void read_outcome(const Options& options, storage::CohortRequest& request) {
  request.time = options.text("time").value_or("");
  request.event = options.text("event").value_or("");
  request.event_is = options.text("event_is").value_or("");
  request.cause = options.text("cause").value_or("");
  request.follow_up_end = options.text("follow_up_end").value_or("");
  request.outcome = options.text("outcome").value_or("");
  request.family = options.choice("family", {"gaussian", "binomial", "poisson"}, "");
  request.truncate_at = options.number("truncate_at");
  if (const auto unit = options.text("time_unit")) {
    request.time_unit = parse_time_unit(*unit);
    if (!request.time_unit) {
      options.refuse("time_unit", "days, weeks, months or years");
    }
  }
  if (!request.time.empty() && request.event.empty() && request.cause.empty()) {
    options.refuse("time",
                   "a time with its event (event, or cause for competing risks)",
                   "name the column of the event");
  }
  if (request.time.empty() && !(request.event.empty() && request.cause.empty())) {
    options.refuse(request.event.empty() ? "cause" : "event",
                   "an event with its time",
                   "name the column of the time");
  }
}

void read_groupings(const Options& options, storage::CohortRequest& request) {
  const auto strata = options.texts("strata");
  if (strata.size() > 1) {
    options.refuse("strata", "one column", "combine the columns into one");
  }
  request.strata = strata.empty() ? "" : strata.front();
  request.entry = options.text("entry").value_or("");
  request.weight = options.text("weight").value_or("");
  request.offset = options.text("offset").value_or("");
  request.centre = options.text("centre").value_or("");
  request.group = options.text("group").value_or("");
  request.batch = options.text("batch").value_or("");
}

/// Values that are written as texts, a column's unit or moment: exactly one each.
std::vector<std::pair<std::string, std::string>> single_values(const Options& options,
                                                               std::string_view key) {
  std::vector<std::pair<std::string, std::string>> values;
  for (auto& [column, texts] : options.table(key)) {
    values.push_back({column, texts.empty() ? std::string() : texts.front()});
    for (std::size_t further = 1; further < texts.size(); ++further) {
      const auto equals = texts[further].find('='); // a=x,b=y in one text
      if (equals == std::string::npos || equals == 0) {
        options.refuse(key, "one value for each column");
      }
      values.push_back({texts[further].substr(0, equals), texts[further].substr(equals + 1)});
    }
  }
  return values;
}

void read_columns(const Options& options, storage::CohortRequest& request) {
  request.clinical = options.texts("clinical");
  request.penalize_clinical = options.flag("penalize_clinical").value_or(false);
  for (auto& [column, levels] : options.table("levels")) {
    request.levels[column] = std::move(levels);
  }
  for (const auto& [column, borders] : options.table("cut")) {
    for (const auto& border : borders) {
      const auto value = parse_number(border);
      if (!value) {
        options.refuse("cut", "COL=20,50: numbers in ascending order");
      }
      request.cuts[column].push_back(*value);
    }
  }
  for (const auto& [column, word] : single_values(options, "known_at")) {
    const auto moment = parse_known_at(word);
    if (!moment) {
      options.refuse("known_at", "baseline, imaging, biopsy, operative, pathology or followup");
    }
    request.known_at[column] = *moment;
  }
  for (auto& [column, unit] : single_values(options, "unit")) {
    request.unit[column] = std::move(unit);
  }
}

} // namespace

storage::CohortRequest cohort_request(const Options& options, const std::filesystem::path& file) {
  storage::CohortRequest request;
  request.file = file;
  request.id = options.text("id").value_or("");
  read_outcome(options, request);
  read_groupings(options, request);
  read_columns(options, request);
  const auto features = options.texts("features");
  if (!features.empty()) {
    storage::choose_features(request, join(features, ","));
  }
  request.layer = options.text("layer").value_or("");
  request.subjects = options.whole_texts("subjects");
  return request;
}

namespace {

std::shared_ptr<const MarkerRanking> ranking_of(const std::string& by, const std::string& impute) {
  if (by == "variance") {
    return std::make_shared<const VarianceRanking>();
  }
  return std::make_shared<const select::ScoreRanking>(impute);
}

/// The section filter = { keep = 1000, by = "score" }, or the options --filter-keep and --filter-by.
MarkerFilter marker_filter(const Options& options, const std::string& impute) {
  Options filter(options.where("filter"));
  for (const auto& [key, texts] : options.table("filter")) {
    filter.set(key, {join(texts, ","), options.where("filter") + " " + key});
  }
  for (const std::string key : {"keep", "by"}) {
    if (const auto text = options.text("filter_" + key)) {
      filter.set(key, {*text, options.where("filter_" + key)});
    }
  }
  const auto by = filter.choice("by", {"variance", "score"}, "");
  const auto keep = filter.count("keep");
  filter.refuse_unknown();
  if (by.empty() && !keep) {
    return {};
  }
  if (!keep || *keep < 1) {
    filter.refuse("keep", "a whole number of at least 1: how many markers a training set keeps");
  }
  if (by.empty()) {
    filter.refuse("by",
                  "variance or score",
                  "name by what the markers are ranked: variance does not look at the outcome");
  }
  return {.keep = *keep, .ranking = ranking_of(by, impute)};
}

/// choose_cut = { columns = [..], rule = "maximally-selected" } of a study, or the columns of --choose-cut.
CutRule cut_rule(const Options& options) {
  CutRule rule;
  const auto entry = options.entries().find("choose_cut");
  if (entry == options.entries().end()) {
    return rule;
  }
  const std::string where = options.where("choose_cut");
  if (std::holds_alternative<OptionValue::Table>(entry->second.value)) {
    Options section(where);
    for (const auto& [key, texts] : options.table("choose_cut")) {
      const std::string place = fmt::format("{} {}", where, key);
      OptionValue::List list;
      for (const auto& text : texts) {
        list.push_back({text, place});
      }
      section.set(key, {std::move(list), place});
    }
    rule.columns = section.texts("columns");
    const auto word = section.texts("rule");
    if (word != std::vector<std::string>{"maximally-selected"}) {
      section.refuse("rule", "rule = \"maximally-selected\": the only one there is");
    }
    section.refuse_unknown();
  } else {
    rule.columns = options.texts("choose_cut");
  }
  if (rule.columns.empty()) {
    options.refuse("choose_cut", "the columns that each training set is to cut in two");
  }
  rule.statistic = std::make_shared<const select::LogRankCut>();
  return rule;
}

/// combat = { .. } of a study, or the options --combat, --combat-covariates and --combat-unseen.
Options combat_section(const Options& options) {
  Options section(options.where("combat"));
  const auto entry = options.entries().find("combat");
  const bool is_table = entry != options.entries().end() &&
                        std::holds_alternative<OptionValue::Table>(entry->second.value);
  if (is_table) {
    for (const auto& [key, texts] : options.table("combat")) {
      OptionValue::List list;
      for (const auto& text : texts) {
        list.push_back({text, options.where("combat") + " " + key});
      }
      section.set(key, {std::move(list), options.where("combat") + " " + key});
    }
  } else if (const auto batch = options.text("combat")) {
    section.set("batch", {*batch, options.where("combat")});
  }
  for (const std::string key : {"covariates", "unseen"}) {
    if (options.has("combat_" + key)) {
      section.set(key, options.entries().find("combat_" + key)->second);
    }
  }
  return section;
}

constexpr std::array fitted_keys{"filter", "filter_keep", "filter_by", "choose_cut"};

} // namespace

PreparationOptions preparation_options(const Options& options) {
  const auto impute = options.choice("impute", {"none", "median", "mean"}, "median");
  PreparationOptions preparation{.impute = impute,
                                 .standardize = options.flag("standardize").value_or(true),
                                 .cut = cut_rule(options),
                                 .filter = marker_filter(options, impute)};
  if (!preparation.cut.empty() && !preparation.filter.empty() &&
      preparation.filter.ranking->name() == "score") {
    options.refuse("choose_cut",
                   "no filter by score beside it: it would adjust for every candidate cut",
                   "filter by variance, or declare the cut with cut in [data]");
  }
  return preparation;
}

std::optional<CombatOptions> combat_options(const Options& options) {
  static_cast<void>(options.texts("combat_covariates"));
  static_cast<void>(options.text("combat_unseen"));
  const Options section = combat_section(options);
  const auto batch = section.texts("batch");
  CombatOptions combat{.covariates = section.texts("covariates")};
  const auto unseen = section.texts("unseen");
  section.refuse_unknown();
  if (batch.empty() && combat.covariates.empty() && unseen.empty()) {
    return std::nullopt;
  }
  if (batch.size() != 1 || batch.front().empty()) {
    section.refuse("batch", "one column: where a subject was measured", "name the column");
  }
  if (unseen.size() > 1 ||
      (!unseen.empty() && unseen.front() != "none" && unseen.front() != "reference")) {
    section.refuse("unseen", "none or reference");
  }
  combat.batch = batch.front();
  combat.unseen =
      !unseen.empty() && unseen.front() == "reference" ? UnseenBatch::reference : UnseenBatch::none;
  return combat;
}

void lend_preparation(const Options& from, Options& section) {
  for (const char* key : fitted_keys) {
    if (section.has(key)) {
      section.refuse(key,
                     "a filter or cut for all learners",
                     "write it in [prepare], or as --filter-keep, --filter-by, --choose-cut");
    }
  }
  for (const std::string key : {"impute", "standardize"}) {
    if (section.has(key)) {
      section.refuse(key,
                     "one preparation for all learners",
                     "write it in [prepare], or as --" + key + " beside --learner");
    }
  }
  for (const auto& [key, value] : from.entries()) {
    const bool fitted = std::ranges::find(fitted_keys, key) != fitted_keys.end();
    if (fitted || key == "impute" || key == "standardize") {
      section.set(key, value);
    }
  }
}

void features_by_default(storage::CohortRequest& request) {
  if (request.features == storage::FeatureChoice::automatic && request.clinical.empty()) {
    request.features = request.file.extension() == ".h5ad" ? storage::FeatureChoice::all
                                                           : storage::FeatureChoice::rest;
  }
}

} // namespace vigil
