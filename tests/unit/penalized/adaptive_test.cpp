// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/adaptive.hpp"
#include "vigil/penalized/cross_validate.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace vigil::penalized {
namespace {

constexpr double left_out = std::numeric_limits<double>::infinity();

struct Fixture {
  test::SurvivalCase made;
  Scheduler scheduler;
  FitContext context{scheduler};
  TrainingData data;
  CaseWeights weights;
  std::vector<Preparation> preparations;

  explicit Fixture(test::SurvivalCase drawn,
                   const PreparationOptions& preparation = {},
                   int threads = 1)
      : made(std::move(drawn)), scheduler(threads), data(made.data()),
        weights(CaseWeights::ones(made.subjects)),
        preparations(fit_preparations(data, {&weights, 1}, preparation, scheduler)) {}
  [[nodiscard]] FitItem item(const RandomKey& key = RandomKey(7)) const {
    return {weights, preparations[0], key};
  }
};

TEST(AdaptiveFactors, ByHand) {
  Fixture fixture(test::SurvivalCase(RandomKey(50), 20, 4, 2)); // clinical columns: unpenalized
  const Pilot pilot{.lambda = 0.1, .feature = {0, 1, 3}, .coefficient = {-0.5, 2.0, 1e-9}};
  // 1 / 0.5, 1 / 2, not selected, 1 / (1e-6 * 2), unpenalized twice
  EXPECT_EQ(adaptive_factors(pilot, {}, fixture.data),
            (std::vector<double>{2.0, 0.5, left_out, 1.0 / (1e-6 * 2.0), 0.0, 0.0}));
  const PenaltyOptions own{.factor = {3, 1, 1, 0, 1, 0}};
  EXPECT_EQ(adaptive_factors(pilot, own, fixture.data),
            (std::vector<double>{6.0, 0.5, left_out, 0.0, left_out, 0.0}));
}

TEST(Pilot, IsThePathAtItsSmallestLossOnThePreparedScale) {
  Fixture fixture(test::SurvivalCase(RandomKey(51), 90, 30, 1));
  const PenaltyOptions penalty{.l1_ratio = 0.8};
  const FitItem item = fixture.item();
  const PathRequest request{penalty, {.points = 40}};
  const Pilot pilot =
      fit_pilots({fixture.data, {&item, 1}}, {&request, 1}, 5, {}, fixture.context).front();
  const FitItem same = fixture.item(RandomKey(7).child("pilot"));
  const auto cv =
      cross_validate({fixture.data, {&same, 1}}, {&request, 1}, {.folds = 5}, fixture.context)
          .front();
  ASSERT_FALSE(pilot.undefined());
  EXPECT_EQ(pilot.lambda, cv.path.lambda[at(cv.minimum)]);
  const auto features = cv.path.coefficients.features_at(cv.minimum);
  ASSERT_EQ(pilot.feature.size() + 1, features.size()); // the unpenalized column is no part of it
  for (std::size_t place = 0; place < pilot.feature.size(); ++place) {
    EXPECT_EQ(pilot.feature[place], features[place]);
    EXPECT_EQ(pilot.coefficient[place],
              cv.path.coefficients.values_at(cv.minimum)[place] *
                  fixture.preparations[0].column(features[place]).scale);
  }
}

// Zou 2006, section 3.5: the adaptive lasso is the lasso of columns multiplied by the pilot's coefficients, its
// coefficients multiplied back. A column that the pilot left out becomes a column of zeros.
TEST(Adaptive, IsTheLassoOfRescaledColumns) {
  const PreparationOptions raw{.standardize = false};
  Fixture fixture(test::SurvivalCase(RandomKey(52), 100, 0, 8), raw);
  PenaltyOptions penalty{.factor = std::vector<double>(8, 1.0)};
  const FitItem item = fixture.item();
  const PathRequest request{penalty, {.points = 30}};
  const Pilot pilot =
      fit_pilots({fixture.data, {&item, 1}}, {&request, 1}, 5, raw, fixture.context).front();
  ASSERT_FALSE(pilot.undefined());
  ASSERT_FALSE(pilot.feature.empty());
  ASSERT_LT(pilot.feature.size(), 8U);
  PenaltyOptions adapted = penalty;
  adapted.factor = adaptive_factors(pilot, penalty, fixture.data);
  const LambdaGrid grid{.points = 20, .smallest_fraction = 0.01};
  const PathFit path =
      fit_paths({fixture.data, {&item, 1}}, adapted, grid, fixture.context).front();

  test::SurvivalCase scaled = fixture.made;
  std::vector<double> by(8, 0.0);
  for (std::size_t place = 0; place < pilot.feature.size(); ++place) {
    by[at(pilot.feature[place])] = std::fabs(pilot.coefficient[place]);
  }
  for (std::size_t column = 0; column < 8; ++column) {
    for (double& value : scaled.clinical[column]) {
      value *= by[column];
    }
  }
  Fixture other(std::move(scaled), raw);
  const FitItem other_item = other.item();
  const PathFit lasso =
      fit_paths({other.data, {&other_item, 1}}, penalty, {.values = path.lambda}, other.context)
          .front();
  ASSERT_EQ(lasso.points(), path.points());
  for (Index point = 0; point < path.points(); ++point) {
    std::vector<double> here(8, 0.0), there(8, 0.0);
    const auto fill = [&](const PathFit& from, std::vector<double>& to) {
      const auto features = from.coefficients.features_at(point);
      for (std::size_t place = 0; place < features.size(); ++place) {
        to[at(features[place])] = from.coefficients.values_at(point)[place];
      }
    };
    fill(path, here);
    fill(lasso, there);
    for (std::size_t column = 0; column < 8; ++column) {
      EXPECT_NEAR(here[column], there[column] * by[column], 1e-6)
          << "both are certified to 1e-8 of lambda; point " << point << ", column " << column;
      if (by[column] == 0.0) {
        EXPECT_EQ(here[column], 0.0);
      }
    }
  }
}

/// Outcomes and markers of the subjects in one fold, turned round.
void reverse_fold(test::SurvivalCase& made, const std::vector<Index>& fold_of, Index fold) {
  std::vector<Index> held_out;
  for (Index i = 0; i < made.subjects; ++i) {
    if (fold_of[at(i)] == fold) {
      held_out.push_back(i);
    }
  }
  for (std::size_t left = 0, right = held_out.size() - 1; left < right; ++left, --right) {
    std::swap(made.survival.time[at(held_out[left])], made.survival.time[at(held_out[right])]);
    for (Index marker = 0; marker < made.markers; ++marker) {
      float* values = made.marker_values.data() + marker * made.subjects;
      values[held_out[left]] += 3.0F * values[held_out[right]];
    }
  }
  for (const Index subject : held_out) {
    made.survival.event[at(subject)] = static_cast<std::uint8_t>(subject % 2);
  }
}

TEST(Adaptive, TheFactorsOfAFoldKnowNothingOfItsHeldOutSubjects) {
  const test::SurvivalCase original(RandomKey(53), 90, 20, 0);
  std::vector<Index> fold_of;
  for (Index i = 0; i < 90; ++i) {
    fold_of.push_back(1 + i % 3);
  }
  const auto pilots = [&](test::SurvivalCase made) {
    Fixture fixture(std::move(made));
    const PenaltyOptions penalty;
    const FitItem item = fixture.item();
    const PathRequest request{penalty, {.points = 25}};
    return cross_validate({fixture.data, {&item, 1}},
                          {&request, 1},
                          {.folds = 3, .adaptive = true, .fold_of = {fold_of}},
                          fixture.context)
        .front()
        .pilots;
  };
  const auto before = pilots(original);
  ASSERT_EQ(before.size(), 4U);
  for (Index fold = 1; fold <= 3; ++fold) {
    test::SurvivalCase changed = original;
    reverse_fold(changed, fold_of, fold);
    const auto after = pilots(std::move(changed));
    for (Index fit = 0; fit <= 3; ++fit) { // 0: all rows
      const bool same = after[at(fit)].coefficient == before[at(fit)].coefficient &&
                        after[at(fit)].feature == before[at(fit)].feature &&
                        after[at(fit)].lambda == before[at(fit)].lambda;
      EXPECT_EQ(same, fit == fold) << "fold " << fold << " changed, fit " << fit;
    }
  }
}

TEST(Adaptive, BytesDependOnTheItemAlone) {
  const auto losses = [](int threads, const std::vector<std::uint64_t>& keys, std::uint64_t key) {
    Fixture fixture(test::SurvivalCase(RandomKey(54), 80, 25, 1), {}, threads);
    const PenaltyOptions penalty;
    std::vector<FitItem> items;
    std::vector<PathRequest> requests;
    for (const std::uint64_t each : keys) {
      items.push_back(fixture.item(RandomKey(each)));
      requests.push_back({penalty, {.points = 15}});
    }
    const auto results = cross_validate(
        {fixture.data, items}, requests, {.folds = 3, .adaptive = true}, fixture.context);
    return results[at(std::find(keys.begin(), keys.end(), key) - keys.begin())].fold_loss;
  };
  const auto alone = losses(1, {8}, 8);
  EXPECT_EQ(alone, losses(2, {9, 8}, 8));
  EXPECT_EQ(alone, losses(3, {8, 9}, 8));
}

TEST(Adaptive, APilotThatIsUndefinedSaysSo) {
  test::SurvivalCase made(RandomKey(55), 40, 5, 0);
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  for (const std::size_t subject : {3U, 10U, 20U, 30U}) {
    made.survival.event[subject] = 1;
  }
  Fixture fixture(std::move(made));
  const PenaltyOptions penalty;
  const FitItem item = fixture.item();
  const PathRequest request{penalty, {}};
  const auto cv = cross_validate({fixture.data, {&item, 1}},
                                 {&request, 1},
                                 {.folds = 4, .adaptive = true},
                                 fixture.context)
                      .front(); // four events for four folds, three for those inside
  EXPECT_TRUE(cv.undefined());
  EXPECT_EQ(cv.undefined_because, "pilot: fewer events than folds");
}

} // namespace
} // namespace vigil::penalized
