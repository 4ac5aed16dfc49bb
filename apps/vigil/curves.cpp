// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/curve_tables.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

constexpr Index most_groups = 100;

CurvesRequest curves_request(const Options& options) {
  CurvesRequest request{.horizons = options.numbers("horizons"),
                        .restrict_at = options.number("restrict"),
                        .level = options.number("level").value_or(0.95)};
  request.variance = options.choice("variance", {"jackknife", "aalen"}, "jackknife") == "aalen"
                         ? IncidenceVariance::aalen
                         : IncidenceVariance::jackknife;
  request.pseudo_values = options.flag("pseudo_values").value_or(false);
  request.strata = options.has("strata");
  for (const double horizon : request.horizons) {
    if (!(horizon > 0.0)) {
      options.refuse("horizons", "times > 0");
    }
  }
  if (request.restrict_at && !(*request.restrict_at > 0.0)) {
    options.refuse("restrict", "a time > 0");
  }
  if (!(request.level > 0.0 && request.level < 1.0)) {
    options.refuse("level", "a number between 0 and 1");
  }
  if (request.pseudo_values && request.horizons.empty()) {
    options.refuse("pseudo_values", "a time at which they are", "name it with --horizons");
  }
  if (options.has("group")) {
    options.refuse("group",
                   "--by COL for the groups whose curves are compared",
                   "standard errors of rows that depend on each other are not computed here");
  }
  return request;
}

void refuse_unfit(const Options& options, const Cohort& cohort, const CurvesRequest& request) {
  require_times(cohort, "vigil curves");
  const bool weighted = !cohort.parts().sampling_weight.empty();
  if (weighted && (request.variance == IncidenceVariance::aalen || request.pseudo_values)) {
    options.refuse(
        "weight",
        "no sampling weights with --variance aalen and --pseudo-values, which count subjects",
        "leave one of the two out");
  }
  if (weighted && request.restrict_at) {
    options.refuse("weight",
                   "no sampling weights with --restrict: Greenwood's variance counts subjects",
                   "leave one of the two out");
  }
  const Index groups = size_of(cohort.parts().group.names);
  if (groups > most_groups) {
    options.refuse("by",
                   "a column of at most " + number_text(most_groups) + " groups; this one has " +
                       number_text(groups),
                   "name a column of classes");
  }
}

void write_summary(const Cohort& cohort,
                   const CurvesRequest& request,
                   const std::vector<CurveGroup>& groups,
                   const std::filesystem::path& folder) {
  nlohmann::ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["time_unit"] = name_of(cohort.time_unit());
  out["groups"] = nlohmann::ordered_json::array();
  for (const CurveGroup& group : groups) {
    out["groups"].push_back(group.name);
  }
  out["level"] = request.level;
  out["variance"] = request.variance == IncidenceVariance::aalen ? "aalen" : "jackknife";
  out["restricted_to"] = request.restrict_at ? nlohmann::ordered_json(*request.restrict_at)
                                             : nlohmann::ordered_json(nullptr);
  out["tests_within_strata"] = request.strata;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

int run_curves(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto request = curves_request(invocation.options);
  const auto folder = session.output_folder("curves-results");
  auto input = cohort_input(invocation, invocation.argument(), ByDefault::as_told);
  input.features = storage::FeatureChoice::none;
  input.group = invocation.options.text("by").value_or("");
  const Cohort cohort = open_input(session, input);
  refuse_unfit(invocation.options, cohort, request);
  const auto groups = curve_groups(cohort);
  write_curves(cohort, groups, request, folder);
  write_groups(cohort, groups, request, folder);
  if (!request.horizons.empty()) {
    write_horizons(cohort, groups, request, folder);
  }
  if (groups.size() > 1) {
    std::string label = "tests     ";
    for (const auto& line : write_tests(cohort, request, folder)) {
      session.log().say(label + line);
      label = "          ";
    }
  }
  if (request.pseudo_values) {
    write_pseudo_values(cohort, request, folder);
  }
  write_summary(cohort, request, groups, folder);
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"by", "COL", "compare the groups of a column"},
    OptionSpec{"horizons", "T1,T2", "estimates at these times too", true},
    OptionSpec{"restrict", "T", "restricted mean times up to T, and their differences"},
    OptionSpec{"variance", "jackknife|aalen", "of cumulative incidence (default jackknife)"},
    OptionSpec{"pseudo-values", "", "of every subject at the horizons"},
    OptionSpec{"level", "L", "coverage of the intervals (default 0.95)"},
};

} // namespace

const Verb curves_verb{
    .name = "curves",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "survival and cumulative incidence of groups, and whether they differ",
    .details =
        "Writes curves.tsv, groups.tsv, summary.json; with --horizons horizons.tsv, with --by "
        "tests.tsv, with both --by and --restrict restricted_means.tsv. Tests are within "
        "--strata.",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_curves};

} // namespace vigil::app
