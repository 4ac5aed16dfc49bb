// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/penalized/raw_inputs.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/survival/gamma_frailty.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

constexpr Index most_levels = 500; // the information has a row for each

survival::GammaFrailtyOptions frailty_options(const Options& options) {
  if (!options.has("by")) {
    options.refuse("by", "the column whose levels share a frailty", "add --by COL");
  }
  for (const char* dependent : {"group", "weight"}) {
    if (options.has(dependent)) {
      options.refuse(
          dependent,
          "no --group and no --weight: the likelihood is that of subjects who depend on each "
          "other through --by alone",
          "drop it");
    }
  }
  if (options.has("entry")) {
    options.refuse(
        "entry",
        "follow-up from time 0: those who enter late have lower frailties than all, which is "
        "not modelled",
        "drop --entry only if nobody enters late");
  }
  survival::GammaFrailtyOptions result{
      .ties = *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "efron")),
      .level = options.number("level").value_or(0.95),
      .variance = options.number("variance")};
  if (!(result.level > 0.0 && result.level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  if (result.variance && !(*result.variance >= 0.0 && *result.variance <= 100.0)) {
    options.refuse("variance", "a number from 0 to 100", "drop it to estimate the variance");
  }
  return result;
}

void refuse_unfit(const Options& options, const Cohort& cohort) {
  require_times(cohort, "vigil frailty");
  const Grouping& by = cohort.parts().group;
  if (size_of(by.names) > most_levels) {
    options.refuse("by",
                   "a column of at most " + number_text(most_levels) + " levels; this one has " +
                       number_text(size_of(by.names)),
                   "name a column of centres, families or patients");
  }
}

/// Columns that vary, with their missing values filled.
struct FrailtyColumns {
  std::vector<std::string> names = {};
  std::vector<double> values = {};
};

FrailtyColumns
frailty_columns(const Cohort& cohort, const std::string& impute, Scheduler& scheduler) {
  const auto data = cohort.data();
  const auto covariates = data.covariates();
  const CaseWeights weights = cohort.weights();
  const auto prepared =
      fit_preparations(data, {&weights, 1}, {.impute = impute, .standardize = false}, scheduler);
  const auto kept = penalized::kept_columns(prepared.front());
  penalized::RawInputs raw;
  raw.want(kept);
  raw.read(covariates, scheduler);
  FrailtyColumns columns{.values = raw.select(kept, data.subjects())};
  Preparation rules = prepared.front().select(kept);
  rules.fill_from(columns.values, weights);
  for (Index place = 0; place < size_of(kept); ++place) {
    columns.names.push_back(covariates.info(kept[at(place)]).name);
    for (Index subject = 0; subject < data.subjects(); ++subject) {
      double& value = columns.values[at(place * data.subjects() + subject)];
      value = rules.apply(place, value);
    }
  }
  return columns;
}

void write_coefficients(const survival::GammaFrailty& fit,
                        const std::vector<std::string>& names,
                        double level,
                        const std::filesystem::path& folder) {
  const double reach = normal_quantile(0.5 + level / 2.0);
  std::vector<double> se, known, lower, upper, p;
  std::vector<std::string> reasons;
  for (Index column = 0; column < size_of(names); ++column) {
    const bool dropped =
        std::find(fit.dropped.begin(), fit.dropped.end(), column) != fit.dropped.end();
    const double value = fit.coefficient[at(column)];
    const double error =
        dropped ? std::numeric_limits<double>::quiet_NaN() : fit.standard_error(column);
    se.push_back(error);
    known.push_back(dropped ? error : fit.conditional_standard_error(column));
    lower.push_back(value - reach * error);
    upper.push_back(value + reach * error);
    p.push_back(std::isnan(error) ? error : two_sided_normal_p(value / error));
    reasons.push_back(dropped ? "depends on the columns before it" : fit.reason);
  }
  const std::vector<storage::TableColumn> columns{{"feature", names},
                                                  {"coefficient", fit.coefficient},
                                                  {"se", se},
                                                  {"lower", lower},
                                                  {"upper", upper},
                                                  {"p", p},
                                                  {"se_variance_known", known},
                                                  {"undefined_because", reasons}};
  storage::write_table(folder / "coefficients.tsv", columns);
}

void write_levels(const survival::GammaFrailty& fit,
                  const Cohort& cohort,
                  const std::filesystem::path& folder) {
  std::vector<std::string> level;
  std::vector<Index> subjects, events;
  std::vector<double> expected, frailty, lower, upper;
  for (std::size_t number = 0; number < fit.clusters.size(); ++number) {
    const auto& own = fit.clusters[number];
    level.push_back(cohort.parts().group.names[number]);
    subjects.push_back(own.subjects);
    events.push_back(own.events);
    expected.push_back(own.expected);
    frailty.push_back(own.frailty);
    lower.push_back(own.lower);
    upper.push_back(own.upper);
  }
  const std::vector<storage::TableColumn> columns{{"level", level},
                                                  {"subjects", subjects},
                                                  {"events", events},
                                                  {"expected", expected},
                                                  {"frailty", frailty},
                                                  {"lower", lower},
                                                  {"upper", upper}};
  storage::write_table(folder / "frailties.tsv", columns);
}

nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

void write_summary(const survival::GammaFrailty& fit,
                   const survival::GammaFrailtyOptions& options,
                   const Cohort& cohort,
                   const std::string& by,
                   const std::filesystem::path& folder) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["time_unit"] = name_of(cohort.time_unit());
  out["by"] = by;
  out["levels"] = size_of(cohort.parts().group.names);
  out["ties"] = survival::name_of(options.ties);
  out["level"] = options.level;
  out["status"] = survival::name_of(fit.status);
  out["reason"] = fit.reason;
  out["variance_given"] = options.variance.has_value();
  out["variance"] = number_or_null(fit.variance);
  out["variance_lower"] = number_or_null(fit.variance_lower);
  out["variance_upper"] = number_or_null(fit.variance_upper);
  out["kendall_tau"] = number_or_null(fit.variance / (fit.variance + 2.0));
  out["log_likelihood"] = number_or_null(fit.log_likelihood);
  out["null_log_likelihood"] = number_or_null(fit.null_log_likelihood);
  out["likelihood_ratio"] = number_or_null(fit.likelihood_ratio);
  out["p"] = number_or_null(fit.p);
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

std::string result_line(const survival::GammaFrailty& fit, double level) {
  if (std::isnan(fit.variance)) {
    return "none: " + fit.reason;
  }
  std::string line = "variance " + fixed_text(fit.variance, 4);
  if (!std::isnan(fit.p)) {
    line += " (" + number_text(100.0 * level) + " % " + fixed_text(fit.variance_lower, 4) + " to " +
            (std::isnan(fit.variance_upper) ? "beyond 100" : fixed_text(fit.variance_upper, 4)) +
            "), likelihood ratio " + fixed_text(fit.likelihood_ratio, 3) + ", p " +
            (fit.p < 1e-4 ? "< 0.0001" : fixed_text(fit.p, 4));
  }
  return line;
}

int run_frailty(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto options = frailty_options(invocation.options);
  const auto by = invocation.options.text("by").value_or("");
  const auto folder = session.output_folder("frailty-results");
  auto input = cohort_input(invocation, invocation.argument(), ByDefault::as_told);
  if (!invocation.options.has("features")) {
    input.features = storage::FeatureChoice::none;
  }
  input.group = by;
  const Cohort cohort = open_input(session, input);
  refuse_unfit(invocation.options, cohort);
  const auto columns =
      frailty_columns(cohort, preparation_options(invocation.options).impute, session.scheduler());
  const auto& parts = cohort.parts();
  const auto fit =
      survival::fit_gamma_frailty({.outcome = survival_outcome(*parts.outcome, "frailty"),
                                   .columns = columns.values,
                                   .cluster = parts.group.level,
                                   .clusters = size_of(parts.group.names),
                                   .stratum = parts.stratum.level,
                                   .offset = parts.offset},
                                  options);
  write_coefficients(fit, columns.names, options.level, folder);
  write_levels(fit, cohort, folder);
  write_summary(fit, options, cohort, by, folder);
  session.log().say("frailty   " + result_line(fit, options.level));
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"by", "COL", "the column whose levels share a frailty: centre, family, patient"},
    OptionSpec{"variance", "T", "of the frailties, instead of estimating it"},
    OptionSpec{"ties", "breslow|efron", "tied event times (default efron)"},
    OptionSpec{"level", "L", "coverage of the intervals (default 0.95)"},
};

} // namespace

const Verb frailty_verb{
    .name = "frailty",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "how much centres or families differ in hazard beyond the columns",
    .details =
        "Cox model of the --clinical columns (and of --features, where named) with a gamma frailty "
        "for each level of --by. Writes coefficients.tsv, frailties.tsv, summary.json; no model: "
        "a new centre has no frailty.",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_frailty};

} // namespace vigil::app
