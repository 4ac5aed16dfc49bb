// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/screen.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/screen_report.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_run.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/corrected_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using nlohmann::ordered_json;

/// By column; NaN where the file does not name it.
std::vector<double> read_covariate(const std::string& name, const Cohort& cohort) {
  const auto table = storage::read_table(name);
  const auto values = table.numbers("covariate");
  const auto covariates = cohort.covariates();
  std::vector<double> result(at(covariates.columns()), std::numeric_limits<double>::quiet_NaN());
  const auto columns = find_columns(covariates, table.index());
  for (std::size_t row = 0; row < columns.size(); ++row) {
    result[at(columns[row])] = values[row];
  }
  return result;
}

select::ScreenOptions screen_options(const Options& options, const Cohort& cohort) {
  select::ScreenOptions result{
      .ties = *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "breslow")),
      .preparation = preparation_options(options)};
  result.draws = options.count("draws").value_or(result.draws);
  result.permute = options.flag("permute").value_or(false);
  result.level = options.number("level").value_or(result.level);
  if (const auto file = options.text("covariate")) {
    result.covariate = read_covariate(*file, cohort);
  }
  return result;
}

/// One row for each tested feature, by falling |z|; those without a test last, in column order.
void write_features(const select::Screen& screen,
                    const Cohort& cohort,
                    const std::filesystem::path& folder) {
  const auto order = screen.order();
  const auto covariates = cohort.covariates();
  std::vector<std::string> feature, reason;
  for (const Index place : order) {
    feature.push_back(covariates.info(screen.column[at(place)]).name);
    reason.push_back(screen.why_undefined(place));
  }
  std::vector<storage::TableColumn> columns{{"feature", std::move(feature)}};
  const auto add = [&](const char* name, const std::vector<double>& by_place) {
    std::vector<double> values;
    values.reserve(order.size());
    for (const Index place : order) {
      values.push_back(by_place[at(place)]);
    }
    columns.push_back({name, std::move(values)});
  };
  add("estimate", screen.estimate);
  add("z", screen.z);
  add("p", screen.p);
  add("bh", screen.bh);
  add("by", screen.by);
  add("storey_q", screen.storey);
  add("maxt", screen.max_t);
  add("se", screen.se);
  add("ihw", screen.weighted);
  add("ihw_weight", screen.weight);
  add("holm", screen.holm);
  add("hommel", screen.hommel);
  columns.push_back({"undefined_because", std::move(reason)});
  storage::write_table(folder / "screen.tsv", columns);
}

/// Features at or below the level by each adjustment.
Index count_found(const std::vector<double>& adjusted, double level) {
  return std::count_if(
      adjusted.begin(), adjusted.end(), [level](double each) { return each <= level; });
}

constexpr double said_level = 0.05;

void write_summary(const select::Screen& screen,
                   const select::ScreenOptions& options,
                   const std::string& combat,
                   const CohortRun& run) {
  const Cohort& cohort = run.cohort;
  const auto covariates = cohort.covariates();
  ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["features"] = size_of(screen.column);
  out["tests"] = screen.tests();
  out["adjusted_for"] = ordered_json::array();
  for (const Index column : screen.adjusted) {
    out["adjusted_for"].push_back(covariates.info(column).name);
  }
  if (!combat.empty()) {
    out["combat"] = ordered_json::parse(combat);
  }
  out["ties"] = survival::name_of(options.ties);
  out["null_share"] =
      std::isfinite(screen.null_share) ? ordered_json(screen.null_share) : ordered_json(nullptr);
  out["seed"] = run.seed;
  out["draws"] = options.draws;
  out["drawn_by"] = options.draws == 0 ? "" : options.permute ? "permutations" : "multipliers";
  out["level"] = said_level;
  out["found"] = {{"bh", count_found(screen.bh, said_level)},
                  {"by", count_found(screen.by, said_level)},
                  {"storey_q", count_found(screen.storey, said_level)},
                  {"maxt", count_found(screen.max_t, said_level)},
                  {"ihw", count_found(screen.weighted, said_level)},
                  {"holm", count_found(screen.holm, said_level)},
                  {"hommel", count_found(screen.hommel, said_level)}};
  out["ihw_level"] =
      options.covariate.empty() ? ordered_json(nullptr) : ordered_json(options.level);
  out["undefined_because"] = screen.undefined_because;
  report::write_file(run.folder / "summary.json", out.dump(2) + "\n");
}

void write_page(const select::Screen& screen,
                const select::ScreenOptions& options,
                const CorrectedInput& input,
                const std::filesystem::path& folder) {
  const Cohort& cohort = input.cohort();
  const auto covariates = cohort.covariates();
  report::ScreenReport page{.screen = screen,
                            .file = cohort.parts().file_name,
                            .subjects = cohort.subjects(),
                            .events = cohort.events(),
                            .draws = options.draws,
                            .permuted = options.permute,
                            .corrected_for = input.combat() ? input.combat()->batch : ""};
  for (const Index column : screen.column) {
    page.feature.push_back(covariates.info(column).name);
  }
  for (const Index column : screen.adjusted) {
    page.adjusted_for.push_back(covariates.info(column).name);
  }
  report::write_screen(page, folder);
}

void say_result(const select::Screen& screen, Session& session) {
  if (screen.undefined()) {
    session.log().say("screen undefined: " + screen.undefined_because);
    return;
  }
  session.log().say("screen    " + count_text(screen.tests()) + " of " +
                    count_text(size_of(screen.column)) + " features tested, adjusted for " +
                    count_text(size_of(screen.adjusted)) + " columns; the matrix was read " +
                    count_text(screen.reads) + " times");
  session.log().say("found     at 0.05: " + count_text(count_found(screen.bh, said_level)) +
                    " by Benjamini-Hochberg, " + count_text(count_found(screen.max_t, said_level)) +
                    " by maxT");
}

int run_screen(const Invocation& invocation) {
  return run_on_cohort(invocation, "screen-results", [&](CohortRun& run) {
    const auto options = screen_options(invocation.options, run.cohort);
    const CorrectedInput corrected(run.cohort, invocation.options, {}, run.context);
    corrected.say("the tests take the corrected values as given", run.session.log());
    const auto screen = select::screen(
        corrected.data(), run.cohort.weights(), options, RandomKey(run.seed), run.context);
    write_features(screen, run.cohort, run.folder);
    write_summary(screen, options, combat_json(corrected.combat()), run);
    write_page(screen, options, corrected, run.folder);
    say_result(screen, run.session);
  });
}

constexpr std::array own_options{
    OptionSpec{"draws", "N", "draws of maxT (default 1000; 0: no maxT)"},
    OptionSpec{"permute",
               "",
               "draws by permutation within centre and stratum, instead of score multipliers"},
    OptionSpec{"covariate",
               "FILE",
               "table: feature, covariate; hypothesis weights by a number that does not know the "
               "outcome"},
    OptionSpec{"level",
               "Q",
               "false discovery rate at which hypothesis weights are to find most (default 0.1)"},
    OptionSpec{"ties", "breslow|efron", "tied event times (default breslow)"},
    combat_specs[0],
    combat_specs[1],
    combat_specs[2],
};

} // namespace

const Verb screen_verb{
    .name = "screen",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "a score test of each feature, with control of false discoveries over all",
    .details = "Writes screen.tsv, summary.json, report.html, figures. Tests are adjusted for the "
               "--clinical columns. "
               "Adjusted p-values count the features of the cohort: pass all candidates, not "
               "those that a look at the outcome has left.",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_screen};

} // namespace vigil::app
