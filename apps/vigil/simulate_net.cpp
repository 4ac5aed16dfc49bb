// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/simulate_net.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include "apps/vigil/net_files.hpp"
#include <algorithm>
#include <array>
#include <filesystem>

namespace vigil::app {

namespace {

namespace net = simulate::net;

constexpr double usual_horizon = 96.0;

constexpr std::array net_option_table{
    OptionSpec{"truth", "FILE", "also write the truth: what is expected in both arms"},
    OptionSpec{"centres", "C", "centres (default 27)"},
    OptionSpec{"scenario", "NAME", "a named situation (default: default)"},
    OptionSpec{"preset", "default|faint|strong", "how clearly the molecular features show it"},
    OptionSpec{"set", "NAME=VALUE", "another value of a constant", true},
    OptionSpec{"horizon", "T", "months that the data shall support (default: 96 where they do)"},
    OptionSpec{"horizons", "T1,T2", "months of the truth (default 60,96,120,180)"},
    OptionSpec{"replicates", "K", "least number of futures of a patient (default 1500)"},
    OptionSpec{"truth-error", "SE", "of differences below 0.1 QALY (default 0.0125)"},
    OptionSpec{"events", "exact|visit", "events when they happen, or when an image shows them"},
    OptionSpec{"scale", "continuous|methylation|counts", "scale of the molecular features"},
    OptionSpec{"alterations", "", "also MEN1, DAXX/ATRX and CDKN2A"},
};

std::vector<net::Setting> settings_of(const Options& options) {
  std::vector<net::Setting> settings;
  for (const auto& [name, texts] : options.table("set")) {
    std::vector<double> values;
    for (const auto& text : texts) {
      const auto value = parse_number(text);
      if (!value) {
        throw ConfigError({.where = "--set " + name,
                           .found = vigil::quoted(text),
                           .expected = "a number",
                           .remedy = "--set " + name + "=0.5"});
      }
      values.push_back(*value);
    }
    settings.emplace_back(name, values);
  }
  return settings;
}

net::MolecularScale scale_of(const Options& options) {
  const std::vector<std::string> words{"continuous", "methylation", "counts"};
  const std::string word = options.choice("scale", words, "continuous");
  return static_cast<net::MolecularScale>(std::find(words.begin(), words.end(), word) -
                                          words.begin());
}

net::Design design_of(const Options& options, std::uint64_t seed) {
  net::Design design;
  design.scenario = options.text("scenario").value_or(design.scenario);
  design.preset = options.text("preset").value_or(design.preset);
  const net::Scenario& scenario = net::find_scenario(design.scenario);
  design.constants =
      net::resolved_constants(scenario, net::find_preset(design.preset), settings_of(options));
  design.subjects = options.count("n").value_or(scenario.subjects);
  design.features = options.count("p").value_or(scenario.features);
  design.centres = options.count("centres").value_or(design.centres);
  design.seed = seed;
  if (options.has("horizons")) {
    design.horizons = options.numbers("horizons");
  }
  design.replicates = options.count("replicates").value_or(design.replicates);
  design.truth_error = options.number("truth_error").value_or(design.truth_error);
  design.visits = options.choice("events", {"exact", "visit"}, "exact") == "visit";
  design.scale = scale_of(options);
  design.alterations = options.flag("alterations").value_or(false);
  net::check(design);
  return design;
}

/// Time to the return of the disease or death, of all or of one arm. Deaths are no censoring.
CompetingRisksOutcome outcome_of(const net::Cohort& cohort, std::optional<net::Arm> arm) {
  CompetingRisksOutcome outcome;
  outcome.cause_names = {"return", "disease death", "other death", "operative death"};
  for (const net::Care& care : cohort.care) {
    if (!arm || care.arm == *arm) {
      outcome.time.push_back(care.time);
      outcome.cause.push_back(static_cast<std::uint8_t>(care.status));
    }
  }
  return outcome;
}

struct DataHorizon {
  bool supported = true;
  double largest = 0.0;
  std::string limiting = {}; ///< "all subjects", "arm observe"
};

/// Pooled and in both arms of the comparison.
DataHorizon data_horizon(const net::Cohort& cohort, double horizon) {
  DataHorizon result{.largest = net::never};
  const std::array groups{
      std::optional<net::Arm>{}, std::optional{net::Arm::observe}, std::optional{net::Arm::resect}};
  const std::array names{"all subjects", "arm observe", "arm resect"};
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const auto outcome = outcome_of(cohort, groups.at(group));
    if (outcome.time.empty()) {
      return {.supported = false, .largest = 0.0, .limiting = names.at(group)};
    }
    const auto support =
        survival::horizon_support(outcome, CaseWeights::ones(size_of(outcome.time)), horizon);
    result.supported = result.supported && support.supported;
    if (support.largest_supported < result.largest) {
      result.largest = support.largest_supported;
      result.limiting = names.at(group);
    }
  }
  return result;
}

/// Refuses a horizon that was asked for and that the data cannot support; says so of the usual one.
std::string horizon_line(const net::Cohort& cohort, const Options& options) {
  const auto asked = options.number("horizon");
  const double horizon = asked.value_or(usual_horizon);
  const DataHorizon support = data_horizon(cohort, horizon);
  const std::string largest = fixed_text(support.largest, 1) + " months (" + support.limiting + ")";
  if (support.supported) {
    return "horizon   " + number_text(horizon) +
           " months is supported by the data; the largest is " + largest;
  }
  if (asked) {
    throw ConfigError(
        {.where = "--horizon",
         .found = number_text(horizon) + " months",
         .expected = "at most " + largest +
                     ": censoring survival of 0.10 and 20 subjects at risk, pooled and in each arm",
         .remedy = "--scenario long_follow_up or more subjects; the truth may have any horizon "
                   "(--horizons)",
         .problem = "the follow-up does not support this horizon"});
  }
  return "horizon   " + number_text(horizon) +
         " months is not supported by these data; the largest is " + largest;
}

std::optional<std::string> truth_file(const Options& options, const std::string& cohort_file) {
  const auto file = options.text("truth");
  if (file && std::filesystem::path(*file).lexically_normal() ==
                  std::filesystem::path(cohort_file).lexically_normal()) {
    options.refuse("truth", "another file than the cohort's", "--truth truth.h5");
  }
  if (!file) {
    for (const char* key : {"horizons", "replicates", "truth_error"}) {
      if (options.has(key)) {
        options.refuse(key, "--truth beside it: it belongs to the truth", "add --truth truth.h5");
      }
    }
  }
  return file;
}

} // namespace

std::span<const OptionSpec> net_options() noexcept {
  return net_option_table;
}

int simulate_net(const Invocation& invocation, const std::string& file) {
  auto& session = invocation.session;
  const auto& options = invocation.options;
  const net::Design design = design_of(options, session.seed());
  const auto truth = truth_file(options, file);
  const net::Cohort cohort = net::simulate(design, session.scheduler());
  const std::string horizon = horizon_line(cohort, options);
  write_net_cohort(file, cohort, session.scheduler());
  const auto returned = std::count_if(cohort.care.begin(), cohort.care.end(), [](const auto& care) {
    return care.status == net::Status::returned;
  });
  session.log().say("written   " + file + "  " + count_text(design.subjects) + " subjects in " +
                    count_text(design.centres) + " centres, " + count_text(design.features) +
                    " features, " + count_text(returned) + " with spread or recurrence");
  session.log().say(horizon);
  if (truth) {
    const auto expected =
        net::truth_of(design, cohort.centres, cohort.patients, session.scheduler());
    write_net_truth(*truth, cohort, expected, session.scheduler());
    Index draws = 0;
    for (const auto& one : expected) {
      draws += one.replicates;
    }
    session.log().say("written   " + *truth + "  " + count_text(draws) + " futures in each arm");
  }
  return 0;
}

} // namespace vigil::app
