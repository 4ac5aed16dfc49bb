// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Studies with a forest: its importance and its error are those of the model of all subjects.
#include "vigil/base/error.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/report/write_json.hpp"
#include "vigil/report/write_tables.hpp"
#include "vigil/study/forest_rows.hpp"
#include "vigil/study/run_study.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace vigil; // NOLINT(google-build-using-namespace): a test file
using testing::ElementsAre;

/// A study of the veterans' lung cancer trial; `learner`: lines of its forest.
class ForestStudy : public testing::Test {
protected:
  [[nodiscard]] StudySettings settings(const std::string& learner) const {
    return read_settings(
        read_study(folder_.file("study.toml",
                                "schema = 1\n[data]\nfile = \"" VIGIL_DATASETS
                                "/veteran/veteran.csv\"\ntime = \"time\"\nevent = \"status\"\n"
                                "features = [\"karno\", \"age\", \"diagtime\", \"prior\"]\n"
                                "[[learner]]\nname = \"cox\"\n"
                                "[[learner]]\nname = \"survival-forest\"\ntrees = 40\n" +
                                    learner +
                                    "[validate]\nfolds = 2\nrepeats = 1\nhorizons = [90]\n"
                                    "[run]\nseed = 7\n")));
  }
  StudyResult run(const std::string& learner, int threads = 2) {
    Scheduler scheduler(threads);
    FitContext context{scheduler};
    const StudyWatch watch{.say = [](const std::string&, const std::string&) {},
                           .progress = [this](Index, Index) { ++looks_; },
                           .stop = [] { return false; }};
    const auto units = folder_ / "units";
    std::filesystem::remove_all(units); // those of a run before
    return run_study(settings(learner), watch, context, units);
  }
  test::TempFolder folder_;
  Index looks_ = 0; ///< at progress: fits have begun
};

const std::string asked = "importance = [\"minimal_depth\", \"permutation\", \"grouped\"]\n"
                          "groups = { state = [\"karno\", \"age\"] }\n";

std::string table(const report::Report& report, const std::string& name) {
  for (const auto& candidate : report::tables_of(report)) {
    if (candidate.name == name) {
      return candidate.text;
    }
  }
  return "no such table";
}

TEST_F(ForestStudy, TellsTheImportanceAndTheErrorOfTheForestOfAllSubjects) {
  const auto study = settings(asked);
  const auto result = run(asked);
  // The same forest, grown by itself at the address of the final fit.
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const Cohort cohort = storage::open_cohort(study.data, scheduler);
  const auto weights = cohort.weights();
  const Preparation preparation(cohort.data().columns(), {});
  using forest::ImportanceKind;
  const auto forest = forest::SurvivalForest::grow(
      cohort.data(),
      {.weights = weights,
       .preparation = preparation,
       .key = RandomKey(7).child("final").child("fit").child("survival-forest")},
      {.trees = 40,
       .importance = {ImportanceKind::minimal_depth,
                      ImportanceKind::permutation,
                      ImportanceKind::grouped},
       .groups = {{.name = "state", .features = {"karno", "age"}}},
       .error_curve = true},
      context);
  const auto& rows = result.report.importance;
  ASSERT_EQ(rows.size(), 9U);
  ASSERT_EQ(forest.importance().size(), 9U);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto& own = forest.importance()[row];
    EXPECT_EQ(rows[row].learner, "survival-forest");
    EXPECT_EQ(rows[row].kind, forest::name_of(own.kind));
    EXPECT_EQ(rows[row].feature, own.feature);
    EXPECT_EQ(rows[row].importance, own.importance);
    EXPECT_EQ(rows[row].se, own.se);
    EXPECT_TRUE(std::isnan(rows[row].p));
  }
  ASSERT_EQ(result.report.forests.size(), 1U);
  const auto& summary = result.report.forests.front();
  ASSERT_EQ(summary.error.size(), 3U); // 10, 20, 40
  for (std::size_t point = 0; point < 3; ++point) {
    EXPECT_EQ(summary.error[point].trees, forest.error()[point].trees);
    EXPECT_EQ(summary.error[point].concordance, forest.error()[point].concordance);
    EXPECT_EQ(summary.error[point].bias, forest.error()[point].bias);
  }
}

TEST_F(ForestStudy, SaysHowTheForestWasGrown) {
  const auto report =
      run("min_leaf = 6\nfeatures_per_split = 3\nsplit_rule = \"log_rank\"\n").report;
  ASSERT_EQ(report.forests.size(), 1U);
  const auto& forest = report.forests.front();
  EXPECT_EQ(forest.learner, "survival-forest");
  EXPECT_EQ(forest.trees, 40);
  EXPECT_EQ(forest.subjects, 137);
  EXPECT_EQ(forest.events, 128);
  EXPECT_EQ(forest.columns, 4);
  EXPECT_EQ(forest.strata, 1);
  EXPECT_EQ(forest.split_rule, "log_rank");
  EXPECT_EQ(forest.features_per_split, 3);
  EXPECT_EQ(forest.min_node, 15);
  EXPECT_EQ(forest.min_leaf, 6);
  EXPECT_EQ(forest.min_leaf_events, 3);
  EXPECT_EQ(forest.sample_fraction, 0.632);
  EXPECT_TRUE(std::isnan(forest.target_error));
  EXPECT_EQ(forest.undefined_because, "");
  EXPECT_EQ(forest.importance_on, "concordance");
  ASSERT_EQ(forest.importance.size(), 1U); // permutation unless asked otherwise
  EXPECT_EQ(forest.importance[0].features, 4);
  EXPECT_EQ(forest.importance[0].first.front().feature, "karno");
}

TEST_F(ForestStudy, SameBytesForAnyNumberOfThreads) {
  const auto one = run(asked, 1), three = run(asked, 3);
  EXPECT_EQ(report::json_text(one.report), report::json_text(three.report));
  for (const char* name : {"importance.tsv", "forest_error.tsv", "predictions.tsv"}) {
    EXPECT_EQ(table(one.report, name), table(three.report, name)) << name;
  }
}

TEST_F(ForestStudy, ImportanceChangesNothingElse) {
  auto with = run(asked);
  const auto without = run("importance = \"none\"\n");
  for (auto& point : with.report.forests.front().error) {
    EXPECT_GT(std::exchange(point.ranking, not_available), 0.0);
  }
  EXPECT_TRUE(without.report.importance.empty());
  EXPECT_TRUE(without.report.forests.front().importance.empty());
  EXPECT_EQ(without.report.forests.front().error.size(), 3U);
  for (const char* name : {"performance.tsv", "predictions.tsv", "forest_error.tsv"}) {
    EXPECT_EQ(table(with.report, name), table(without.report, name)) << name;
  }
  EXPECT_THAT(table(without.report, "importance.tsv"), testing::Not(testing::HasSubstr("karno")));
}

TEST_F(ForestStudy, RefusesBeforeAnyFitWhatTheCohortCannotGive) {
  EXPECT_THROW(run("importance = \"grouped\"\ngroups = { a = [\"karno\", \"agee\"] }\n"),
               InputError);
  EXPECT_THROW(run("importance_on = \"brier@900\"\n"), ConfigError); // R01
  EXPECT_EQ(looks_, 0);
}

TEST(MostImportantFirst, RanksOneKindAndLeavesOutTheUndefined) {
  const double none = std::nan("");
  const std::vector<FeatureImportance> rows{
      {.kind = "permutation", .feature = "a", .importance = 0.1},
      {.kind = "permutation", .feature = "b", .importance = none},
      {.kind = "permutation", .feature = "c", .importance = 0.3},
      {.kind = "permutation", .feature = "d", .importance = 0.1},
      {.kind = "minimal_depth", .feature = "a", .importance = 2.0},
      {.kind = "minimal_depth", .feature = "c", .importance = 1.0}};
  const auto names = [&](const char* kind) {
    std::vector<std::string> features;
    for (const auto& row : most_important_first(rows, kind)) {
      features.push_back(row.feature);
    }
    return features;
  };
  EXPECT_THAT(names("permutation"), ElementsAre("c", "a", "d"));
  EXPECT_THAT(names("minimal_depth"), ElementsAre("c", "a")); // a small depth is important
}

} // namespace
