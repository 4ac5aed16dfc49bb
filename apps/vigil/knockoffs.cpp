// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoffs.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/select/knockoff_filter.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_run.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using nlohmann::ordered_json;
using select::KnockoffControl;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

select::KnockoffOptions knockoff_options(const Options& options) {
  select::KnockoffOptions result;
  result.gaps = *select::parse_knockoff_gaps(
      options.choice("gaps", {"minimum-variance", "equal"}, "minimum-variance"));
  result.competition = {
      .statistic = *select::parse_knockoff_statistic(
          options.choice("statistic", {"coefficient", "entry"}, "coefficient")),
      .folds = options.count("folds").value_or(result.competition.folds),
      .ties = *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "breslow")),
      .impute = preparation_options(options).impute};
  result.copies = options.count("copies").value_or(result.copies);
  result.level = options.number("level").value_or(result.level);
  if (const auto negatives = options.count("false_selections")) {
    result.control = KnockoffControl::false_selections;
    result.negatives = *negatives;
    if (options.has("level")) {
      options.refuse("level",
                     "no level beside --false-selections, which controls a number, not a rate",
                     "leave one of them out");
    }
  }
  if (options.has("least_share") && result.control != KnockoffControl::false_selections) {
    options.refuse("least_share",
                   "no share without --false-selections: the rate is controlled by e-values",
                   "add --false-selections 1");
  }
  result.least_share = options.number("least_share").value_or(result.least_share);
  result.representatives = options.count("representatives").value_or(0);
  if (options.has("representatives") && result.representatives < 1) {
    options.refuse("representatives", "at least 1 feature");
  }
  result.null_check = !options.flag("skip_null_check").value_or(false);
  return result;
}

/// By falling e-value, frequency and statistic, then column.
void write_features(const select::Knockoffs& found,
                    const Cohort& cohort,
                    const std::filesystem::path& folder) {
  const auto covariates = cohort.covariates();
  std::vector<std::string> feature, selected;
  std::vector<double> statistic, frequency, e_value, gap;
  for (const Index place : found.order()) {
    const bool known = !found.undefined();
    const auto number = [&](const std::vector<double>& values) {
      return known ? values[at(place)] : not_a_number;
    };
    feature.push_back(covariates.info(found.column[at(place)]).name);
    statistic.push_back(number(found.verdict.statistic));
    frequency.push_back(number(found.verdict.frequency));
    e_value.push_back(number(found.verdict.e_value));
    selected.emplace_back(!known ? "" : found.verdict.selected[at(place)] ? "1" : "0");
    gap.push_back(found.gap[at(place)]);
  }
  const std::vector<storage::TableColumn> columns{{"feature", std::move(feature)},
                                                  {"statistic", std::move(statistic)},
                                                  {"selection_frequency", std::move(frequency)},
                                                  {"e_value", std::move(e_value)},
                                                  {"selected", std::move(selected)},
                                                  {"gap", std::move(gap)}};
  storage::write_table(folder / "knockoffs.tsv", columns);
}

/// One row for each set of knockoffs.
void write_copies(const select::Knockoffs& found, const std::filesystem::path& folder) {
  std::vector<Index> copy, selected;
  std::vector<double> lambda, threshold;
  for (const select::KnockoffCopy& each : found.verdict.copies) {
    copy.push_back(size_of(copy) + 1);
    lambda.push_back(each.lambda);
    threshold.push_back(std::isfinite(each.threshold) ? each.threshold : not_a_number);
    selected.push_back(each.selected);
  }
  const std::vector<storage::TableColumn> columns{{"copy", std::move(copy)},
                                                  {"lambda", std::move(lambda)},
                                                  {"threshold", std::move(threshold)},
                                                  {"selected", std::move(selected)}};
  storage::write_table(folder / "copies.tsv", columns);
}

/// One row for each candidate: which feature stands for it.
void write_representatives(const select::Knockoffs& found,
                           const Cohort& cohort,
                           const std::filesystem::path& folder) {
  const auto covariates = cohort.covariates();
  const auto& stand = found.representatives;
  const auto name = [&](Index candidate) {
    return covariates.info(found.candidate[at(candidate)]).name;
  };
  std::vector<std::string> feature, representative;
  for (Index candidate = 0; candidate < size_of(found.candidate); ++candidate) {
    feature.push_back(name(candidate));
    representative.push_back(name(stand.chosen[at(stand.of[at(candidate)])]));
  }
  const std::vector<storage::TableColumn> columns{{"feature", std::move(feature)},
                                                  {"representative", std::move(representative)},
                                                  {"correlation", stand.correlation}};
  storage::write_table(folder / "representatives.tsv", columns);
}

ordered_json names_of(std::span<const Index> columns, const Cohort& cohort) {
  ordered_json names = ordered_json::array();
  for (const Index column : columns) {
    names.push_back(cohort.covariates().info(column).name);
  }
  return names;
}

Index least_selected(double level) {
  return static_cast<Index>(std::ceil(1.0 / level - 1e-9));
}

/// What is promised, and from how many features on.
ordered_json promise_json(const select::KnockoffOptions& options) {
  ordered_json out;
  if (options.control == KnockoffControl::false_discovery_rate) {
    out["controls"] = "false discovery rate";
    out["level"] = options.level;
    out["copy_level"] = options.copy_level();
    out["least_selected"] = least_selected(options.level);
    out["least_selected_of_a_copy"] = least_selected(options.copy_level());
    out["claim"] = "approximate FDR, model-X assumption not verifiable";
    return out;
  }
  const auto copies = static_cast<double>(options.copies);
  const auto least = static_cast<Index>(std::ceil(options.least_share * copies - 1e-9));
  const auto negatives = static_cast<double>(options.negatives);
  out["controls"] = "expected number of false selections";
  out["false_selections_of_a_copy"] = options.negatives;
  out["least_copies"] = least;
  out["bound"] = negatives * copies / static_cast<double>(least);
  out["bound_if_monotone"] = negatives * select::monotone_tail_factor(options.copies, least);
  out["claim"] = "approximate number of false selections, model-X assumption not verifiable";
  return out;
}

void write_summary(const select::Knockoffs& found,
                   const select::KnockoffOptions& options,
                   std::uint64_t seed,
                   const Cohort& cohort,
                   const std::filesystem::path& folder) {
  ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["features"] = size_of(found.column);
  out["candidates"] = found.candidate.empty() ? size_of(found.column) : size_of(found.candidate);
  out["adjusted_for"] = names_of(found.adjusted, cohort);
  out["held_fixed"] = {{"centres", !cohort.data().centre.empty()},
                       {"strata", !cohort.data().stratum.empty()},
                       {"offset", !cohort.data().offset.empty()}};
  out["degrees_of_freedom"] = found.degrees_of_freedom;
  out["most_features"] = select::most_knockoff_features(found.degrees_of_freedom);
  out["gaps"] = select::name_of(options.gaps);
  out["shrinkage"] = found.shrinkage;
  out["statistic"] = select::name_of(options.competition.statistic);
  out["folds"] = options.competition.folds;
  out["ties"] = survival::name_of(options.competition.ties);
  out["seed"] = seed;
  out["copies"] = options.copies;
  out["promise"] = promise_json(options);
  out["hypothesis"] = "given all other features, the clinical columns, centre and stratum, the "
                      "feature is independent of time and event; a feature that tells of "
                      "censoring alone is a true discovery of it";
  out["selected"] = found.verdict.count_selected();
  out["null_check_selected"] = options.null_check && !found.undefined()
                                   ? ordered_json(found.null_check.count_selected())
                                   : ordered_json(nullptr);
  out["undefined_because"] = found.undefined_because;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

void say_result(const select::Knockoffs& found,
                const select::KnockoffOptions& options,
                Session& session) {
  auto& log = session.log();
  if (found.undefined()) {
    log.say("knockoffs undefined: " + found.undefined_because);
    return;
  }
  log.say("knockoffs " + count_text(found.verdict.count_selected()) + " of " +
          count_text(size_of(found.column)) + " features selected by " +
          count_text(options.copies) + " sets of knockoffs" +
          (options.null_check
               ? ", " + count_text(found.null_check.count_selected()) + " with the outcome permuted"
               : ""));
  if (options.control == KnockoffControl::false_discovery_rate) {
    log.say("level     " + fixed_text(options.level, 2) +
            ": approximate FDR, model-X assumption not verifiable; nothing is selected below " +
            count_text(least_selected(options.level)) + " features, a set counts from " +
            count_text(least_selected(options.copy_level())) + " on");
  } else {
    log.say("number    of false selections of a set: " + count_text(options.negatives) +
            ", approximate, model-X assumption not verifiable");
  }
}

int run_knockoffs(const Invocation& invocation) {
  const auto options = knockoff_options(invocation.options);
  return run_on_cohort(invocation, "knockoffs-results", [&](CohortRun& run) {
    const auto found = select::knockoffs(
        run.cohort.data(), run.cohort.weights(), options, RandomKey(run.seed), run.context);
    write_features(found, run.cohort, run.folder);
    write_copies(found, run.folder);
    if (!found.representatives.empty()) {
      write_representatives(found, run.cohort, run.folder);
    }
    write_summary(found, options, run.seed, run.cohort, run.folder);
    say_result(found, options, run.session);
  });
}

constexpr std::array own_options{
    OptionSpec{"copies", "M", "sets of knockoffs (default 31)"},
    OptionSpec{"level", "Q", "false discovery rate (default 0.1)"},
    OptionSpec{"false-selections",
               "V",
               "control their expected number instead, V for each set of knockoffs"},
    OptionSpec{"least-share",
               "T",
               "with --false-selections: share of the sets that must select a feature (default "
               "0.5)"},
    OptionSpec{"statistic",
               "coefficient|entry",
               "difference of coefficients at the cross-validated lambda, or the lambda of entry "
               "(default coefficient)"},
    OptionSpec{"folds", "K", "of the cross-validation (default 5)"},
    OptionSpec{"gaps",
               "minimum-variance|equal",
               "how far knockoffs stand from their features (default minimum-variance)"},
    OptionSpec{"representatives",
               "K",
               "K features stand for all, chosen by correlation without a look at the outcome"},
    OptionSpec{"skip-null-check", "", "do not repeat all with the outcome permuted"},
    OptionSpec{"ties", "breslow|efron", "tied event times (default breslow)"},
};

} // namespace

const Verb knockoffs_verb{
    .name = "knockoffs",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "features that matter beyond all others, with an approximate false discovery rate",
    .details = "Writes knockoffs.tsv, copies.tsv, summary.json, with --representatives also "
               "representatives.tsv. Features compete with random columns of the same "
               "correlations, given the --clinical columns, centres and strata. At most a quarter "
               "as many features as subjects.",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_knockoffs};

} // namespace vigil::app
