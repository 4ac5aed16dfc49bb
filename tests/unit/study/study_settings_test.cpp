// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/study/forest_options.hpp"
#include "vigil/study/study_settings.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <string>
#include <vector>

namespace {

using vigil::ConfigError;
using vigil::test::fault_of;

const std::string smallest = R"(schema = 1
[data]
file = "cohort.csv"
time = "time"
event = "event"
[[learner]]
name = "cox"
[run]
seed = 7
)";

class StudySettings : public testing::Test {
protected:
  [[nodiscard]] vigil::StudySettings read(const std::string& text) const {
    return vigil::read_settings(vigil::read_study(folder_.file("study.toml", text)));
  }
  [[nodiscard]] vigil::Fault refused(const std::string& text) const {
    return fault_of<ConfigError>([&] { static_cast<void>(read(text)); });
  }
  vigil::test::TempFolder folder_;
};

TEST_F(StudySettings, FillInTheDefaultsOfTheContract) {
  const auto study = read(smallest);
  EXPECT_EQ(study.data.file, folder_ / "cohort.csv");
  EXPECT_EQ(study.validate.scheme, "nested-cv");
  EXPECT_EQ(study.validate.folds, 5);
  EXPECT_EQ(study.validate.repeats, 10);
  EXPECT_EQ(study.validate.inner_folds, 5);
  EXPECT_EQ(study.learners.front().name, "cox");
  EXPECT_EQ(study.learners.front().preparation.impute, "median");
  EXPECT_EQ(study.seed, 7U);
  EXPECT_EQ(study.out, folder_ / "results");
  EXPECT_FALSE(study.triage);
}

TEST_F(StudySettings, ReadTheModelOfCensoring) {
  EXPECT_TRUE(read(smallest).validate.censoring.empty());
  EXPECT_TRUE(read(smallest + "[validate]\ncensoring = \"marginal\"\n").validate.censoring.empty());
  EXPECT_EQ(read(smallest + "[validate]\ncensoring = \"cox:age,stage\"\n").validate.censoring,
            (std::vector<std::string>{"age", "stage"}));
  for (const char* wrong : {"centre", "cox:", "cox:age,", "km"}) {
    EXPECT_NE(refused(smallest + "[validate]\ncensoring = \"" + wrong + "\"\n").expected, "")
        << wrong;
  }
}

TEST_F(StudySettings, ReadAFilterAndBatches) {
  const auto study =
      read(smallest + "[prepare]\nfilter = { keep = 20, by = \"variance\" }\n"
                      "combat = { batch = \"site\", covariates = [\"age\", \"sex\"], "
                      "unseen = \"reference\" }\n");
  const auto& learner = study.learners.front();
  EXPECT_EQ(learner.preparation.filter.keep, 20);
  EXPECT_EQ(learner.preparation.filter.ranking->name(), "variance");
  ASSERT_TRUE(learner.combat.has_value());
  EXPECT_EQ(learner.combat->covariates, (std::vector<std::string>{"age", "sex"}));
  EXPECT_EQ(learner.combat->unseen, vigil::UnseenBatch::reference);
  EXPECT_EQ(study.data.batch, "site");
  EXPECT_TRUE(read(smallest).learners.front().preparation.filter.empty());
  EXPECT_FALSE(read(smallest).learners.front().combat);
}

TEST_F(StudySettings, RefuseAFilterOrBatchesThatAreNotWhole) {
  EXPECT_NE(refused(smallest + "[prepare]\nfilter = { by = \"score\" }\n").expected.find("keep"),
            std::string::npos);
  EXPECT_NE(refused(smallest + "[prepare]\nfilter = { keep = 3 }\n").expected.find("variance"),
            std::string::npos);
  EXPECT_NE(refused(smallest + "[prepare]\ncombat = { covariates = [\"age\"] }\n")
                .expected.find("column"),
            std::string::npos);
  EXPECT_NE(refused(smallest + "[prepare]\ncombat = { batch = \"b\", unseen = \"x\" }\n")
                .expected.find("reference"),
            std::string::npos);
}

TEST_F(StudySettings, NameLineAndNearestKeyOfAnUnknownOne) {
  const auto fault = refused(smallest + "[validate]\nfodls = 3\n");
  EXPECT_EQ(fault.where, "study.toml:11:9");
  EXPECT_EQ(fault.remedy, "did you mean 'folds'?");
  EXPECT_EQ(refused("schema = 1\n[dtaa]\n").remedy, "did you mean 'data'?");
}

TEST_F(StudySettings, RefuseAnOutcomeWithoutTimes) {
  std::string text = smallest;
  text.replace(text.find("time = "), 13, "outcome = \"y\"");
  text.replace(text.find("event = "), 15, "family = \"gaussian\"");
  const auto fault = refused(text);
  EXPECT_NE(fault.expected.find("time and event"), std::string::npos) << fault.expected;
  EXPECT_NE(fault.remedy.find("vigil path"), std::string::npos) << fault.remedy;
}

TEST_F(StudySettings, RefuseAStudyWithoutItsParts) {
  EXPECT_NE(refused("[data]\n").expected.find("schema = 1"), std::string::npos);
  EXPECT_NE(refused("schema = 2\n").found.find("schema = 2"), std::string::npos);
  const auto without = [&](const std::string& line) {
    std::string text = smallest;
    text.erase(text.find(line), line.size());
    return refused(text);
  };
  EXPECT_NE(without("seed = 7\n").remedy.find("seed = "), std::string::npos);
  EXPECT_EQ(without("file = \"cohort.csv\"\n").found, "no file");
  EXPECT_EQ(without("[[learner]]\nname = \"cox\"\n").found, "no [[learner]]");
  EXPECT_NE(without("event = \"event\"\n").expected.find("event"), std::string::npos);
}

TEST_F(StudySettings, RefuseWhatIsNoTomlWithItsPlace) {
  EXPECT_EQ(refused("schema = 1\n[data\n").where.substr(0, 13), "study.toml:2:");
  EXPECT_THROW(static_cast<void>(vigil::read_study(folder_ / "absent.toml")), ConfigError);
}

TEST_F(StudySettings, NumberLearnersOfOneNameAndRefuseEqualIds) {
  const auto study = read(
      smallest + "[[learner]]\nname = \"cox\"\n[[learner]]\nname = \"cox-net\"\nl1_ratio = 0.5\n");
  EXPECT_EQ(study.learners.at(1).name, "cox-2");
  EXPECT_EQ(study.learners.at(2).name, "cox-net");
  EXPECT_NE(
      refused(smallest + "[[learner]]\nname = \"cox\"\nid = \"cox\"\n").expected.find("no other"),
      std::string::npos);
  EXPECT_EQ(refused(smallest + "[[learner]]\nname = \"coxnet\"\n").remedy.substr(0, 23),
            "did you mean 'cox-net'?");
  EXPECT_EQ(refused(smallest + "[[learner]]\nname = \"cox-net\"\nl1_ratio = 1.5\n").found, "'1.5'");
}

TEST_F(StudySettings, TheLossBrierTakesTheHorizonOfTheStudy) {
  const std::string net = smallest + "[[learner]]\nname = \"cox-net\"\nloss = \"brier\"\n";
  const std::string one = "[validate]\nhorizons = [90]\n",
                    two = "[validate]\nhorizons = [60, 90]\n";
  const std::string triage = "[triage]\nhorizon = 75\n";
  const auto horizon = [&](const std::string& text) {
    return read(text).file.learners.back().number("horizon");
  };
  EXPECT_EQ(horizon(net + one), 90.0);
  EXPECT_EQ(horizon(net + two + triage), 75.0);
  EXPECT_EQ(horizon(net + "horizon = 30\n" + two + triage), 30.0);
  EXPECT_NE(refused(net + two).expected.find("a time > 0"), std::string::npos);
  EXPECT_NE(refused(net).expected.find("a time > 0"), std::string::npos);
  EXPECT_NE(refused(smallest + "[[learner]]\nname = \"cox\"\nloss = \"brier\"\n" + one)
                .found.find("loss"),
            std::string::npos);
}

TEST_F(StudySettings, AForestSaysWhatItsFeaturesAreWorthUnlessToldNotTo) {
  const std::string forest = smallest + "[[learner]]\nname = \"survival-forest\"\n";
  const auto options = [&](const std::string& lines) {
    return vigil::forest_options(read(forest + lines).learner_options.back());
  };
  using vigil::forest::ImportanceKind;
  EXPECT_EQ(options("").importance, std::vector{ImportanceKind::permutation});
  EXPECT_TRUE(options("importance = \"none\"\n").importance.empty());
  EXPECT_TRUE(options("importance = []\n").importance.empty());
  const auto both = options("importance = [\"shadow\", \"conditional\"]\nalike = 0.5\n"
                            "importance_on = \"brier@90\"\n");
  EXPECT_EQ(both.importance, (std::vector{ImportanceKind::shadow, ImportanceKind::conditional}));
  EXPECT_EQ(both.alike, 0.5);
  EXPECT_EQ(both.importance_on.brier_horizon, 90.0);
  EXPECT_EQ(read(forest).file.learners.back().text("importance"), "permutation"); // is resolved
}

TEST_F(StudySettings, GroupsOfAForestAreATableOrAFileBesideTheStudy) {
  const std::string grouped =
      smallest + "[[learner]]\nname = \"survival-forest\"\nimportance = \"grouped\"\n";
  const auto groups = [&](const std::string& lines) {
    std::string text;
    for (const auto& group :
         vigil::forest_options(read(grouped + lines).learner_options.back()).groups) {
      text += group.name + ":";
      for (const auto& feature : group.features) {
        text += " " + feature;
      }
      text += "; ";
    }
    return text;
  };
  static_cast<void>(folder_.file("groups.tsv", "feature\tgroup\nx\tone\ny\ttwo\nz\tone\n"));
  EXPECT_EQ(groups("groups = \"groups.tsv\"\n"), "one: x z; two: y; ");
  EXPECT_EQ(groups("groups = { two = [\"y\"], one = [\"x\", \"z\"] }\n"), "one: x z; two: y; ");
  EXPECT_EQ(read(grouped + "groups = \"groups.tsv\"\n").file.learners.back().text("groups"),
            "groups.tsv");
}

TEST_F(StudySettings, RefuseImportanceThatDoesNotGoTogether) {
  const std::string forest = smallest + "[[learner]]\nname = \"survival-forest\"\n";
  EXPECT_EQ(refused(forest + "groups = \"g.tsv\"\n").expected, "importance = grouped beside it");
  EXPECT_EQ(refused(forest + "alike = 0.3\n").expected, "importance = conditional beside it");
  EXPECT_EQ(refused(forest + "importance = \"conditional\"\nalike = 1.5\n").expected,
            "a correlation from 0 to 1");
  EXPECT_EQ(refused(forest + "importance = \"grouped\"\n").expected, "grouped with groups = FILE");
  EXPECT_EQ(refused(forest + "importance = \"none\"\nimportance_on = \"brier@9\"\n").expected,
            "importance = KIND beside it");
  EXPECT_EQ(refused(forest + "importance = \"permutaton\"\n").remedy,
            "did you mean 'permutation'?");
  EXPECT_EQ(refused(smallest + "[[learner]]\nname = \"cox\"\nimportance = \"none\"\n").found,
            "unknown key 'importance'");
}

TEST_F(StudySettings, AnExternalCohortInheritsWhatItDoesNotName) {
  const auto study =
      read(smallest + "[[external]]\nid = \"other\"\nfile = \"b.csv\"\ntime = \"months\"\n");
  ASSERT_EQ(study.externals.size(), 1U);
  EXPECT_EQ(study.externals.front().id, "other");
  EXPECT_EQ(study.externals.front().request.time, "months");
  EXPECT_EQ(study.externals.front().request.event, "event");
  EXPECT_EQ(study.externals.front().request.id, "");
}

TEST_F(StudySettings, HarmsHaveNoDefaults) {
  const std::string triage = smallest + "[triage]\nhorizon = 5\n";
  EXPECT_FALSE(read(triage).triage->harms);
  EXPECT_NE(refused(triage + "harms = { resection = 0.2 }\n").remedy.find("none has a default"),
            std::string::npos);
  const auto study = read(
      triage + "decide_at = \"pathology\"\nharms = { resection = 0.2, residual_risk_ratio = 0.6, "
               "board = 0.04, board_skill = 0.27 }\n");
  EXPECT_EQ(study.triage->harms->missed_event, 1.0);
  EXPECT_EQ(study.triage->harms->board_skill, 0.27);
  EXPECT_TRUE(study.triage->all_treated); // what pathology says is known after the operation
  EXPECT_EQ(study.triage->learner, "cox");
  EXPECT_NE(refused(smallest + "[triage]\ndecide_at = \"biopsy\"\n").remedy.find("horizon"),
            std::string::npos);
}

} // namespace
