// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/simulate/survival_design.hpp"
#include "vigil/storage/h5ad_write.hpp"

#include "apps/vigil/command_line.hpp"
#include "apps/vigil/simulate_net.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>

namespace vigil::app {

namespace {

simulate::SurvivalDesign design_of(const Invocation& invocation) {
  const auto& options = invocation.options;
  simulate::SurvivalDesign design;
  design.subjects = options.count("n").value_or(design.subjects);
  design.features = options.count("p").value_or(design.features);
  design.rho = options.number("rho").value_or(design.rho);
  design.true_features = options.count("true").value_or(design.true_features);
  design.censoring = options.number("censoring").value_or(design.censoring);
  design.seed = invocation.session.seed();
  return design;
}

/// Refuses options that belong to the other design.
void refuse_options(const Invocation& invocation, std::span<const OptionSpec> others) {
  for (const auto& spec : others) {
    if (invocation.options.has(key_of(spec.name))) {
      invocation.options.refuse(
          key_of(spec.name), "an option of simulate " + invocation.argument(), "remove it");
    }
  }
}

std::string output_file(const Invocation& invocation) {
  const auto file = invocation.options.text("o");
  if (!file) {
    invocation.options.refuse("o", "the file to write", "add -o cohort.h5ad");
  }
  return *file;
}

int simulate_plain(const Invocation& invocation) {
  auto& session = invocation.session;
  const std::string file = output_file(invocation);
  const auto design = design_of(invocation);
  const auto simulated = simulate::simulate_survival(design, session.scheduler());
  const auto& parts = simulated.parts;
  const auto& outcome = std::get<SurvivalOutcome>(*parts.outcome);
  std::vector<std::string> features;
  for (Index feature = 0; feature < parts.features.features(); ++feature) {
    features.push_back(parts.features.info(feature).name);
  }
  const storage::DataFrame obs(
      {.source = file,
       .index_name = "subject",
       .index = parts.subject_ids,
       .columns = {{.name = "time", .numbers = outcome.time},
                   {.name = "event",
                    .numbers = std::vector<double>(outcome.event.begin(), outcome.event.end())}}});
  const storage::DataFrame var(
      {.source = file,
       .index_name = "feature",
       .index = features,
       .columns = {{.name = "true_coefficient", .numbers = simulated.true_coefficient}}});
  const auto fill = [&](Index first, Index count, std::span<float> values) {
    std::vector<Index> listed;
    for (Index feature = first; feature < first + count; ++feature) {
      listed.push_back(feature);
    }
    const auto stored = parts.features.columns(listed, session.scheduler());
    for (Index place = 0; place < count; ++place) {
      const double offset = parts.features.info(first + place).offset;
      for (Index subject = 0; subject < design.subjects; ++subject) {
        const auto cell = at(place * design.subjects + subject);
        values[cell] = static_cast<float>(static_cast<double>(stored[cell]) + offset);
      }
    }
  };
  storage::write_h5ad(file, {.obs = obs, .var = var, .features = fill});
  const auto events = std::count(outcome.event.begin(), outcome.event.end(), 1);
  session.log().say("written   " + file + "  " + count_text(design.subjects) + " subjects, " +
                    count_text(design.features) + " features, " + count_text(events) + " events");
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"rho", "R", "correlation of neighbouring features in blocks of 50 (default 0.65)"},
    OptionSpec{"true", "K", "features with an effect (default 20)"},
    OptionSpec{"censoring", "C", "share of censored subjects (default 0.6)"},
};

/// The options of both designs and of each.
std::span<const OptionSpec> simulate_options() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> options{
        OptionSpec{"o", "FILE", "the .h5ad to write"},
        OptionSpec{"n", "N", "subjects"},
        OptionSpec{"p", "P", "features"},
    };
    options.insert(options.end(), own_options.begin(), own_options.end());
    const auto net = net_options();
    options.insert(options.end(), net.begin(), net.end());
    return options;
  }();
  return all;
}

int run_simulate(const Invocation& invocation) {
  const std::vector<std::string> designs{"survival", "net"};
  const std::string& design = invocation.argument();
  if (design == "survival") {
    refuse_options(invocation, net_options());
    return simulate_plain(invocation);
  }
  if (design == "net") {
    refuse_options(invocation, own_options);
    return simulate_net(invocation, output_file(invocation));
  }
  throw ConfigError({.where = "vigil simulate",
                     .found = vigil::quoted(design),
                     .expected = "survival or net",
                     .remedy = suggestion(design, designs)});
}

} // namespace

const Verb& simulate_verb() {
  static const Verb verb{
      .name = "simulate",
      .arguments = "survival|net",
      .least_arguments = 1,
      .most_arguments = 1,
      .summary = "a simulated cohort with known coefficients, or with known best decisions",
      .details =
          "survival: correlated features, some with an effect. net: pancreatic neuroendocrine\n"
          "tumours in 27 centres, observed or resected; the truth goes to a file of its own.",
      .options = simulate_options(),
      .reads_cohort = false,
      .run = &run_simulate};
  return verb;
}

} // namespace vigil::app
