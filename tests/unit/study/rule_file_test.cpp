// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/rule_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/damaged_file.hpp"
#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include "tests/support/temp_folder.hpp"
#include <algorithm>
#include <cmath>

namespace vigil {
namespace {

namespace files = std::filesystem;
using triage::Action;
using Values = std::vector<double>;

triage::StandingRule shipped(const std::string& name) {
  return read_rule(files::path(VIGIL_DATASETS) / "rules" / (name + ".toml"));
}

std::vector<files::path> shipped_rules() {
  std::vector<files::path> rules;
  for (const auto& entry : files::directory_iterator(files::path(VIGIL_DATASETS) / "rules")) {
    rules.push_back(entry.path());
  }
  std::sort(rules.begin(), rules.end());
  return rules;
}

// Reading computes every example of a file: borders, missing values, scores.
TEST(ShippedRules, AreReadWithTheirExamples) {
  Index rules = 0;
  for (const auto& file : shipped_rules()) {
    const auto rule = read_rule(file);
    EXPECT_EQ(rule.id, file.stem().string());
    EXPECT_FALSE(rule.source.empty());
    ++rules;
  }
  EXPECT_EQ(rules, 13);
}

TEST(ShippedRules, AreKnownWhenTheirInputsAre) {
  EXPECT_EQ(shipped("observe_all").known_at(), KnownAt::baseline);
  EXPECT_EQ(shipped("size_2cm").known_at(), KnownAt::imaging);
  EXPECT_EQ(shipped("lnrs_2019").known_at(), KnownAt::biopsy);
  EXPECT_EQ(shipped("current_practice").known_at(), KnownAt::operative);
  for (const char* late : {"rrs_2019", "grade_mvi", "who_grade", "ki67_5", "us_group_2018"}) {
    EXPECT_EQ(shipped(late).known_at(), KnownAt::pathology) << late;
  }
}

// Zaidi et al. 2019: symptomatic 1, above 2 cm 2, Ki-67 3-20 % 1, above 20 % 6, positive nodes 1; 0-2 low, 3-5
// intermediate, 6-10 high: all 24 combinations by a formula of the test's own.
TEST(ShippedRules, RecurrenceRiskScoreAddsUp) {
  const auto rule = shipped("rrs_2019");
  const std::vector<std::pair<double, int>> sizes{{20.0, 0}, {20.5, 2}};
  const std::vector<std::pair<double, int>> ki67{{2.9, 0}, {3.0, 1}, {20.0, 1}, {20.5, 6}};
  for (const int symptoms : {0, 1}) {
    for (const auto& [size, of_size] : sizes) {
      for (const auto& [index, of_index] : ki67) {
        for (const int nodes : {0, 1}) {
          const int points = symptoms + of_size + of_index + nodes;
          const auto answer =
              triage::standing_answer(rule, Values{double(symptoms), size, index, double(nodes)});
          EXPECT_EQ(answer.score, points);
          EXPECT_EQ(answer.group, points <= 2 ? "low" : points <= 5 ? "intermediate" : "high");
        }
      }
    }
  }
}

// Merath et al. 2018: 1.08 per percent, 1.65, 1.67, 1.81 or 2.51; ratios multiply.
TEST(ShippedRules, HazardRatiosMultiply) {
  const auto rule = shipped("us_group_2018");
  const auto ratio = [&](const Values& values) {
    return std::exp(triage::rule_score(rule, values));
  };
  EXPECT_NEAR(ratio({1, 0, 10, 0}), 1.08, test::rounding(1.08, 8));
  EXPECT_NEAR(ratio({2, 0, 10, 0}), 1.08 * 1.08, test::rounding(1.17, 8));
  EXPECT_NEAR(ratio({0, 1, 30, 0}), 1.65 * 1.67, test::rounding(2.8, 8));
  EXPECT_NEAR(ratio({0, 0, 10, 1}), 1.81, test::rounding(1.81, 8));
  EXPECT_NEAR(ratio({0, 0, 10, 4}), 2.51, test::rounding(2.51, 8));
}

const std::string small_rule = R"(schema = 1
id = "small"
title = "a small rule"
source = "a test"
actions = "choice"
[[input]]
name = "size"
known_at = "imaging"
[[input]]
name = "side"
known_at = "imaging"
levels = ["left", "right"]
[[term]]
add = 1
when = ["size > 20"]
[[group]]
name = "left or large"
any = ["side = left", "score >= 1"]
action = "resect"
[[group]]
name = "other"
action = "observe"
[[example]]
given = { size = 20, side = "left" }
score = 0
group = "left or large"
action = "resect"
)";

class RuleFile : public testing::Test {
protected:
  [[nodiscard]] triage::StandingRule read(const std::string& text) const {
    return read_rule(folder_.file("rule.toml", text));
  }
  /// The small rule with one text in the place of another.
  [[nodiscard]] Fault fault(const std::string& from, const std::string& to) const {
    std::string text = small_rule;
    const auto place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    text.replace(place, from.size(), to);
    return test::fault_of<ConfigError>([&] { static_cast<void>(read(text)); });
  }
  test::TempFolder folder_;
};

TEST_F(RuleFile, HasWordsNumbersScoreAndGroups) {
  const auto rule = read(small_rule);
  ASSERT_EQ(rule.inputs.size(), 2U);
  EXPECT_EQ(rule.inputs[1].levels, (std::vector<std::string>{"left", "right"}));
  EXPECT_EQ(triage::standing_answer(rule, Values{21, 1}).action, Action::resect);
  EXPECT_EQ(triage::standing_answer(rule, Values{20, 1}).action, Action::observe);
}

TEST_F(RuleFile, IsRefusedWithItsPlace) {
  EXPECT_EQ(fault("schema = 1", "schema = 2").found, "schema = 2");
  EXPECT_NE(fault("id = ", "ident = ").remedy.find("id"), std::string::npos);
  EXPECT_EQ(fault("title = \"a small rule\"", "title = \" \"").where, "rule.toml:3:9");
  EXPECT_EQ(fault("[[example]]", "[[\x07xample]]").expected, "TOML 1.0");
  EXPECT_NE(fault("\"choice\"", "\"guess\"").expected.find("published"), std::string::npos);
  EXPECT_NE(fault("\"imaging\"", "\"soon\"").expected.find("biopsy"), std::string::npos);
  EXPECT_NE(fault("name = \"side\"", "name = \"size\"").expected.find("no other input"),
            std::string::npos);
  EXPECT_NE(fault("name = \"size\"", "name = \"score\"").expected.find("score"), std::string::npos);
  EXPECT_NE(fault("[\"left\", \"right\"]", "[\"left\", \"left\"]").expected.find("different"),
            std::string::npos);
  EXPECT_NE(fault("size > 20", "sise > 20").remedy.find("size"), std::string::npos);
  EXPECT_NE(fault("size > 20", "size large").expected.find("size > 20"), std::string::npos);
  EXPECT_NE(fault("size > 20", "size > big").expected.find("finite number"), std::string::npos);
  EXPECT_NE(fault("size > 20", "size = NA").expected.find("finite number"), std::string::npos);
  EXPECT_NE(fault("size > 20", "score > 0").expected.find("inputs of the rule"), std::string::npos);
  EXPECT_NE(fault("side = left", "side = top").expected.find("left, right"), std::string::npos);
  EXPECT_NE(fault("side = left", "side < left").expected.find("left, right"), std::string::npos);
  EXPECT_NE(fault("add = 1", "add = 1\nhazard_ratio = 2").expected.find("either"),
            std::string::npos);
  EXPECT_NE(fault("add = 1", "hazard_ratio = 0").expected.find("above 0"), std::string::npos);
  EXPECT_NE(fault("add = 1", "add = inf").expected.find("finite"), std::string::npos);
  EXPECT_NE(fault("add = 1", "add = 1\nper = \"side\"").expected.find("a number"),
            std::string::npos);
  EXPECT_NE(fault("any = ", "when = [\"size > 1\"]\nany = ").expected.find("either"),
            std::string::npos);
  EXPECT_NE(
      fault("any = [\"side = left\", \"score >= 1\"]", "any = []").expected.find("at least one"),
      std::string::npos);
}

TEST_F(RuleFile, IsRefusedWhereItsGroupsOrExamplesAreWrong) {
  EXPECT_NE(fault("any = [\"side = left\", \"score >= 1\"]\n", "").expected.find("behind one"),
            std::string::npos);
  EXPECT_NE(fault("name = \"other\"", "name = \"other\"\nwhen = [\"size > 1\"]")
                .expected.find("last group"),
            std::string::npos);
  EXPECT_NE(fault("action = \"observe\"\n", "").expected.find("observe, board or resect"),
            std::string::npos);
  EXPECT_NE(fault("\"choice\"", "\"none\"").expected.find("no action"), std::string::npos);
  EXPECT_NE(fault("score = 0", "score = 1").expected.find("what the rule says: 0"),
            std::string::npos);
  EXPECT_NE(fault("side = \"left\" }", "side = \"right\" }").expected.find("'observe'"),
            std::string::npos);
  EXPECT_NE(fault(", side = \"left\" }", " }").expected.find("'board'"), std::string::npos);
  EXPECT_NE(fault("{ size = 20,", "{ sise = 20,").remedy.find("size"), std::string::npos);
  EXPECT_NE(fault("[[example]]", "[[exampel]]").remedy.find("example"), std::string::npos);
  EXPECT_NE(fault(small_rule.substr(small_rule.find("[[example]]")), "").expected.find("example"),
            std::string::npos);
}

TEST_F(RuleFile, OfThePageIsAWholeRule) {
  const std::string page = test::read_text(files::path(VIGIL_SOURCE_DIR) / "docs/formats/rule.md");
  const auto begin = page.find("```toml\n"), end = page.find("```\n", begin + 1);
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(read(page.substr(begin + 8, end - begin - 8)).id, "small");
}

// One to four bytes overwritten: a rule or an error for the user, never a crash.
TEST_F(RuleFile, DamagedFilesAreRefusedOrRead) {
  const std::string bytes = test::bytes_of(files::path(VIGIL_DATASETS) / "rules" / "rrs_2019.toml");
  for (Index number = 0; number < 150; ++number) {
    const auto file = folder_.file("damaged.toml", test::damaged_bytes(bytes, number));
    const int outcome = test::outcome_in_child([&] { static_cast<void>(read_rule(file)); });
    EXPECT_TRUE(outcome == 0 || outcome == 1) << "copy " << number << ": " << outcome;
  }
}

} // namespace
} // namespace vigil
