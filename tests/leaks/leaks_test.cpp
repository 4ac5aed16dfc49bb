// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/run_study.hpp"
#include "vigil/validate/corrected_view.hpp"
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

/// Sixty subjects in three batches and one more in a batch of its own with another one; markers as they are, or other ones in
/// the subjects of `others`.
Cohort batch_cohort(const CaseWeights& others, float shift) {
  CohortParts parts = test::small_parts({});
  std::vector<std::string> batch;
  for (Index i = 0; i < 60; ++i) {
    batch.push_back(i < 2 ? "rare" : std::string(1, "ABC"[i % 3]));
  }
  parts.batch = make_grouping(batch);
  Scheduler scheduler(1);
  const std::vector<Index> all{0, 1, 2, 3, 4, 5};
  std::vector<float> values = parts.features.columns(all, scheduler);
  std::vector<FeatureInfo> info;
  for (const Index marker : all) {
    info.push_back(parts.features.info(marker));
    for (const Index subject : others.support()) {
      values[at(marker * 60 + subject)] += shift * static_cast<float>(marker + 1);
    }
  }
  parts.features = FeatureMatrix(resident_source(60, 6, std::move(values), 4), std::move(info));
  return Cohort(std::move(parts));
}

/// Corrected values of the listed subjects.
std::vector<float> values_of(const TrainingData& data, const CaseWeights& weights) {
  Scheduler scheduler(1);
  const std::vector<Index> all{0, 1, 2, 3, 4};
  const auto values = data.features.columns(all, scheduler);
  std::vector<float> result;
  for (const Index marker : all) {
    for (const Index subject : weights.support()) {
      result.push_back(values[at(marker * 60 + subject)]);
    }
  }
  return result;
}

CaseWeights every(Index step, Index of, bool others) {
  std::vector<std::uint32_t> times;
  for (Index i = 0; i < 60; ++i) {
    times.push_back((i % of == step) != others ? 1 : 0);
  }
  return CaseWeights::ones(60).with_times(times);
}

// L44: batches that are corrected once for a whole training set tell its inner folds of the rows that they hold out.
TEST(leaks, rows_that_an_inner_fold_holds_out_do_not_correct_its_training_rows) {
  const CaseWeights held_out = every(1, 4, false), train = every(1, 4, true);
  const auto corrected = [&](float shift, bool inside) {
    const Cohort cohort = batch_cohort(held_out, shift);
    const CaseWeights all = cohort.weights();
    Scheduler scheduler(1);
    const FitContext context{scheduler};
    const CombatTraining training(cohort.data(), {.combat = {.batch = "batch"}});
    if (!inside) {
      return values_of(training.fit(all, context)->data(), train);
    }
    return values_of(training.fit_all({&train, 1}, all, context).front()->data(), train);
  };
  EXPECT_EQ(corrected(0.0F, true), corrected(50.0F, true));
  EXPECT_NE(corrected(0.0F, false), corrected(50.0F, false)) << "the leak is none";
}

// L45: a batch of which a training set has one subject, mapped by the mean and SD of those who will test.
TEST(leaks, test_subjects_do_not_map_the_batch_of_a_training_subject) {
  const CaseWeights test = every(1, 4, false), train = every(1, 4, true);
  const auto corrected = [&](float shift) {
    const Cohort cohort = batch_cohort(test, shift);
    Scheduler scheduler(1);
    const FitContext context{scheduler};
    const CombatTraining training(cohort.data(),
                                  {.combat = {.batch = "batch", .unseen = UnseenBatch::reference}});
    return values_of(training.fit(train, context)->data(), train);
  };
  EXPECT_EQ(corrected(0.0F), corrected(50.0F));
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
