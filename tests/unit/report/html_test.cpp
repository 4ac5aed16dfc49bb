// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/assets.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/words.hpp"
#include "vigil/report/write_html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_report.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

namespace {

using testing::HasSubstr;
using testing::Not;
using vigil::report::Assets;
using vigil::report::html_text;

/// As the page of a build without npm.
Assets without_figures() {
  return {.style = "body{}", .script = "", .templates = "", .missing = "npm was not found"};
}

TEST(Words, EscapeEveryCharacterThatHtmlReads) {
  EXPECT_EQ(vigil::report::escaped("<a href=\"x\">'&'</a>\x01"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\xEF\xBF\xBD");
}

TEST(Words, TimesCarryTheirUnitAndTheYears) {
  using vigil::TimeUnit;
  EXPECT_EQ(vigil::report::time_words(1826, TimeUnit::days), "1,826\u00a0days (5\u00a0years)");
  EXPECT_EQ(vigil::report::time_words(60, TimeUnit::months), "60\u00a0months (5\u00a0years)");
  EXPECT_EQ(vigil::report::time_words(1, TimeUnit::years), "1\u00a0year");
  EXPECT_EQ(vigil::report::time_words(90, TimeUnit::days), "90\u00a0days");
  EXPECT_EQ(vigil::report::time_words(7.25, TimeUnit::unstated), "7.2 (unit not stated)");
  EXPECT_EQ(vigil::report::short_time_words(1826, TimeUnit::days), "5\u00a0years");
}

TEST(Words, TheHeadlineIsTheExternalCohortThatWasTriaged) {
  const auto report = vigil::test::large_report(30);
  const auto* row = vigil::report::headline(report);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->learner, "cox");
  EXPECT_EQ(row->resampling, "external:gbsg");
}

TEST(Words, AnApparentValueIsNoHeadline) {
  auto report = vigil::test::tiny_report();
  report.performance.front().resampling = "apparent";
  EXPECT_EQ(vigil::report::headline(report), nullptr);
}

// Predictions of held-out subjects are nothing less optimism; nor is a plan.
TEST(Words, APlanAndItsHeldOutPredictionsAreNamedByTheDraws) {
  using vigil::report::held_out_words;
  using vigil::report::scheme_words;
  EXPECT_EQ(scheme_words("bootstrap"), "bootstrap");
  EXPECT_EQ(scheme_words("centre-bootstrap"), "bootstrap of centres");
  EXPECT_EQ(scheme_words("loco"), "leave one centre out");
  EXPECT_EQ(held_out_words("bootstrap .632+"), "left out of a bootstrap sample");
  EXPECT_EQ(held_out_words("centre-bootstrap"), "left out of a bootstrap of centres");
  EXPECT_EQ(held_out_words("subsampling .632+"), "left out of a subsample");
  EXPECT_EQ(held_out_words("nested-cv"), "nested cross-validation");
}

TEST(Figures, NumbersCarryFourDigits) {
  EXPECT_EQ(vigil::report::four_digits(0.123456), 0.1235);
  EXPECT_EQ(vigil::report::four_digits(-98765.4), -98770.0);
  EXPECT_EQ(vigil::report::four_digits(0.0), 0.0);
  EXPECT_TRUE(std::isnan(vigil::report::four_digits(std::nan(""))));
}

TEST(Figures, EveryPartOfTheStudyHasItsFigure) {
  std::vector<std::string> names;
  for (const auto& figure : vigil::report::figures_of(vigil::test::large_report(40))) {
    names.push_back(figure.name);
  }
  for (const char* name : {"kaplan_meier",
                           "triage_waterfall",
                           "zone_shares",
                           "performance_harrell_c",
                           "calibration",
                           "selected_features",
                           "importance_survival-forest_permutation",
                           "importance_survival-forest_shadow",
                           "forest_error_survival-forest"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "names repeat";
}

const vigil::report::Figure& figure_named(const std::vector<vigil::report::Figure>& figures,
                                          const std::string& name) {
  const auto found = std::ranges::find(figures, name, &vigil::report::Figure::name);
  EXPECT_NE(found, figures.end()) << name;
  return *found;
}

double number_of(const vigil::report::Figure& figure, const std::string& column, vigil::Index row) {
  const auto& columns = figure.data.front().columns;
  const auto found = std::ranges::find(columns, column, &vigil::report::FigureColumn::name);
  EXPECT_NE(found, columns.end()) << column;
  return std::get<std::vector<double>>(found->values).at(vigil::at(row));
}

// Whiskers by hand: 1.96 standard errors; of the error, which has nine degrees of freedom, 2.262 (R 4.2.2, qt(0.975, 9)).
// logit(0.96) = log 24; 1.96 x 0.03 / (0.96 x 0.04) = 1.53124.
TEST(Figures, IntervalsOfCentresStayOnTheScaleOfTheMeasure) {
  vigil::report::Report report;
  const auto add = [&](const char* centre, double estimate, double se) {
    vigil::CentreRow row;
    row.learner = "cox";
    row.measure = "harrell_c";
    row.centre = centre;
    row.events = 3;
    row.estimate = estimate;
    row.se = se;
    report.centres.push_back(row);
  };
  add("usual", 0.96, 0.03);
  add("perfect", 1.0, 0.0);
  add("without", std::nan(""), std::nan(""));
  const auto figures = vigil::report::figures_of(report);
  const auto& columns = figure_named(figures, "centres_cox_harrell_c").data.front().columns;
  const auto& label = std::get<std::vector<std::string>>(columns.at(0).values);
  const auto& lower = std::get<std::vector<double>>(columns.at(2).values);
  const auto& upper = std::get<std::vector<double>>(columns.at(3).values);
  ASSERT_EQ(columns.at(3).name, "upper");
  EXPECT_NEAR(lower[0], 1.0 / (1.0 + std::exp(1.53124) / 24.0), 1e-5);
  EXPECT_NEAR(upper[0], 1.0 / (1.0 + std::exp(-1.53124) / 24.0), 1e-5);
  EXPECT_TRUE(std::isnan(lower[1])) << "no standard error, no interval";
  EXPECT_EQ(label[2], "without (3 events)");
}

TEST(Figures, WhiskersAndBandsOfAForestAreMonteCarloIntervals) {
  auto report = vigil::test::tiny_report();
  const auto figures = vigil::report::forest_figures(report);
  ASSERT_EQ(figures.size(), 2U);
  const auto& importance = figure_named(figures, "importance_trees_shadow");
  EXPECT_NEAR(number_of(importance, "lower", 0), 0.125 - 0.25 * 1.959964, 1e-6);
  EXPECT_NEAR(number_of(importance, "upper", 0), 0.125 + 0.25 * 1.959964, 1e-6);
  EXPECT_TRUE(std::isnan(number_of(importance, "lower", 1)));
  EXPECT_THAT(
      importance.texts,
      testing::Contains(testing::Pair("value_title", "Rise of the Brier score at 1\u00a0year")));
  const auto& error = figure_named(figures, "forest_error_trees");
  EXPECT_EQ(number_of(error, "trees", 0), 20.0); // what is undefined is not drawn
  EXPECT_NEAR(number_of(error, "lower", 0), 0.75 - 0.5 * 2.262157, 1e-6);
  EXPECT_NEAR(number_of(error, "upper", 0), 0.75 + 0.5 * 2.262157, 1e-6);
  const auto& endless = error.data.back();
  EXPECT_EQ(std::get<std::vector<double>>(endless.columns.front().values).front(), 1.0);
}

TEST(Page, TellsOfTheForestWithWhatItDoesNotSay) {
  const auto report = vigil::test::large_report(40);
  const std::string html = html_text(report);
  for (const char* part : {"<section id=\"forest\">",
                           "<a href=\"#forest\">Forest</a>",
                           "of the trees, not of the subjects",
                           "of 34 such features about 2 would have p below 0.05",
                           "without any signal it lies below 0.5",
                           "Shown: the first 20 of 34; all are in tables/importance.tsv.",
                           "guarded_log_rank",
                           "5 subjects, 3 of them with an event",
                           "0.684 (Monte-Carlo SE 0.0011, bias -0.0003)"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(html_text(vigil::report::Report{}), Not(HasSubstr("id=\"forest\"")));
}

TEST(Page, SaysWhyThereIsNoForest) {
  auto report = vigil::test::tiny_report();
  report.forests.front() = {.learner = "trees", .undefined_because = "no events"};
  EXPECT_THAT(html_text(report), HasSubstr("no forest: no events"));
  report.forests.front() = {.learner = "trees",
                            .importance = {{.kind = "permutation", .features = 3, .undefined = 3}}};
  EXPECT_THAT(html_text(report), HasSubstr("Permutation importance of trees is undefined"));
}

TEST(Page, HoldsTheVerdictThePartsAndThePolicy) {
  const std::string html = html_text(vigil::test::large_report(40));
  for (const char* part : {"default-src 'none'",
                           "Research use only",
                           "All patients were treated.",
                           "safety of observing cannot be studied in these data",
                           "is at most 10 %: the test does not show it.",
                           "no further treatment",
                           "is assumed to leave",
                           "From the file to the analysis",
                           "Who was studied",
                           "How well does it predict"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(Page, CountsAControlledRiskAmongWhatIsShown) {
  auto report = vigil::test::large_report(40);
  report.triage->risk_control.controlled = true;
  const std::string html = html_text(report);
  EXPECT_THAT(html, HasSubstr("is at most 10 %, for subjects like those of this cohort"));
  EXPECT_THAT(html, Not(HasSubstr("the test does not show it")));
  report.triage->risk_control.tests.clear();
  report.triage->risk_control.controlled = false;
  report.triage->guarantee = "Nobody took no part.";
  EXPECT_THAT(html_text(report), HasSubstr("Nobody took no part."));
  report.triage->guarantee.clear();
  EXPECT_THAT(html_text(report), HasSubstr("Risk control of the observed group was not tested"));
}

TEST(Page, StatesTheConcordanceWithItsIntervalAndWithoutAVerdict) {
  const auto report = vigil::test::large_report(40);
  const auto* row = vigil::report::headline(report);
  ASSERT_NE(row, nullptr);
  const std::string html = html_text(report);
  EXPECT_THAT(html,
              HasSubstr(" with Harrell’s C " +
                        vigil::report::interval_words(row->estimate, row->lower, row->upper, 2) +
                        "; 0.5 is chance."));
  for (const char* word : {"weak accuracy", "moderate accuracy", "good accuracy"}) {
    EXPECT_THAT(html, Not(HasSubstr(word)));
  }
}

// A value less optimism, or of .632, is not one of subjects that the model had not seen.
TEST(Page, SaysWhereValuesRestOnTheSubjectsOfTheFit) {
  auto report = vigil::test::tiny_report();
  const auto page_of = [&report](const char* resampling) {
    report.performance.front().resampling = resampling;
    return html_text(report);
  };
  const auto own = testing::AllOf(HasSubstr("to whom it was fitted, and corrected for that"),
                                  HasSubstr("on the subjects of the fit and corrected for that"),
                                  Not(HasSubstr("not seen")),
                                  Not(HasSubstr("took no part in fitting, with")));
  const auto corrected = std::string("fitted to, corrected for that: ");
  EXPECT_THAT(page_of("bootstrap"),
              testing::AllOf(own, HasSubstr(corrected + "bootstrap, less optimism.")));
  EXPECT_THAT(page_of("centre-bootstrap"),
              testing::AllOf(own, HasSubstr(corrected + "bootstrap of centres, less optimism.")));
  EXPECT_THAT(
      page_of("bootstrap .632+"),
      testing::AllOf(
          own, HasSubstr(corrected + "bootstrap .632+, own subjects and subjects left out.")));
  EXPECT_THAT(
      page_of("subsampling .632"),
      testing::AllOf(
          own, HasSubstr(corrected + "subsampling .632, own subjects and subjects left out.")));
  for (const char* unseen : {"nested-cv", "loco", "split", "centre-bootstrap left-out"}) {
    EXPECT_THAT(page_of(unseen),
                testing::AllOf(HasSubstr("Measured on subjects that it had not seen: "),
                               HasSubstr("judged by models that had not seen them")));
  }
}

TEST(Page, LabelsAnExternalCohortWithFewEvents) {
  auto report = vigil::test::large_report(40);
  for (auto& row : report.performance) {
    row.events = 99;
  }
  EXPECT_THAT(html_text(report),
              HasSubstr("R02: 99 events; a claim of external validation needs 100."));
  for (auto& row : report.performance) {
    row.events = 100;
  }
  EXPECT_THAT(html_text(report), Not(HasSubstr("R02")));
}

TEST(Page, ShowsPassportsWithTheirCaution) {
  const std::string page = html_text(vigil::test::tiny_report());
  EXPECT_THAT(page, HasSubstr("&lt;i&gt;il6&lt;/i&gt;"));
  EXPECT_THAT(page, HasSubstr("1.65 (0.78 to 3.49)")); // exp(0.5), exp(-0.25), exp(1.25)
  EXPECT_THAT(page, HasSubstr("far: no (p 0.125)"));
  EXPECT_THAT(page, HasSubstr("too favourable"));
}

TEST(Page, NoTextOfTheReportBecomesMarkup) {
  const std::string html = html_text(vigil::test::tiny_report());
  EXPECT_THAT(html, HasSubstr("Tiny &lt;b&gt;study&lt;/b&gt; &amp; &quot;friends&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
}

TEST(Page, NamesNoSubject) {
  EXPECT_THAT(html_text(vigil::test::tiny_report()), Not(HasSubstr("id-one")));
}

TEST(Page, LoadsNothing) {
  const std::string html = html_text(vigil::test::tiny_report(), without_figures());
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr(" style=\""))) << "the policy refuses it";
}

TEST(Page, WithoutFiguresItHasTablesAndSaysWhy) {
  const std::string html = html_text(vigil::test::large_report(40), without_figures());
  EXPECT_THAT(html, HasSubstr("no figures: npm was not found."));
  EXPECT_THAT(html, HasSubstr("script-src 'none'"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("What happened in each group"));
  EXPECT_THAT(html, HasSubstr("<table>"));
}

TEST(Page, SaysFirstThatTheNullCheckFailed) {
  auto report = vigil::test::tiny_report();
  EXPECT_THAT(html_text(report), Not(HasSubstr("Null check")));
  report.null_check = vigil::test::failed_null_check();
  const std::string html = html_text(report);
  EXPECT_THAT(html,
              HasSubstr("<main>\n<p class=\"banner\">The null check FAILED: no number of this "
                        "report is to be trusted. leaky: concordance 0.750 &lt;above"));
  EXPECT_THAT(html, HasSubstr("id=\"null-check\""));
  EXPECT_THAT(html, HasSubstr("not judged: no model"));
  report.null_check->learners.erase(report.null_check->learners.begin());
  EXPECT_EQ(vigil::report::null_check_alarm(report), "");
}

TEST(Page, SaysWhetherHazardsAreProportional) {
  auto report = vigil::test::tiny_report();
  const std::string html = html_text(report);
  EXPECT_THAT(html,
              HasSubstr("<summary>Hazards of cox: proportional: chi-square 12.50 on 2, p 0.0003: "
                        "coefficients change with time</summary>"));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;age&lt;/i&gt;"));
  EXPECT_THAT(html, HasSubstr("<summary>Hazards of small: not tested: no events</summary>"));
  report.proportional_hazards.clear();
  EXPECT_THAT(html_text(report), Not(HasSubstr("Hazards of")));
}

TEST(Page, WithoutTriageItSaysSo) {
  auto report = vigil::test::tiny_report();
  report.triage.reset();
  report.no_triage_because = "the study declares no harms";
  EXPECT_THAT(html_text(report),
              HasSubstr("No actions are proposed: the study declares no harms."));
}

TEST(Page, AnEmptyReportIsStillAPage) {
  EXPECT_THAT(html_text(vigil::report::Report{}), HasSubstr("</html>"));
}

// The hash of "body{}" was computed with: printf 'body{}' | openssl dgst -sha256 -binary | base64
TEST(Page, AllowsItsStyleByHash) {
  EXPECT_THAT(html_text(vigil::test::tiny_report(), without_figures()),
              HasSubstr("style-src 'sha256-fJgEClQWV1hGkK4qHMO0KotTsVnMYMXTq7/suurGyUo='"));
}

} // namespace
