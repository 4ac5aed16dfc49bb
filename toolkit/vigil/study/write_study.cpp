// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/checklists.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/report/write_html.hpp"
#include "vigil/report/write_json.hpp"
#include "vigil/report/write_tables.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/study/model_tables.hpp"
#include "vigil/study/run_study.hpp"

namespace vigil {

namespace {

std::string toml_text(const OptionValue& value);

struct TomlText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(Index value) const { return number_text(value); }
  std::string operator()(double value) const {
    const auto text = number_text(value);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  std::string operator()(const std::string& value) const {
    std::string text = "\"";
    for (const char letter : value) {
      text += letter == '"' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
    }
    return text + "\"";
  }
  std::string operator()(const OptionValue::List& list) const {
    std::vector<std::string> parts;
    for (const auto& part : list) {
      parts.push_back(toml_text(part));
    }
    return "[" + join(parts, ", ") + "]";
  }
  std::string operator()(const OptionValue::Table& table) const {
    std::vector<std::string> parts;
    for (const auto& [name, part] : table) {
      parts.push_back((*this)(name) + " = " + toml_text(part));
    }
    return "{ " + join(parts, ", ") + " }";
  }
};

std::string toml_text(const OptionValue& value) {
  return std::visit(TomlText{}, value.value);
}

std::string section_text(const std::string& title, const Options& section) {
  std::string text = "\n" + title + "\n";
  for (const auto& [key, value] : section.entries()) {
    text += key + " = " + toml_text(value) + "\n";
  }
  return text;
}

void fill_adequate(const AdequatePerformance& adequate, Options& validate) {
  const auto fill = [&validate](const char* key, auto value) {
    if (!validate.has(key)) {
      validate.set(key, {std::move(value), "default"});
    }
  };
  const auto limits = [](ValueRange range) {
    return OptionValue::List{{range.from, "default"}, {range.to, "default"}};
  };
  fill("adequate_concordance", adequate.concordance.from);
  fill("adequate_slope", limits(adequate.slope));
  fill("adequate_oe_ratio", limits(adequate.oe_ratio));
}

/// Every section as it was used: inherited values and the defaults that decide something are written out.
std::string resolved_text(const StudySettings& study, const std::vector<double>& used_horizons) {
  Options validate = study.file.validate;
  const auto& settings = study.validate;
  const auto fill = [](Options& section, const char* key, auto value) {
    if (!section.has(key)) {
      section.set(key, {value, "default"});
    }
  };
  fill(validate, "scheme", settings.scheme);
  fill(validate, "folds", settings.folds);
  fill(validate, "repeats", settings.repeats);
  fill(validate, "inner_folds", settings.inner_folds);
  fill(validate, "min_censoring_survival", settings.min_censoring_survival);
  fill(validate, "replicates", settings.replicates);
  fill(validate, "interval", std::string(settings.nested_interval ? "bates" : "nadeau-bengio"));
  fill_adequate(settings.adequate, validate);
  fill(validate, "censoring", std::string("marginal"));
  if (settings.folds_file.empty() &&
      (settings.scheme == "bootstrap" || settings.scheme == "subsampling")) {
    fill(validate, "estimator", std::string(name_of(settings.estimator)));
  }
  validate.set("null_check",
               {settings.null_check, "run"}); // the command line may have asked for it
  if (!validate.has("horizons")) {
    OptionValue::List horizons;
    for (const double horizon : used_horizons) {
      horizons.push_back({horizon, "default"});
    }
    validate.set("horizons", {horizons, "default"});
  }
  Options prepare = study.file.prepare;
  fill(prepare, "impute", std::string("median"));
  fill(prepare, "standardize", true);
  Options run = study.file.run;
  run.set("seed", {static_cast<Index>(study.seed), "run"});
  std::string text = "schema = 1\n" + section_text("[data]", study.file.data);
  for (const auto& external : study.file.externals) {
    text += section_text("[[external]]", external);
  }
  for (const auto& learner : study.file.learners) {
    text += section_text("[[learner]]", learner);
  }
  text += section_text("[prepare]", prepare) + section_text("[validate]", validate);
  if (study.file.triage) {
    Options triage = *study.file.triage;
    fill(triage, "learner", study.triage->learner);
    fill(triage, "decide_at", std::string(name_of(study.triage->decide_at)));
    fill(triage, "interval", std::string(study.triage->use_interval ? "model" : "none"));
    fill(triage, "alpha_observe", study.triage->alpha_observe);
    fill(triage, "delta", study.triage->delta);
    fill(triage, "high_risk", study.triage->high_risk);
    text += section_text("[triage]", triage);
  }
  Options report = study.file.report;
  fill(report, "title", study.title);
  return text + section_text("[run]", run) + section_text("[report]", report);
}

} // namespace

void write_study(const StudySettings& study,
                 const StudyResult& result,
                 const std::filesystem::path& folder) {
  report::write_tables(result.report, folder / "tables");
  report::write_json(result.report, folder);
  report::write_figures(result.report, folder / "figures");
  report::write_html(result.report, folder);
  report::write_checklists(result.report, folder / "checklists");
  report::write_file(folder / "config.resolved.toml",
                     resolved_text(study, result.report.plan.horizons));
  std::filesystem::create_directories(folder / "models");
  for (const auto& model : result.models) {
    storage::write_record(folder / "models" / (model.learner + ".h5"),
                          stored_record(model.model, result.largest_supported_horizon));
  }
}

} // namespace vigil
