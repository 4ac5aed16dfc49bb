// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/run_study.hpp"
#include "vigil/validate/summarise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/vigil/study_screen.hpp"
#include "tests/support/csv.hpp"
#include "tests/support/leaky_learner.hpp"
#include "tests/support/near.hpp"
#include "tests/support/small_cohort.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/validation_run.hpp"
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

namespace vigil {
namespace {

using testing::HasSubstr;

/// A study of the shipped veteran data whose only learner is replaced by one that no table offers.
class CheatingStudy {
public:
  StudyResult run(AnyLearner learner) {
    const auto file = folder_ / "study.toml";
    write_table(folder_ / "veteran.csv");
    std::ofstream(file) << "schema = 1\n[data]\nfile = \"veteran.csv\"\ntime = \"time\"\nevent = "
                           "\"status\"\nfeatures = \"rest\"\n"
                           "[[learner]]\nname = \"cox\"\nid = \"cheat\"\n"
                           "[validate]\nfolds = 3\nrepeats = 1\nhorizons = [90]\n"
                           "null_check = \"quick\"\n[run]\nseed = 7\n";
    StudySettings study = read_settings(read_study(file));
    study.learners.front().learner = std::move(learner);
    const StudyWatch watch{.say = [](const std::string&, const std::string&) {},
                           .progress = [](Index, Index) {}};
    Scheduler scheduler(2);
    FitContext context{scheduler};
    StudyResult result = run_study(study, watch, context, folder_ / "units");
    write_study(study, result, folder_ / "out");
    return result;
  }
  [[nodiscard]] std::string page() const {
    return test::read_text(folder_ / "out" / "report.html");
  }
  /// Of the program, after the last lines of its screen.
  [[nodiscard]] int exit_status(const StudyResult& result) const {
    Options options("test");
    options.set("quiet", {true, "test"});
    app::Session session(options);
    app::StudyScreen screen(session, folder_ / "run.log");
    return screen.say_result(result.report, folder_ / "out");
  }

private:
  /// veteran.csv with 40 columns of noise, so that there is something to choose.
  static void write_table(const std::filesystem::path& file) {
    std::istringstream lines(
        test::read_text(std::filesystem::path(VIGIL_DATASETS) / "veteran/veteran.csv"));
    std::ofstream table(file);
    RandomStream noise(RandomKey(4));
    bool header = true;
    for (std::string line; std::getline(lines, line); header = false) {
      table << line;
      for (int column = 1; column <= 40; ++column) {
        table << ',' << (header ? "n" + std::to_string(column) : number_text(noise.normal()));
      }
      table << '\n';
    }
  }

  test::TempFolder folder_;
};

// L40
TEST(leaks, a_learner_that_stores_the_outcome_of_everybody_fails_the_study) {
  CheatingStudy study;
  const auto result = study.run(AnyLearner(test::OutcomeReader{}));
  ASSERT_TRUE(result.report.null_check.has_value());
  EXPECT_TRUE(result.report.null_check->failed);
  EXPECT_GT(result.report.null_check->learners.front().concordance, 0.999)
      << "1 but for tied times";
  EXPECT_EQ(study.exit_status(result), 5);
  EXPECT_THAT(
      study.page(),
      HasSubstr("<main>\n<p class=\"banner\">The null check FAILED: no number of this report "
                "is to be trusted. cheat: concordance "));
}

// L41
TEST(leaks, an_honest_learner_passes_the_same_study) {
  CheatingStudy study;
  const auto result = study.run(AnyLearner(test::ToyLearner{}));
  EXPECT_FALSE(result.report.null_check->failed)
      << result.report.null_check->learners.front().because;
  EXPECT_EQ(study.exit_status(result), 0);
}

// L42
TEST(leaks, a_learner_that_selects_whatever_the_outcome_fails_the_study) {
  CheatingStudy study;
  const auto result = study.run(AnyLearner(test::FixedChoice{.column = 2}));
  EXPECT_TRUE(result.report.null_check->failed);
  EXPECT_THAT(result.report.null_check->learners.front().because, HasSubstr("(20)"));
}

// L43: scores of fold models lie on scales of their own; were pairs formed across folds, C would change.
TEST(leaks, a_score_that_tells_the_fold_changes_no_concordance) {
  const Cohort cohort = test::small_cohort({});
  auto run = test::run_toys(
      cohort,
      stratified_folds(cohort.data(), cohort.weights(), {.folds = 4, .repeats = 1}, RandomKey(5)),
      {0.5});
  SummaryOptions options{
      .measures = {&measure::find("harrell_c"), &measure::find("uno_c"), &measure::find("auc")}};
  options.horizons = {0.5};
  options.tau = 1.0;
  Scheduler scheduler(1);
  const auto before = summarise(run.results(), options, scheduler);
  for (auto& record : run.records) {
    for (double& score : record.prediction.score) {
      score += 100.0 * static_cast<double>(record.resample);
    }
  }
  const auto after = summarise(run.results(), options, scheduler);
  ASSERT_EQ(before.performance.size(), 6U);
  for (std::size_t row = 0; row < before.performance.size(); ++row) {
    EXPECT_EQ(before.performance[row].estimate, after.performance[row].estimate)
        << before.performance[row].measure;
  }
}

/// Names (L01 ..) in a text, with their number of occurrences.
std::map<std::string, int> names_in(const std::string& text, const std::string& pattern) {
  std::map<std::string, int> names;
  const std::regex expression(pattern);
  for (auto match = std::sregex_iterator(text.begin(), text.end(), expression);
       match != std::sregex_iterator();
       ++match) {
    ++names[(*match)[1]];
  }
  return names;
}

TEST(leaks, every_leak_of_the_page_has_its_test) {
  const std::filesystem::path root = VIGIL_SOURCE_DIR;
  auto tests = names_in(test::read_text(root / "tests/leaks/leaks.case"), "\n# (L[0-9][0-9])[ :]");
  tests.merge(
      names_in(test::read_text(root / "tests/leaks/leaks_test.cpp"), "\n// (L[0-9][0-9])[:\n]"));
  const auto page =
      names_in(test::read_text(root / "docs/methods/leaks.md"), "\n\\| (L[0-9][0-9]) \\|");
  EXPECT_EQ(tests, page);
  EXPECT_GE(page.size(), 20U);
}

} // namespace
} // namespace vigil
