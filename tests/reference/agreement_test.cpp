// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Agreement of raters against rows of reference_values.csv (R packages irrCAC 1.0 and psych 2.2.9) and by hand.
#include "vigil/triage/agreement.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <array>
#include <cmath>
#include <string>

namespace vigil::triage {
namespace {

constexpr auto identity = AgreementWeights::identity;

/// The example of Krippendorff 2011, "Computing Krippendorff's alpha-reliability": 12 units, 4 observers, 0: missing.
Ratings four_raters() {
  constexpr std::array<std::array<Index, 12>, 4> given{{{1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0},
                                                        {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
                                                        {0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0},
                                                        {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0}}};
  Ratings ratings{.cases = 12, .raters = 4, .categories = 5, .category = {}};
  for (const auto& rater : given) {
    for (const Index value : rater) {
      ratings.category.push_back(value == 0 ? no_index : value - 1);
    }
  }
  return ratings;
}

/// Counts of two raters, row after row.
Ratings two_raters(const std::array<Index, 9>& table) {
  Ratings ratings{.cases = 0, .raters = 2, .categories = 3, .category = {}};
  std::vector<Index> first, second;
  for (Index cell = 0; cell < 9; ++cell) {
    first.insert(first.end(), at(table.at(at(cell))), cell / 3);
    second.insert(second.end(), at(table.at(at(cell))), cell % 3);
  }
  ratings.cases = size_of(first);
  ratings.category = first;
  ratings.category.insert(ratings.category.end(), second.begin(), second.end());
  return ratings;
}

TEST(AgreementReference, FourRatersWithMissingRatings) {
  const auto row = [](const char* method, const char* arguments) {
    return test::reference_value(method, "irrCAC", "cac.raw4raters", arguments);
  };
  const double printed = test::printed_digits(5);
  const auto ratings = four_raters();
  EXPECT_NEAR(gwet_coefficient(ratings, identity).value, row("Gwet AC1", "unweighted"), printed);
  EXPECT_NEAR(fleiss_kappa(ratings, identity).value,
              row("Fleiss kappa (missing-aware)", "unweighted"),
              printed);
  EXPECT_NEAR(
      krippendorff_alpha(ratings, identity).value, row("Krippendorff alpha", "nominal"), printed);
  EXPECT_EQ(krippendorff_alpha(ratings, identity).cases, 11); // unit 12 has one rating
  // The pairable ratings are 9, 13, 10, 5, 3 in the paper; unit 12 has one more of the third category.
  EXPECT_EQ(category_counts(ratings, no_index), (std::vector<Index>{9, 13, 11, 5, 3}));
}

TEST(AgreementReference, CohenKappaWithItsVariance) {
  const auto row = [](const char* method, const char* arguments) {
    return test::reference_value(method, "psych", "3x3 table 44,5,1/7,20,3/9,5,6", arguments);
  };
  const auto same = [](double expected) {
    return test::relative(expected, 1e-12, "order of summation");
  };
  const auto ratings = two_raters({44, 5, 1, 7, 20, 3, 9, 5, 6});
  const auto kappa = cohen_kappa(ratings, 0, 1, identity);
  const double expected = row("Cohen kappa", "unweighted");
  EXPECT_NEAR(kappa.value, expected, same(expected));
  const double variance = row("Cohen kappa variance", "unweighted (Fleiss-Cohen-Everitt)");
  EXPECT_NEAR(kappa.se * kappa.se, variance, same(variance));
  const double quadratic = row("Cohen weighted kappa (quadratic)", "quadratic");
  EXPECT_NEAR(
      cohen_kappa(ratings, 0, 1, AgreementWeights::quadratic).value, quadratic, same(quadratic));
}

// By hand: agreement 3 of 4; shares of the categories 5/8 and 3/8.
TEST(Agreement, TwoCategoriesByHand) {
  const Ratings ratings{
      .cases = 4, .raters = 2, .categories = 2, .category = {0, 0, 1, 0, 0, 0, 1, 1}};
  EXPECT_NEAR(raw_agreement(ratings, identity).value, 0.75, 1e-15);
  const double chance = (25.0 + 9.0) / 64.0;
  EXPECT_NEAR(fleiss_kappa(ratings, identity).value, (0.75 - chance) / (1.0 - chance), 1e-15);
  const double gwet = 2.0 * (15.0 / 64.0);
  EXPECT_NEAR(gwet_coefficient(ratings, identity).value, (0.75 - gwet) / (1.0 - gwet), 1e-15);
  // o_01 + o_10 = 2 of n = 8; expected 2 * 5 * 3 / 7
  EXPECT_NEAR(krippendorff_alpha(ratings, identity).value, 1.0 - 2.0 / (30.0 / 7.0), 1e-15);
  // Jackknife of a mean is the standard error of a mean: sd of {1, 1, 1, 0} with divisor 3, over 2.
  EXPECT_NEAR(raw_agreement(ratings, identity).se, std::sqrt(0.75 / 3.0) / 2.0, 1e-15);
}

TEST(Agreement, NearlyAllInOneCategoryLowersKappaAndNotGwet) {
  const auto ratings = two_raters({96, 2, 0, 2, 0, 0, 0, 0, 0});
  EXPECT_NEAR(raw_agreement(ratings, identity).value, 0.96, 1e-14);
  EXPECT_LT(cohen_kappa(ratings, 0, 1, identity).value, 0.0);
  EXPECT_GT(gwet_coefficient(ratings, identity).value, 0.95);
}

TEST(Agreement, IsUndefinedWithAReason) {
  const Ratings alone{
      .cases = 2, .raters = 2, .categories = 2, .category = {0, 1, no_index, no_index}};
  EXPECT_EQ(krippendorff_alpha(alone, identity).undefined_because,
            "no case was rated by two raters");
  EXPECT_EQ(cohen_kappa(alone, 0, 1, identity).undefined_because,
            "no case was rated by two raters");
  const Ratings same{.cases = 2, .raters = 2, .categories = 2, .category = {0, 0, 0, 0}};
  for (const auto& found : {fleiss_kappa(same, identity),
                            krippendorff_alpha(same, identity),
                            cohen_kappa(same, 0, 1, identity)}) {
    EXPECT_TRUE(std::isnan(found.value));
    EXPECT_FALSE(found.undefined_because.empty());
  }
  EXPECT_EQ(gwet_coefficient(same, identity).value, 1.0);
}

} // namespace
} // namespace vigil::triage
