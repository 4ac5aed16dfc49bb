// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/design.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/simulate/net/molecular.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace vigil::simulate::net {

namespace {

const std::vector<double> none{0.0, 0.0, 0.0};

std::vector<Scenario> make_scenarios() {
  return {
      {"default", "the calibrated cohort"},
      {"null",
       "no effect of subtype and axes on the disease's course",
       {{"biology_subtype", none},
        {"biology_metastatic_axis", {0.0}},
        {"growth_axis", {0.0}},
        {"growth_subtype", none}}},
      {"long_follow_up", "follow-up to 180 months", {{"follow_up_last", {180.0}}}},
      {"batch_trap",
       "centre shifts three times as large, twice as many trap blocks",
       {{"centre_sd", {1.2}}, {"trap_blocks", {24.0}}}},
      {"unmeasured",
       "frailty that nobody records steers treatment and death",
       {{"treatment_frailty", {-0.8}}, {"mortality_frailty", {0.4}}}},
      {"no_overlap", "each centre treats nearly everybody alike", {{"overlap_shift", {4.0}}}},
      {"informative_censoring", "high risk leaves the study", {{"loss_occult", {0.6}}}},
      {"informative_censoring_mirrored", "low risk leaves the study", {{"loss_occult", {-0.6}}}},
      {"nonPH",
       "local recurrence and lag change after two years",
       {{"local_early", {3.0}}, {"local_late", {0.4}}, {"lag_stretch_ki67", {0.6}}}},
      {"centre_effect",
       "the metastatic axis matters more in some centres",
       {{"metastatic_slope_sd", {0.4}}}},
      {"new_centre", "the last two centres have another case mix", {{"new_centres", {2.0}}}},
      {"surgeon", "surgeons of a centre differ in preference", {{"surgeon_effect", {1.0}}}},
      {"rare", "a small cohort", {}, 300},
      {"large", "a large cohort and matrix", {}, 20000, 100000},
      {"legacy_surgery",
       "operative death of an earlier era",
       {{"operative_death", {0.03, 0.04, 0.06}}}},
      {"preop_therapy",
       "a third arm: therapy before surgery clears occult spread",
       {{"preoperative_share", {0.3}}},
       1500,
       20000,
       "clearance"},
      {"M1", "a stratum with spread at diagnosis", {}, 1500, 20000, "m1_share"},
  };
}

std::vector<Preset> make_presets() {
  return {
      {"default", "loadings 0.5 to 0.95 on the two axes"},
      {"faint",
       "weight 0.80, loadings as in null blocks",
       {{"signal_weight", {0.80}},
        {"signal_loading_low", {0.2}},
        {"signal_loading_high", {0.9}},
        {"signal_loading_shape", {4.0}}}},
      {"strong",
       "the metastatic axis matters more",
       {{"biology_metastatic_axis", {1.10}}, {"occult_intercept", {-3.60}}}},
  };
}

template <class Row>
const Row& find_row(std::span<const Row> rows, const std::string& name, const char* what) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if (row.name == name) {
      return row;
    }
    names.emplace_back(row.name);
  }
  throw ConfigError({.where = std::string("--") + what,
                     .found = quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names),
                     .problem = std::string("there is no such ") + what});
}

void refuse(bool bad,
            const std::string& option,
            const std::string& found,
            const std::string& expected,
            const std::string& remedy = {}) {
  if (bad) {
    throw ConfigError({.where = option,
                       .found = found,
                       .expected = expected,
                       .remedy = remedy.empty() ? "change " + option : remedy,
                       .problem = "cannot simulate this cohort"});
  }
}

void check_horizons(const std::vector<double>& horizons) {
  refuse(horizons.empty(), "--horizons", "none", "months, ascending");
  refuse(horizons.front() <= 0.0 || !std::isfinite(horizons.back()),
         "--horizons",
         number_text(horizons.front()),
         "months above 0");
  const bool ascending =
      std::adjacent_find(horizons.begin(), horizons.end(), std::greater_equal<>()) ==
      horizons.end();
  refuse(!ascending, "--horizons", "not ascending", "different months in ascending order");
}

/// A number that a law needs within limits, whoever set it.
struct Limits {
  double Constants::*place;
  const char* name;
  double least, most;
};

void check_constants(const Constants& constants) {
  constexpr double any = 1e6;
  for (const Limits& one :
       {Limits{&Constants::clearance, "clearance", 0.0, 1.0},
        Limits{&Constants::m1_share, "m1_share", 0.0, 1.0},
        Limits{&Constants::preoperative_share, "preoperative_share", 0.0, 1.0},
        Limits{&Constants::attempt_share, "attempt_share", 0.0, 1.0},
        Limits{&Constants::visit_sensitivity, "visit_sensitivity", 0.01, 1.0},
        Limits{&Constants::discount, "discount", 0.0, 0.03},
        Limits{&Constants::elective_crossover, "elective_crossover", 0.0, any},
        Limits{&Constants::mortality_age, "mortality_age", 1e-6, any},
        Limits{&Constants::loss_rate, "loss_rate", 0.0, any},
        Limits{&Constants::follow_up_first, "follow_up_first", 0.0, any},
        Limits{&Constants::usual_interval, "usual_interval", 0.1, any},
        Limits{&Constants::frequent_interval, "frequent_interval", 0.1, any},
        Limits{&Constants::trap_blocks, "trap_blocks", 0.0, 1000.0},
        Limits{&Constants::loading_shape, "loading_shape", 1.0, 50.0},
        Limits{&Constants::signal_loading_shape, "signal_loading_shape", 1.0, 50.0},
        Limits{&Constants::signal_weight, "signal_weight", -1.0, 1.0},
        Limits{&Constants::trap_weight, "trap_weight", -1.0, 1.0},
        Limits{&Constants::size_weight, "size_weight", -1.0, 1.0},
        Limits{&Constants::age_weight, "age_weight", -1.0, 1.0},
        Limits{&Constants::proliferation_weight, "proliferation_weight", -1.0, 1.0},
        Limits{&Constants::loading_high, "loading_high", 0.0, 1.0},
        Limits{&Constants::signal_loading_high, "signal_loading_high", 0.0, 1.0},
        Limits{&Constants::count_dispersion, "count_dispersion", 1e-3, 1e3}}) {
    const double value = constants.*one.place;
    refuse(!(value >= one.least && value <= one.most),
           std::string("--set ") + one.name,
           number_text(value),
           number_text(one.least) + " to " + number_text(one.most));
  }
  refuse(constants.follow_up_last <= constants.follow_up_first,
         "--set follow_up_last",
         number_text(constants.follow_up_last),
         "more than follow_up_first, " + number_text(constants.follow_up_first));
}

} // namespace

std::span<const Scenario> scenarios() {
  static const std::vector<Scenario> all = make_scenarios();
  return all;
}

const Scenario& find_scenario(const std::string& name) {
  return find_row(scenarios(), name, "scenario");
}

std::span<const Preset> presets() {
  static const std::vector<Preset> all = make_presets();
  return all;
}

const Preset& find_preset(const std::string& name) {
  return find_row(presets(), name, "preset");
}

Constants resolved_constants(const Scenario& scenario,
                             const Preset& preset,
                             const std::vector<Setting>& settings) {
  Constants constants = default_constants();
  for (const Change& change : preset.changes) {
    set_constant(constants, "preset " + std::string(preset.name), change.name, change.values);
  }
  for (const Change& change : scenario.changes) {
    set_constant(constants, "scenario " + std::string(scenario.name), change.name, change.values);
  }
  for (const auto& [name, values] : settings) {
    set_constant(constants, "--set", name, values);
  }
  return constants;
}

void check(const Design& design) {
  const Scenario& scenario = find_scenario(design.scenario);
  (void)find_preset(design.preset);
  refuse(design.subjects < 1, "-n", number_text(design.subjects), "at least 1 subject");
  const auto new_centres = static_cast<Index>(design.constants.new_centres);
  const Index fewest = std::max<Index>(2, new_centres + 1);
  refuse(design.centres < fewest || design.centres > 9999,
         "--centres",
         number_text(design.centres),
         number_text(fewest) + " to 9999");
  check_constants(design.constants);
  const Index planted = planted_blocks(design.constants) * block_width;
  refuse(design.features != 0 && design.features < planted,
         "-p",
         number_text(design.features),
         "0 (no molecular features), or at least the " + number_text(planted) +
             " features of the planted blocks",
         "-p 20000");
  check_horizons(design.horizons);
  refuse(design.replicates < 2 || design.replicates % 2 != 0,
         "--replicates",
         number_text(design.replicates),
         "an even number: one half chooses, the other one scores");
  refuse(!(design.truth_error > 0.0), "--truth-error", number_text(design.truth_error), "above 0");
  if (!scenario.to_state.empty()) {
    for (const auto& row : constant_table()) {
      refuse(row.name == scenario.to_state && values_of(design.constants, row).front() <= 0.0,
             "--scenario " + design.scenario,
             std::string(scenario.to_state) +
                 " is not stated; nothing published says how large it is",
             "--set " + std::string(scenario.to_state) + "=a share above 0, at most 1",
             "--set " + std::string(scenario.to_state) + "=0.3, if that is what you assume");
    }
  }
}

} // namespace vigil::simulate::net
