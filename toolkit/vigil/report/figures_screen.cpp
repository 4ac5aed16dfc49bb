// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/screen_report.hpp"
#include "vigil/report/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::report {
namespace {

constexpr Index most_points = 20000, always_drawn = 5000, most_names = 10;
constexpr double least_p = 1e-308; // p of larger |z| is 0 in double

double height_of(double p) {
  return -std::log10(std::fmax(p, least_p));
}

/// Places with a test by falling |z|, thinned.
std::vector<Index> drawn_places(const select::Screen& screen) {
  std::vector<Index> tested = screen.order();
  tested.resize(at(screen.tests()));
  const Index others = size_of(tested) - always_drawn;
  if (size_of(tested) <= most_points) {
    return tested;
  }
  const Index room = most_points - always_drawn;
  const Index step = (others + room - 1) / room;
  std::vector<Index> drawn(tested.begin(), tested.begin() + always_drawn);
  for (Index rank = always_drawn; rank < size_of(tested); rank += step) {
    drawn.push_back(tested[at(rank)]);
  }
  return drawn;
}

struct Level {
  const char* name;
  const std::vector<double>& adjusted;
  double level;
};

std::array<Level, 3> levels_of(const select::Screen& screen) {
  return {Level{"maxT 0.05", screen.max_t, 0.05},
          Level{"BH 0.05", screen.bh, 0.05},
          Level{"BH 0.1", screen.bh, 0.1}};
}

/// The strictest level at which the feature is found.
std::string found_by(const select::Screen& screen, Index place) {
  for (const Level& one : levels_of(screen)) {
    if (one.adjusted[at(place)] <= one.level) {
      return one.name;
    }
  }
  return "not found";
}

/// The largest p-value among those found by each level, where there is one; names of levels with one p-value are joined,
/// those of lines close to each other moved apart by a twentieth of the height.
FigureData level_lines(const select::Screen& screen, double most) {
  std::vector<double> height, label_height, p;
  std::vector<std::string> name;
  for (const Level& one : levels_of(screen)) {
    double largest = not_available;
    for (std::size_t place = 0; place < screen.p.size(); ++place) {
      largest = one.adjusted[place] <= one.level ? std::fmax(largest, screen.p[place]) : largest;
    }
    if (std::isnan(largest)) {
      continue;
    }
    if (!p.empty() && p.back() == largest) {
      name.back() += std::string(", ") + one.name;
      continue;
    }
    p.push_back(largest);
    name.emplace_back(one.name);
    height.push_back(height_of(largest));
    const double apart = 0.05 * most;
    label_height.push_back(label_height.empty()
                               ? height.back()
                               : std::fmin(height.back(), label_height.back() - apart));
  }
  return {"levels",
          {{"level", name}, {"p", p}, {"height", height}, {"label_height", label_height}}};
}

/// Points of the figure while they are made.
struct Points {
  std::vector<std::string> feature, found;
  std::vector<double> estimate, p, bh, max_t, place, height;

  [[nodiscard]] FigureData data() const {
    return {"features",
            {{"feature", feature},
             {"estimate", estimate},
             {"p", p},
             {"bh", bh},
             {"maxt", max_t},
             {"found", found},
             {"place", place},
             {"height", height}}};
  }
};

Points points_of(const ScreenReport& report) {
  Points points;
  for (const Index place : drawn_places(report.screen)) {
    points.feature.push_back(report.feature[at(place)]);
    points.found.push_back(found_by(report.screen, place));
    points.estimate.push_back(report.screen.estimate[at(place)]);
    points.p.push_back(report.screen.p[at(place)]);
    points.bh.push_back(report.screen.bh[at(place)]);
    points.max_t.push_back(report.screen.max_t[at(place)]);
    points.height.push_back(height_of(points.p.back()));
  }
  return points;
}

/// Largest |estimate|, at most four times the 95th percentile.
double axis_end(const std::vector<double>& estimate) {
  std::vector<double> size;
  size.reserve(estimate.size());
  for (const double value : estimate) {
    size.push_back(std::fabs(value));
  }
  std::sort(size.begin(), size.end());
  const double usual = size[(size.size() - 1) * 95 / 100];
  const double end = usual > 0.0 ? std::fmin(size.back(), 4.0 * usual) : size.back();
  return end > 0.0 ? end : 1.0;
}

/// Names of the first discoveries that have room: no other name within a twentieth of the height on the same side.
FigureData named_points(const Points& points, double most) {
  std::vector<std::string> feature;
  std::vector<double> place, height;
  for (std::size_t i = 0; i < points.feature.size() && size_of(feature) < most_names; ++i) {
    bool room = points.found[i] != "not found";
    for (std::size_t other = 0; other < feature.size(); ++other) {
      room = room && ((place[other] > 0.0) != (points.place[i] > 0.0) ||
                      std::fabs(height[other] - points.height[i]) >= 0.05 * most);
    }
    if (room) {
      feature.push_back(points.feature[i]);
      place.push_back(points.place[i]);
      height.push_back(points.height[i]);
    }
  }
  return {"named", {{"feature", feature}, {"place", place}, {"height", height}}, true};
}

std::string caption_of(const ScreenReport& report, Index drawn, Index beyond) {
  std::string caption =
      "Each point is a feature. A dashed line is the largest p-value that is called a discovery at "
      "this level; a level without a line has none. maxT: the probability of any false discovery; "
      "BH (Benjamini-Hochberg): the share of false ones among those found. Estimates are per unit "
      "as recorded: those of features in other units cannot be compared.";
  if (drawn < report.screen.tests()) {
    caption += " Drawn: " + count_text(drawn) + " of " + count_text(report.screen.tests()) +
               " tests, the " + count_text(always_drawn) + " of largest |z| among them.";
  }
  if (beyond > 0) {
    caption += " At the edge: " + counted(beyond, "estimate", "estimates") + " beyond the axis.";
  }
  return caption;
}

} // namespace

Figure volcano_figure(const ScreenReport& report) {
  Points points = points_of(report);
  const double end = axis_end(points.estimate);
  Index beyond = 0;
  for (const double estimate : points.estimate) {
    beyond += std::fabs(estimate) > end ? 1 : 0;
    points.place.push_back(std::clamp(estimate, -end, end));
  }
  const double most =
      1.06 * std::fmax(2.0, *std::max_element(points.height.begin(), points.height.end()));
  Figure figure{
      .name = "volcano",
      .template_name = "volcano",
      .title = "Effect and evidence",
      .caption = caption_of(report, size_of(points.feature), beyond),
      .data = {points.data(), level_lines(report.screen, most), named_points(points, most)},
      .numbers = {{"estimate_most", 1.03 * end}, {"height_most", most}},
      .marks = size_of(points.feature)};
  figure.texts.emplace_back("description", "Log hazard ratios of all features against -log10 p");
  figure.widest = 860;
  return figure;
}

} // namespace vigil::report
