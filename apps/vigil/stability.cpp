// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/stability.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_run.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/corrected_input.hpp"
#include "apps/vigil/filter_request.hpp"
#include "apps/vigil/path_request.hpp"
#include "apps/vigil/penalty_request.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using nlohmann::ordered_json;

select::Clusters read_clusters(const std::string& name, const Cohort& cohort) {
  const auto table = storage::read_table(name);
  const auto covariates = cohort.covariates();
  const auto columns = find_columns(covariates, table.index());
  return select::make_clusters(covariates, columns, table.texts("cluster"));
}

select::StabilityOptions stability_options(const Options& options, const Cohort& cohort) {
  const auto input = path_input(options, cohort);
  select::StabilityOptions result{
      .preparation = preparation_options(options), .penalty = input.penalty, .grid = input.grid};
  check_filter(options, result.preparation.filter);
  const Index subsamples = options.count("subsamples").value_or(2 * result.pairs);
  if (subsamples < 2 || subsamples % 2 != 0) {
    options.refuse("subsamples", "an even number: two half samples for each pair", "use 100");
  }
  result.pairs = subsamples / 2;
  result.per_half = options.count("per_subsample").value_or(0);
  if (options.has("per_subsample") && result.per_half < 1) {
    options.refuse("per_subsample", "at least 1 feature");
  }
  result.threshold = options.number("threshold").value_or(result.threshold);
  result.weakness = options.number("randomize").value_or(1.0);
  if (const auto file = options.text("clusters")) {
    result.clusters = read_clusters(*file, cohort);
  }
  return result;
}

/// feature, frequency, selected: one row for each candidate, by falling frequency, then column.
void write_features(const select::Stability& stability,
                    const Cohort& cohort,
                    const std::filesystem::path& folder) {
  const auto covariates = cohort.covariates();
  const auto& features = stability.features;
  std::vector<std::string> feature, selected;
  std::vector<double> frequency;
  for (const Index place : features.order()) {
    feature.push_back(covariates.info(features.item[at(place)]).name);
    frequency.push_back(stability.undefined() ? std::numeric_limits<double>::quiet_NaN()
                                              : features.frequency(place));
    selected.emplace_back(stability.undefined() ? "" : features.selected(place) ? "1" : "0");
  }
  const std::vector<storage::TableColumn> columns{
      {"feature", feature}, {"frequency", frequency}, {"selected", selected}};
  storage::write_table(folder / "stability.tsv", columns);
}

/// cluster, members, frequency, selected: as stability.tsv.
void write_clusters(const select::Stability& stability,
                    const select::Clusters& names,
                    const std::filesystem::path& folder) {
  const auto& clusters = stability.clusters;
  std::vector<Index> size(names.name.size(), 0);
  for (const Index column : stability.features.item) {
    ++size[at(names.of[at(column)])];
  }
  std::vector<std::string> cluster, selected;
  std::vector<Index> members;
  std::vector<double> frequency;
  for (const Index place : clusters.order()) {
    const Index number = clusters.item[at(place)];
    cluster.push_back(names.name[at(number)]);
    members.push_back(size[at(number)]);
    frequency.push_back(stability.undefined() ? std::numeric_limits<double>::quiet_NaN()
                                              : clusters.frequency(place));
    selected.emplace_back(stability.undefined() ? "" : clusters.selected(place) ? "1" : "0");
  }
  const std::vector<storage::TableColumn> columns{
      {"cluster", cluster}, {"members", members}, {"frequency", frequency}, {"selected", selected}};
  storage::write_table(folder / "clusters.tsv", columns);
}

/// halves.tsv and selections.tsv.
void write_halves(const select::Stability& stability,
                  const Cohort& cohort,
                  const std::filesystem::path& folder) {
  const auto covariates = cohort.covariates();
  std::vector<Index> pair, half, chosen_pair, chosen_half, order;
  std::vector<std::string> subject, feature;
  for (const auto& selection : stability.halves) {
    for (const Index row : selection.subjects) {
      pair.push_back(selection.pair);
      half.push_back(selection.half);
      subject.push_back(cohort.subject_ids()[at(row)]);
    }
    for (std::size_t place = 0; place < selection.features.size(); ++place) {
      chosen_pair.push_back(selection.pair);
      chosen_half.push_back(selection.half);
      feature.push_back(covariates.info(selection.features[place]).name);
      order.push_back(static_cast<Index>(place) + 1);
    }
  }
  const std::vector<storage::TableColumn> halves{
      {"pair", pair}, {"half", half}, {"subject", subject}};
  storage::write_table(folder / "halves.tsv", halves);
  const std::vector<storage::TableColumn> selections{
      {"pair", chosen_pair}, {"half", chosen_half}, {"feature", feature}, {"order", order}};
  storage::write_table(folder / "selections.tsv", selections);
}

ordered_json number_or_null(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

void add_bounds(const select::ErrorBounds& bounds, ordered_json& out) {
  ordered_json value, reason;
  const auto add = [&](const char* name, const select::ErrorBound& bound) {
    value[name] = number_or_null(bound.value);
    reason[name] = bound.undefined_because;
  };
  add("mb", bounds.mb);
  add("unimodal", bounds.unimodal);
  add("r_concave", bounds.r_concave);
  out["bound_on_expected_low_probability_selections"] = std::move(value);
  out["bound_undefined_because"] = std::move(reason);
}

ordered_json agreement_json(const select::Stability& stability, double level) {
  ordered_json out;
  out["nogueira"] = number_or_null(stability.nogueira.value);
  out["lower"] = number_or_null(stability.nogueira.lower);
  out["upper"] = number_or_null(stability.nogueira.upper);
  out["level"] = level;
  out["interval"] = "Monte-Carlo interval over resamples, given these data";
  ordered_json reasons{{"nogueira", stability.nogueira.undefined_because}};
  const auto add = [&](const char* name, const select::Agreement& agreement) {
    out[name] = number_or_null(agreement.value);
    reasons[name] = agreement.undefined_because;
  };
  add("kuncheva", stability.kuncheva);
  add("jaccard", stability.jaccard);
  add("phi", stability.phi);
  add("lustgarten", stability.lustgarten);
  add("somol", stability.somol);
  out["undefined_because"] = std::move(reasons);
  return out;
}

ordered_json clusters_json(const select::Stability& stability) {
  if (stability.clusters.item.empty()) {
    return nullptr;
  }
  ordered_json out;
  out["clusters"] = stability.clusters.design.candidates;
  out["selected"] = stability.clusters.count_selected();
  add_bounds(stability.clusters.bound, out);
  return out;
}

void write_summary(const select::Stability& stability,
                   const select::StabilityOptions& options,
                   const std::string& combat,
                   const CohortRun& run) {
  const Cohort& cohort = run.cohort;
  const auto& design = stability.features.design;
  const auto halves_where = [&](const auto& holds) {
    return std::count_if(stability.halves.begin(), stability.halves.end(), holds);
  };
  ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["columns"] = cohort.covariates().columns();
  out["l1_ratio"] = options.penalty.l1_ratio;
  out["ties"] = survival::name_of(options.penalty.ties);
  out["seed"] = run.seed;
  out["subsamples"] = 2 * options.pairs;
  out["candidates"] = design.candidates;
  out["q"] = stability.undefined() ? ordered_json(nullptr) : ordered_json(design.per_half);
  out["threshold"] = options.threshold;
  out["least_subsamples"] = design.least;
  out["randomize"] =
      options.weakness < 1.0 ? ordered_json(options.weakness) : ordered_json(nullptr);
  out["filter"] = ordered_json::parse(filter_json(options.preparation.filter));
  if (!combat.empty()) {
    out["combat"] = ordered_json::parse(combat);
  }
  out["selected"] = stability.features.count_selected();
  out["subsamples_below_q"] =
      halves_where([&](const auto& half) { return size_of(half.features) < design.per_half; });
  out["undefined_subsamples"] = halves_where([](const auto& half) { return half.undefined; });
  add_bounds(stability.features.bound, out);
  out["selection_stability"] = agreement_json(stability, options.level);
  out["clusters"] = clusters_json(stability);
  out["undefined_because"] = stability.undefined_because;
  report::write_file(run.folder / "summary.json", out.dump(2) + "\n");
}

std::string bound_text(const select::ErrorBound& bound) {
  return std::isfinite(bound.value) ? fixed_text(bound.value, 3) : "undefined";
}

void say_result(const select::Stability& stability, Session& session) {
  if (stability.undefined()) {
    session.log().say("stability undefined: " + stability.undefined_because);
    return;
  }
  const auto& design = stability.features.design;
  const auto& bound = stability.features.bound;
  session.log().say("stability " + count_text(stability.features.count_selected()) + " of " +
                    count_text(design.candidates) + " features selected: in at least " +
                    number_text(design.least) + " of " + number_text(2 * design.pairs) +
                    " half samples, each selects at most " + number_text(design.per_half));
  session.log().say("bound     on the expected selections of low probability: " +
                    bound_text(bound.mb) + " without assumptions, " + bound_text(bound.unimodal) +
                    " unimodal, " + bound_text(bound.r_concave) + " r-concave");
}

int run_stability(const Invocation& invocation) {
  return run_on_cohort(invocation, "stability-results", [&](CohortRun& run) {
    auto options = stability_options(invocation.options, run.cohort);
    const CorrectedInput corrected(run.cohort, invocation.options, {}, run.context);
    corrected.say("each half sample has its own", run.session.log());
    options.columns = corrected.training();
    const auto stability = select::stability_selection(
        corrected.data(), run.cohort.weights(), options, RandomKey(run.seed), run.context);
    write_features(stability, run.cohort, run.folder);
    write_halves(stability, run.cohort, run.folder);
    if (!options.clusters.empty()) {
      write_clusters(stability, options.clusters, run.folder);
    }
    write_summary(stability, options, combat_json(corrected.combat()), run);
    say_result(stability, run.session);
  });
}

constexpr std::array own_options{
    OptionSpec{"subsamples", "N", "half samples, two for each complementary pair (default 100)"},
    OptionSpec{"per-subsample",
               "Q",
               "most features that a half sample selects (default: the root of the number of "
               "candidates, at most half of a half sample's events)"},
    OptionSpec{"threshold",
               "T",
               "share of half samples from which on a feature is selected (default 0.75)"},
    OptionSpec{
        "randomize", "W", "randomized penalty: factors 1/u, u uniform on [W, 1] (default: none)"},
    OptionSpec{"clusters", "FILE", "table: feature, cluster; frequencies of clusters too"},
};

/// Those of a path but a list of lambdas (where a path ends is a matter of --per-subsample) and those of the penalty.
std::span<const OptionSpec> all_options() {
  static const auto table = [] {
    std::vector<OptionSpec> joined;
    for (const OptionSpec& option : path_options()) {
      if (option.name != "lambda-file" && !is_penalty_option(option.name)) {
        joined.push_back(option);
      }
    }
    joined.insert(joined.end(), own_options.begin(), own_options.end());
    joined.insert(joined.end(), filter_options().begin(), filter_options().end());
    joined.insert(joined.end(), combat_specs.begin(), combat_specs.end());
    return joined;
  }();
  return table;
}

} // namespace

const Verb& stability_verb() {
  static const Verb verb{
      .name = "stability",
      .arguments = "COHORT",
      .least_arguments = 1,
      .most_arguments = 1,
      .summary = "stability selection: selection frequencies over half samples, with error bounds",
      .details = "Writes stability.tsv, halves.tsv, selections.tsv, summary.json, with --clusters "
                 "also clusters.tsv. The bounds count the features of the cohort: pass all "
                 "candidates, not those that a look at the outcome has left.",
      .options = all_options(),
      .reads_cohort = true,
      .run = &run_stability};
  return verb;
}

} // namespace vigil::app
