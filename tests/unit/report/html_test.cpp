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
                           "selected_features"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "names repeat";
}

TEST(Page, HoldsTheVerdictThePartsAndThePolicy) {
  const std::string html = html_text(vigil::test::large_report(40));
  for (const char* part : {"default-src 'none'",
                           "Research use only",
                           "All patients were treated.",
                           "safety of observing cannot be studied in these data",
                           "Risk control of the observed group is not computed in this version",
                           "no further treatment",
                           "is assumed to leave",
                           "From the file to the analysis",
                           "Who was studied",
                           "How well does it predict"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
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

TEST(Page, WithoutTriageItSaysSo) {
  auto report = vigil::test::tiny_report();
  report.triage.reset();
  report.no_triage_because = "The study declares no harms.";
  EXPECT_THAT(html_text(report),
              HasSubstr("No actions are proposed. The study declares no harms."));
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
