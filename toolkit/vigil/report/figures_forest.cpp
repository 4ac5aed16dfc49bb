// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/words.hpp"

#include <cmath>

namespace vigil::report {
namespace {

constexpr double normal_975 = 1.959963984540054;
constexpr double student_975_of_9 = 2.262157163; // the error has nine degrees of freedom

// The smallest range that holds all defined values.
struct Range {
  double least = not_available, most = not_available;
  void widen(double value) {
    least = std::fmin(least, value);
    most = std::fmax(most, value);
  }
  [[nodiscard]] double margin() const { return most > least ? 0.03 * (most - least) : 0.001; }
};

std::string probability_words(double p) {
  return std::isnan(p) ? std::string() : p < 0.001 ? "p < 0.001" : "p " + fixed_text(p, 3);
}

// Named after the learner where there are several.
std::string title_of(const Report& report, const ForestSummary& forest, const std::string& title) {
  return report.forests.size() > 1 ? title + ": " + forest.learner : title;
}

std::string importance_caption(const ImportanceSummary& importance) {
  std::string caption(importance_words(importance.kind).explanation);
  caption += " Points are means over trees; whiskers are 95 % Monte-Carlo intervals: of the trees, "
             "not of the subjects.";
  bool has_p = false;
  for (const ImportanceRow& row : importance.first) {
    has_p = has_p || !std::isnan(row.p);
  }
  if (has_p) {
    const Index by_chance = std::lround(0.05 * static_cast<double>(importance.features));
    caption += " p tests the marginal null (the feature tells nothing by itself and is correlated "
               "with none that does), one feature at a time: of " +
               count_text(importance.features) + " such features about " + count_text(by_chance) +
               " would have p below 0.05.";
  }
  const Index shown = size_of(importance.first);
  if (importance.features > shown) {
    caption += " Shown: the first " + count_text(shown) + " of " + count_text(importance.features) +
               "; all are in tables/importance.tsv.";
  }
  return caption;
}

Figure importance_figure(const Report& report,
                         const ForestSummary& forest,
                         const ImportanceSummary& importance) {
  const ImportanceWords words = importance_words(importance.kind);
  std::vector<std::string> feature, p_words;
  std::vector<double> value, lower, upper, se, p;
  Range range;
  range.widen(words.reference);
  for (const ImportanceRow& row : importance.first) {
    feature.push_back(row.feature);
    value.push_back(row.importance);
    lower.push_back(row.importance - normal_975 * row.se);
    upper.push_back(row.importance + normal_975 * row.se);
    se.push_back(row.se);
    p.push_back(row.p);
    p_words.push_back(probability_words(row.p));
    for (const double end : {value.back(), lower.back(), upper.back()}) {
      range.widen(end);
    }
  }
  std::vector<double> reference;
  if (!std::isnan(words.reference)) {
    reference.push_back(words.reference);
  }
  Figure figure{.name = "importance_" + file_word(forest.learner + "_" + importance.kind),
                .template_name = "importance",
                .title = title_of(report, forest, std::string(words.title)),
                .caption = importance_caption(importance),
                .data = {{"features",
                          {{"feature", feature},
                           {"importance", value},
                           {"lower", lower},
                           {"upper", upper},
                           {"se", se},
                           {"p", p}}},
                         {"labels", {{"feature", feature}, {"p", p_words}}, true},
                         {"reference", {{"value", reference}}, true}},
                .numbers = {{"value_min", range.least - range.margin()},
                            {"value_max", range.most + range.margin()}}};
  figure.texts.emplace_back("description", figure.title);
  figure.texts.emplace_back("value_title",
                            words.axis.empty() ? loss_words(forest.importance_on, report.time_unit)
                                               : std::string(words.axis));
  figure.marks = 3 * size_of(feature) + 1;
  figure.widest = 760;
  return figure;
}

Figure error_figure(const Report& report, const ForestSummary& forest) {
  std::vector<double> trees, concordance, lower, upper, se, bias, endless;
  Range range;
  for (const ForestErrorRow& row : forest.error) {
    if (std::isnan(row.concordance)) {
      continue;
    }
    trees.push_back(static_cast<double>(row.trees));
    concordance.push_back(row.concordance);
    lower.push_back(row.concordance - student_975_of_9 * row.se);
    upper.push_back(row.concordance + student_975_of_9 * row.se);
    se.push_back(row.se);
    bias.push_back(row.bias);
    for (const double end : {concordance.back(), lower.back(), upper.back()}) {
      range.widen(end);
    }
  }
  if (!trees.empty() && !std::isnan(bias.back())) {
    endless.push_back(concordance.back() - bias.back());
    range.widen(endless.back());
  }
  Figure figure{
      .name = "forest_error_" + file_word(forest.learner),
      .template_name = "forest_error",
      .title = title_of(report, forest, "Concordance by number of trees"),
      .caption = "Out-of-bag concordance of the first trees. Band: what other trees of the same "
                 "subjects would give (95 % Monte-Carlo interval, nine degrees of freedom); it is "
                 "no interval for other subjects. Dashed: what endless trees are estimated to "
                 "reach. Where the curve is flat and the band narrow, more trees bring nothing.",
      .data = {{"points",
                {{"trees", trees},
                 {"oob_concordance", concordance},
                 {"lower", lower},
                 {"upper", upper},
                 {"se", se},
                 {"bias", bias}}},
               {"endless", {{"value", endless}}, true}},
      .numbers = {{"value_min", range.least - range.margin()},
                  {"value_max", range.most + range.margin()}}};
  figure.texts.emplace_back("description", figure.title);
  figure.marks = 2 * size_of(trees) + 2;
  figure.widest = 620;
  return figure;
}

} // namespace

std::vector<Figure> forest_figures(const Report& report) {
  std::vector<Figure> figures;
  for (const ForestSummary& forest : report.forests) {
    for (const ImportanceSummary& importance : forest.importance) {
      if (!importance.first.empty()) {
        figures.push_back(importance_figure(report, forest, importance));
      }
    }
    if (!forest.error.empty() && !std::isnan(forest.error.back().concordance)) {
      figures.push_back(error_figure(report, forest));
    }
  }
  return figures;
}

} // namespace vigil::report
