// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/screen.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/select/hypothesis_weights.hpp"
#include "vigil/select/multiple_testing.hpp"
#include "vigil/select/null_model.hpp"
#include "vigil/select/score_multipliers.hpp"
#include "vigil/select/screen_columns.hpp"
#include "vigil/select/screen_draws.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index lanes = EightLanes::count;

void check_options(const ScreenOptions& options, const TrainingData& data) {
  const auto refuse =
      [](std::string where, std::string found, std::string expected, std::string remedy) {
        throw ConfigError({.where = std::move(where),
                           .found = std::move(found),
                           .expected = std::move(expected),
                           .remedy = std::move(remedy),
                           .problem = "cannot do this screen"});
      };
  if (options.draws < 0) {
    refuse("draws", number_text(options.draws), "0 or more", "use 1000");
  }
  if (!(options.level > 0.0 && options.level < 1.0)) {
    refuse("level", number_text(options.level), "a share between 0 and 1", "use 0.1");
  }
  if (options.permute && !data.group.empty()) {
    refuse("permutations",
           "a cohort with groups",
           "rows that can be exchanged: those of a group cannot",
           "use score multipliers, which are drawn for whole groups");
  }
}

ScreenReason reason_of(survival::ScoreFault fault) {
  switch (fault) {
  case survival::ScoreFault::no_variation:
    return ScreenReason::no_variation;
  case survival::ScoreFault::collinear:
    return ScreenReason::collinear;
  case survival::ScoreFault::too_large:
    return ScreenReason::too_large;
  case survival::ScoreFault::none:
    break;
  }
  return ScreenReason::none;
}

class ScreenRun {
public:
  ScreenRun(const TrainingData& data,
            const CaseWeights& within,
            const ScreenOptions& options,
            const RandomKey& key,
            FitContext& context)
      : data_(data), within_(within), options_(options), key_(key), context_(context),
        model_(fit_null_model(
            data,
            within,
            {.who = "screen", .impute = options.preparation.impute, .ties = options.ties},
            context.scheduler)),
        columns_(data, within, model_.likelihood.subjects(), options.preparation) {}

  Screen run() {
    result_.column.assign(columns_.tested().begin(), columns_.tested().end());
    result_.adjusted = model_.columns;
    result_.undefined_because = model_.undefined_because;
    const std::vector<double> none(result_.column.size(), not_a_number);
    result_.estimate = result_.se = result_.z = result_.p = result_.max_t = none;
    result_.weighted = result_.weight = none;
    result_.reason.assign(result_.column.size(), ScreenReason::no_model);
    if (!result_.undefined()) {
      const survival::EfficientScore score(model_.likelihood, model_.point, model_.adjusted);
      test_columns(score);
      draw_maxima(score);
    }
    AdjustedP adjusted = adjust_p(result_.p);
    result_.bh = std::move(adjusted.bh);
    result_.by = std::move(adjusted.by);
    result_.storey = std::move(adjusted.storey);
    result_.holm = std::move(adjusted.holm);
    result_.hommel = std::move(adjusted.hommel);
    result_.null_share = adjusted.null_share;
    if (!options_.covariate.empty()) {
      weigh();
    }
    return std::move(result_);
  }

private:
  void test_columns(const survival::EfficientScore& score) {
    const auto take = [&](const ColumnGroup& group, Index) {
      std::array<survival::ScoreTest, at(lanes)> tests;
      score.test(group.values, tests);
      for (Index lane = 0; lane < group.count; ++lane) {
        const auto tested = columns_.tested();
        const auto found = std::lower_bound(tested.begin(), tested.end(), group.column[at(lane)]);
        const auto place = at(found - tested.begin());
        const survival::ScoreTest& test = tests[at(lane)];
        result_.reason[place] =
            group.constant[at(lane)] ? ScreenReason::constant : reason_of(test.fault);
        if (result_.reason[place] == ScreenReason::none) {
          result_.estimate[place] = test.score / test.information;
          result_.se[place] = 1.0 / std::sqrt(test.information);
          result_.z[place] = test.z();
          result_.p[place] = two_sided_normal_p(test.z());
        }
      }
    };
    columns_.visit(context_.scheduler, take, [](Index) {});
    ++result_.reads;
  }

  [[nodiscard]] DrawOptions draw_options() const {
    DrawOptions result{.draws = options_.draws, .permute = options_.permute};
    const auto subjects = model_.likelihood.subjects();
    result.label =
        options_.permute ? exchangeable_rows(data_, subjects) : multiplied_rows(data_, subjects);
    result.weight = multiplier_weights(within_, subjects);
    return result;
  }

  void draw_maxima(const survival::EfficientScore& score) {
    const auto order = result_.order();
    RankedTests tests;
    for (const Index place : std::span(order).first(at(result_.tests()))) {
      tests.column.push_back(result_.column[at(place)]);
      tests.size.push_back(std::fabs(result_.z[at(place)]));
      tests.scale.push_back(result_.se[at(place)]);
    }
    if (tests.column.empty() || options_.draws == 0) {
      return;
    }
    const MaxTest drawn = max_test(columns_, score, tests, draw_options(), key_, context_);
    result_.reads += drawn.reads;
    for (Index rank = 0; rank < size_of(tests.column); ++rank) {
      result_.max_t[at(order[at(rank)])] = drawn.adjusted[at(rank)];
    }
  }

  void weigh() {
    VIGIL_EXPECTS(size_of(options_.covariate) == data_.columns());
    const Covariates covariates = data_.covariates();
    std::vector<double> covariate;
    std::vector<Index> fold;
    WeightOptions weights{.level = options_.level};
    for (const Index column : result_.column) {
      const RandomKey address = key_.child("fold").child(covariates.info(column).name);
      covariate.push_back(options_.covariate[at(column)]);
      fold.push_back(RandomStream(address).index_below(weights.folds));
    }
    weights.fold = fold;
    result_.weight = hypothesis_weights(result_.p, covariate, weights);
    result_.weighted = weighted_benjamini_hochberg(result_.p, result_.weight);
  }

  const TrainingData& data_;
  const CaseWeights& within_;
  const ScreenOptions& options_;
  RandomKey key_;
  FitContext& context_;
  NullModel model_;
  ScreenColumns columns_;
  Screen result_;
};

} // namespace

Index Screen::tests() const {
  return std::count(reason.begin(), reason.end(), ScreenReason::none);
}

std::string Screen::why_undefined(Index place) const {
  switch (reason[at(place)]) {
  case ScreenReason::none:
    return "";
  case ScreenReason::constant:
    return "constant";
  case ScreenReason::no_variation:
    return "the same for all who are at risk together";
  case ScreenReason::collinear:
    return "collinear with the clinical columns";
  case ScreenReason::too_large:
    return "values too large";
  case ScreenReason::no_model:
    break;
  }
  return undefined_because;
}

std::vector<Index> Screen::order() const {
  std::vector<std::pair<double, Index>> keys;
  for (Index place = 0; place < size_of(column); ++place) {
    const bool tested = reason[at(place)] == ScreenReason::none;
    keys.push_back({tested ? -std::fabs(z[at(place)]) : 1.0, place});
  }
  std::sort(keys.begin(), keys.end());
  std::vector<Index> places;
  places.reserve(keys.size());
  for (const auto& key : keys) {
    places.push_back(key.second);
  }
  return places;
}

Screen screen(const TrainingData& data,
              const CaseWeights& within,
              const ScreenOptions& options,
              const RandomKey& key,
              FitContext& context) {
  check_options(options, data);
  return ScreenRun(data, within, options, key.child("screen"), context).run();
}

} // namespace vigil::select
