// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/screen_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <variant>
#include <vector>

namespace vigil::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

template <class Values>
const Values& column(const Figure& figure, const std::string& set, const std::string& name) {
  for (const FigureData& data : figure.data) {
    for (const FigureColumn& one : data.columns) {
      if (data.name == set && one.name == name) {
        return std::get<Values>(one.values);
      }
    }
  }
  throw std::out_of_range(set + "." + name);
}

/// Features by falling |z|; bh and max_t as they are given.
select::Screen screen_of(const Numbers& p, const Numbers& bh, const Numbers& max_t) {
  select::Screen screen;
  for (std::size_t place = 0; place < p.size(); ++place) {
    screen.column.push_back(static_cast<Index>(place));
    screen.z.push_back(static_cast<double>(p.size() - place));
    screen.estimate.push_back(place % 2 == 0 ? 0.5 : -0.5);
    screen.se.push_back(0.1);
    screen.reason.push_back(select::ScreenReason::none);
  }
  screen.p = p;
  screen.bh = bh;
  screen.max_t = max_t;
  return screen;
}

select::Screen five() {
  return screen_of(
      {1e-6, 1e-4, 1e-3, 1e-2, 0.5}, {1e-5, 0.01, 0.05, 0.1, 0.5}, {0.01, 0.2, 0.3, 0.9, 1.0});
}

const Texts names{"a", "b", "c", "d", "e"};

// The largest p at or below each level, from the lists above: maxT 1e-6, BH 0.05 1e-3, BH 0.1 1e-2.
TEST(Volcano, DrawsTheLargestDiscoveryOfEachLevel) {
  const auto screen = five();
  const Figure figure = volcano_figure({.screen = screen, .feature = names});
  EXPECT_THAT(column<Texts>(figure, "levels", "level"),
              ElementsAre("maxT 0.05", "BH 0.05", "BH 0.1"));
  EXPECT_THAT(column<Numbers>(figure, "levels", "p"), ElementsAre(1e-6, 1e-3, 1e-2));
  EXPECT_THAT(column<Numbers>(figure, "levels", "height"),
              testing::Pointwise(testing::DoubleNear(1e-12), {6.0, 3.0, 2.0}));
  EXPECT_THAT(column<Texts>(figure, "features", "found"),
              ElementsAre("maxT 0.05", "BH 0.05", "BH 0.05", "BH 0.1", "not found"));
  EXPECT_THAT(column<Texts>(figure, "named", "feature"), ElementsAre("a", "b", "c", "d"));
}

TEST(Volcano, JoinsTheNamesOfOneLineAndLeavesOutLevelsWithoutDiscovery) {
  const double none = std::nan("");
  const auto screen = screen_of({1e-3, 0.5}, {0.04, 0.5}, {none, none});
  const Figure figure = volcano_figure({.screen = screen, .feature = {"a", "b"}});
  EXPECT_THAT(column<Texts>(figure, "levels", "level"), ElementsAre("BH 0.05, BH 0.1"));
  const auto nothing = screen_of({0.4, 0.5}, {0.5, 0.5}, {1.0, 1.0});
  const Figure empty = volcano_figure({.screen = nothing, .feature = {"a", "b"}});
  EXPECT_TRUE(column<Texts>(empty, "levels", "level").empty());
  EXPECT_TRUE(column<Texts>(empty, "named", "feature").empty());
}

TEST(Volcano, PutsTheNamesOfCloseLinesApart) {
  const auto screen = screen_of({1.0e-3, 1.1e-3}, {0.05, 0.1}, {0.5, 0.5});
  const Figure figure = volcano_figure({.screen = screen, .feature = {"a", "b"}});
  const auto& place = column<Numbers>(figure, "levels", "label_height");
  ASSERT_EQ(place.size(), 2U);
  EXPECT_EQ(place[0], column<Numbers>(figure, "levels", "height")[0]);
  EXPECT_GE(place[0] - place[1], 0.05 * 3.0);
}

TEST(Volcano, LeavesOutWhatHasNoTest) {
  auto screen = five();
  for (auto* values : {&screen.z, &screen.p, &screen.bh, &screen.max_t, &screen.estimate}) {
    values->at(1) = std::nan("");
  }
  screen.reason[1] = select::ScreenReason::constant;
  const Figure figure = volcano_figure({.screen = screen, .feature = names});
  EXPECT_THAT(column<Texts>(figure, "features", "feature"), ElementsAre("a", "c", "d", "e"));
}

TEST(Volcano, ShowsAWildEstimateAtItsEdge) {
  auto screen = screen_of(Numbers(100, 0.5), Numbers(100, 1.0), Numbers(100, 1.0));
  screen.estimate[7] = -40.0;
  const Figure figure = volcano_figure({.screen = screen, .feature = Texts(100, "m")});
  EXPECT_EQ(column<Numbers>(figure, "features", "place")[7], -2.0) << "four times 0.5";
  EXPECT_EQ(column<Numbers>(figure, "features", "estimate")[7], -40.0);
  EXPECT_THAT(figure.caption, HasSubstr("At the edge: 1 estimate beyond the axis."));
}

// 50,000 tests: 5,000 first ones, and of 45,000 every third.
TEST(Volcano, ThinsManyFeatures) {
  const std::size_t many = 50000;
  auto screen = screen_of(Numbers(many, 0.5), Numbers(many, 1.0), Numbers(many, 1.0));
  screen.p.front() = 0.0;
  const Figure figure = volcano_figure({.screen = screen, .feature = Texts(many, "m")});
  EXPECT_EQ(figure.marks, 20000);
  EXPECT_EQ(column<Numbers>(figure, "features", "height").front(), 308.0);
  EXPECT_THAT(figure.caption, HasSubstr("Drawn: 20,000 of 50,000 tests"));
}

TEST(ScreenPage, SaysWhatWasFound) {
  const auto screen = five();
  const std::string page = screen_html({.screen = screen,
                                        .feature = {"<b>a", "b", "c", "d", "e"},
                                        .adjusted_for = {"stage"},
                                        .subjects = 60,
                                        .events = 1,
                                        .draws = 99,
                                        .permuted = true});
  EXPECT_THAT(
      page,
      HasSubstr("5 of 5 features were tested in 60 subjects with 1 event, each by itself, "
                "adjusted for stage. Found at a false discovery rate of 0.05 (Benjamini and "
                "Hochberg): 3 features; with a probability of any false discovery of 0.05 "
                "(maxT, 99 draws by permutation): 1."));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;a"));
  EXPECT_THAT(page, Not(HasSubstr("<b>a")));
  EXPECT_THAT(page, HasSubstr("Research use only"));
}

TEST(ScreenPage, SaysThatMarkersWereCorrected) {
  const auto screen = five();
  const std::string page = screen_html(
      {.screen = screen, .feature = {"a", "b", "c", "d", "e"}, .corrected_for = "plate"});
  EXPECT_THAT(page,
              HasSubstr("adjusted for nothing, of markers corrected for plate in all subjects, "
                        "whose values the tests take as given. Found at"));
}

TEST(ScreenPage, SaysWhyThereIsNoTest) {
  select::Screen screen;
  screen.undefined_because = "no events";
  const std::string page = screen_html({.screen = screen});
  EXPECT_THAT(page, HasSubstr("No feature has a test: no events."));
  EXPECT_THAT(page, Not(HasSubstr("data-figure=")));
}

} // namespace
} // namespace vigil::report
