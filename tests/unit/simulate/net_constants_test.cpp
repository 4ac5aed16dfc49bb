// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/simulate/net/design.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/fault_of.hpp"
#include <set>

namespace vigil::simulate::net {
namespace {

using ::testing::HasSubstr;

/// Writes a different number into each constant and reads it back: two rows on one member would show.
TEST(NetConstants, EveryRowIsAMemberOfItsOwn) {
  Constants constants = default_constants();
  double next = 1.0;
  std::set<std::string_view> names;
  for (const auto& row : constant_table()) {
    std::vector<double> values;
    for (Index place = 0; place < row.numbers(); ++place) {
      values.push_back(next++);
    }
    set_constant(constants, "test", row.name, values);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  next = 1.0;
  for (const auto& row : constant_table()) {
    for (const double value : values_of(constants, row)) {
      EXPECT_EQ(value, next++) << row.name;
    }
  }
  EXPECT_EQ((next - 1.0) * sizeof(double), sizeof(Constants));
}

/// The name in the table is that of the member it is bound to, in the order of the struct.
TEST(NetConstants, NamesAreThoseOfTheMembers) {
  const std::string root = VIGIL_SOURCE_DIR;
  const std::string table = test::read_text(root + "/toolkit/vigil/simulate/net/constants.cpp");
  for (const auto& row : constant_table()) {
    const std::string bound =
        "{\"" + std::string(row.name) + "\", &C::" + std::string(row.name) + ",";
    EXPECT_NE(table.find(bound), std::string::npos) << row.name;
    EXPECT_TRUE(row.mark != Mark::published || !row.source.empty()) << row.name;
    EXPECT_TRUE(row.mark != Mark::calibrated || !row.source.empty()) << row.name;
  }
}

TEST(NetConstants, UserWinsOverScenarioOverPreset) {
  const Constants strong = resolved_constants(find_scenario("default"), find_preset("strong"), {});
  EXPECT_EQ(strong.biology_metastatic_axis, 1.10);
  EXPECT_EQ(strong.occult_intercept, -3.60);
  const Constants both = resolved_constants(find_scenario("null"), find_preset("strong"), {});
  EXPECT_EQ(both.biology_metastatic_axis, 0.0);
  const Constants own = resolved_constants(
      find_scenario("null"), find_preset("strong"), {{"biology_metastatic_axis", {0.5}}});
  EXPECT_EQ(own.biology_metastatic_axis, 0.5);
}

/// A misspelt constant in a scenario or preset would throw here.
TEST(NetConstants, EveryScenarioAndPresetChangesSomethingThatExists) {
  for (const auto& scenario : scenarios()) {
    for (const auto& preset : presets()) {
      EXPECT_NO_THROW((void)resolved_constants(scenario, preset, {})) << scenario.name;
    }
    const bool changes = !scenario.changes.empty() || scenario.subjects != 1500 ||
                         scenario.features != 20000 || !scenario.to_state.empty();
    EXPECT_EQ(changes, scenario.name != "default") << scenario.name;
  }
}

TEST(NetConstants, RefusesWhatItDoesNotKnow) {
  const auto set = [](const char* name, std::vector<double> values) {
    return test::fault_of<ConfigError>([&] {
      Constants constants = default_constants();
      set_constant(constants, "--set", name, values);
    });
  };
  EXPECT_THAT(set("occult_intercep", {1.0}).remedy, HasSubstr("occult_intercept"));
  EXPECT_THAT(set("subtype_share", {1.0}).found, HasSubstr("1 numbers"));
  EXPECT_THAT(set("age_mean", {std::nan("")}).found, HasSubstr("finite"));
  const auto scenario = test::fault_of<ConfigError>([] { (void)find_scenario("nul"); });
  EXPECT_THAT(scenario.remedy, HasSubstr("null"));
  EXPECT_THAT(test::fault_of<ConfigError>([] { (void)find_preset("weak"); }).expected,
              HasSubstr("faint"));
}

Fault refused(const std::function<void(Design&)>& change) {
  Design design;
  change(design);
  return test::fault_of<ConfigError>([&] { check(design); });
}

TEST(NetDesign, RefusesWhatCannotBeSimulated) {
  EXPECT_EQ(refused([](Design& d) { d.subjects = 0; }).where, "-n");
  EXPECT_THAT(refused([](Design& d) { d.features = 2999; }).expected, HasSubstr("3000"));
  EXPECT_THAT(refused([](Design& d) {
                d.constants.trap_blocks = 24.0;
                d.features = 3000;
              }).expected,
              HasSubstr("3600"));
  EXPECT_EQ(refused([](Design& d) { d.centres = 1; }).where, "--centres");
  EXPECT_EQ(refused([](Design& d) { d.horizons = {}; }).where, "--horizons");
  EXPECT_EQ(refused([](Design& d) { d.horizons = {96.0, 96.0}; }).where, "--horizons");
  EXPECT_EQ(refused([](Design& d) { d.horizons = {0.0}; }).where, "--horizons");
  EXPECT_EQ(refused([](Design& d) { d.replicates = 3; }).where, "--replicates");
  EXPECT_EQ(refused([](Design& d) { d.truth_error = 0.0; }).where, "--truth-error");
  EXPECT_EQ(refused([](Design& d) { d.constants.discount = 0.2; }).where, "--set discount");
  EXPECT_EQ(refused([](Design& d) { d.constants.follow_up_last = 5.0; }).where,
            "--set follow_up_last");
  EXPECT_THAT(refused([](Design& d) { d.scenario = "preop_therapy"; }).remedy,
              HasSubstr("clearance"));
  EXPECT_THAT(refused([](Design& d) { d.scenario = "M1"; }).remedy, HasSubstr("m1_share"));
  Design none;
  none.features = 0;
  EXPECT_NO_THROW(check(none));
}

} // namespace
} // namespace vigil::simulate::net
