// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/cohort.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <cmath>
#include <map>

namespace vigil::simulate::net {
namespace {

Cohort cohort_of(Index subjects, Index features) {
  Scheduler scheduler(2);
  Design design;
  design.subjects = subjects;
  design.features = features;
  return simulate(design, scheduler);
}

std::vector<float> values_of(const Cohort& cohort, Index first, Index count, int threads = 2) {
  Scheduler scheduler(threads);
  std::vector<float> values(at(count * cohort.subjects()));
  cohort.molecular().fill(first, count, values, scheduler);
  return values;
}

bool same(float left, float right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

TEST(NetMolecular, AValueIsTheSameForAnySizeRangeAndThreads) {
  const Cohort base = cohort_of(40, 3000), taller = cohort_of(90, 3000),
               wider = cohort_of(40, 3120);
  const auto values = values_of(base, 30, 100, 1);
  const auto tall = values_of(taller, 30, 100, 7);
  const auto wide = values_of(wider, 30, 100);
  const auto other_range = values_of(base, 60, 5);
  for (Index feature = 0; feature < 100; ++feature) {
    for (Index i = 0; i < 40; ++i) {
      const float value = values[at(feature * 40 + i)];
      ASSERT_TRUE(same(value, tall[at(feature * 90 + i)]));
      ASSERT_TRUE(same(value, wide[at(feature * 40 + i)]));
      if (feature >= 30 && feature < 35) {
        ASSERT_TRUE(same(value, other_range[at((feature - 30) * 40 + i)]));
      }
    }
  }
}

TEST(NetMolecular, ThePlanHasItsBlocksAndEndsInNull) {
  Design design;
  const auto plan = block_plan(design);
  std::map<BlockKind, Index> count;
  for (const BlockKind kind : plan) {
    ++count[kind];
  }
  EXPECT_EQ(size_of(plan), 400);
  EXPECT_EQ(count[BlockKind::metastatic], 6);
  EXPECT_EQ(count[BlockKind::growth], 4);
  EXPECT_EQ(count[BlockKind::subtype], 20);
  EXPECT_EQ(count[BlockKind::proliferation], 6);
  EXPECT_EQ(count[BlockKind::size], 6);
  EXPECT_EQ(count[BlockKind::age], 6);
  EXPECT_EQ(count[BlockKind::trap], 12);
  EXPECT_EQ(count[BlockKind::null], 340);
  EXPECT_EQ(planted_blocks(design.constants), 60);
  design.constants.trap_blocks = 24.0;
  const auto trapped = block_plan(design);
  EXPECT_TRUE(std::equal(plan.begin(), plan.begin() + 60, trapped.begin()));
  EXPECT_EQ(std::count(trapped.begin(), trapped.end(), BlockKind::trap), 24);
}

TEST(NetMolecular, RowsAreMissingWhole) {
  const Cohort cohort = cohort_of(200, 3000);
  const auto values = values_of(cohort, 0, 3);
  for (Index i = 0; i < 200; ++i) {
    for (Index feature = 0; feature < 3; ++feature) {
      EXPECT_EQ(std::isnan(values[at(feature * 200 + i)]), cohort.missing[at(i)].molecular);
    }
  }
}

/// Values of one feature without centre and platform shifts, so that its law alone is left.
struct Cleaned {
  std::vector<double> value, driver;
};

Cleaned cleaned(const Cohort& cohort, BlockKind kind, Index place, double Patient::*driver) {
  const auto plan = block_plan(cohort.design);
  const auto block = std::find(plan.begin(), plan.end(), kind) - plan.begin();
  const Index feature = block * block_width + place;
  const auto parameters = feature_parameters(cohort.design, kind, feature);
  const auto values = values_of(cohort, feature, 1);
  Cleaned result;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const Patient& patient = cohort.patients[at(i)];
    const auto platform = at(cohort.centre_of(i).platform);
    if (!std::isnan(values[at(i)])) {
      result.value.push_back(static_cast<double>(values[at(i)]) - parameters.mean -
                             parameters.platform_shift.at(platform) -
                             parameters.centre_shift[at(patient.centre)] -
                             parameters.subtype_shift.at(at(patient.subtype)));
      result.driver.push_back(patient.*driver);
    }
  }
  return result;
}

double mean_product(const std::vector<double>& left, const std::vector<double>& right) {
  double total = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    total += left[i] * right[i];
  }
  return total / static_cast<double>(left.size());
}

// E[x z] = lambda 0.95 for the driving axis; two features of a block share lambda_j lambda_k.
TEST(NetMolecular, LoadingsAndBlockFactorsAreTheirs) {
  const Cohort cohort = cohort_of(30000, 3000);
  const auto first = cleaned(cohort, BlockKind::metastatic, 0, &Patient::metastatic_axis);
  const auto second = cleaned(cohort, BlockKind::metastatic, 1, &Patient::metastatic_axis);
  const auto plan = block_plan(cohort.design);
  const auto block = std::find(plan.begin(), plan.end(), BlockKind::metastatic) - plan.begin();
  const auto loading = [&](Index place) {
    return feature_parameters(cohort.design, BlockKind::metastatic, block * block_width + place)
        .loading;
  };
  const double se = 1.5 / std::sqrt(static_cast<double>(first.value.size()));
  EXPECT_GE(loading(0), 0.5);
  EXPECT_LE(loading(0), 0.95);
  EXPECT_NEAR(mean_product(first.value, first.driver), 0.95 * loading(0), test::monte_carlo(se));
  EXPECT_NEAR(
      mean_product(first.value, second.value), loading(0) * loading(1), test::monte_carlo(se));
  const auto unrelated = cleaned(cohort, BlockKind::growth, 0, &Patient::metastatic_axis);
  EXPECT_NEAR(mean_product(unrelated.value, unrelated.driver), 0.0, test::monte_carlo(se));
  const auto empty = cleaned(cohort, BlockKind::subtype, 0, &Patient::metastatic_axis);
  EXPECT_NEAR(mean_product(empty.value, empty.driver), 0.0, test::monte_carlo(se));
}

TEST(NetMolecular, TrapsShowTheCentresPreference) {
  const Cohort cohort = cohort_of(3000, 3000);
  const auto plan = block_plan(cohort.design);
  const auto block = std::find(plan.begin(), plan.end(), BlockKind::trap) - plan.begin();
  const auto parameters = feature_parameters(cohort.design, BlockKind::trap, block * block_width);
  const auto values = values_of(cohort, block * block_width, 1);
  double product = 0.0, square = 0.0;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    const Centre& centre = cohort.centre_of(i);
    const double a = centre.standard_preference;
    if (!std::isnan(values[at(i)])) {
      const double x = static_cast<double>(values[at(i)]) - parameters.mean -
                       parameters.platform_shift.at(at(centre.platform)) -
                       parameters.centre_shift[at(cohort.patients[at(i)].centre)];
      product += x * a;
      square += a * a;
    }
  }
  EXPECT_NEAR(
      product / square, 0.80 * parameters.loading, test::monte_carlo(1.0 / std::sqrt(square)));
}

// A feature of a subtype block counts where it has a shift and a loading of 0.35; 60 % have a shift.
TEST(NetMolecular, RolesFollowLoadingAndShift) {
  const Design design;
  FeatureParameters parameters{.loading = 0.35};
  EXPECT_EQ(feature_role(design.constants, BlockKind::growth, parameters), FeatureRole::direct);
  EXPECT_EQ(feature_role(design.constants, BlockKind::subtype, parameters), FeatureRole::weak);
  parameters.subtype_shift[2] = -0.9;
  EXPECT_EQ(feature_role(design.constants, BlockKind::subtype, parameters), FeatureRole::subtype);
  parameters.loading = 0.34;
  EXPECT_EQ(feature_role(design.constants, BlockKind::subtype, parameters), FeatureRole::weak);
  EXPECT_EQ(feature_role(design.constants, BlockKind::metastatic, parameters), FeatureRole::weak);
  EXPECT_EQ(feature_role(design.constants, BlockKind::age, parameters), FeatureRole::clinical);
  EXPECT_EQ(feature_role(design.constants, BlockKind::null, parameters), FeatureRole::null);
  double shifted = 0.0;
  for (Index feature = 0; feature < 5000; ++feature) {
    const auto drawn = feature_parameters(design, BlockKind::subtype, feature);
    shifted += drawn.subtype_shift != Three{} ? 1.0 : 0.0;
  }
  EXPECT_NEAR(shifted / 5000.0, 0.6, test::monte_carlo(std::sqrt(0.24 / 5000.0)));
}

TEST(NetMolecular, ScalesTransformTheSameValue) {
  Cohort cohort = cohort_of(300, 3000);
  const auto x = values_of(cohort, 0, 20);
  cohort.design.scale = MolecularScale::methylation;
  const auto share = values_of(cohort, 0, 20);
  cohort.design.scale = MolecularScale::counts;
  const auto count = values_of(cohort, 0, 20);
  double expected = 0.0, found = 0.0, variance = 0.0;
  for (std::size_t cell = 0; cell < x.size(); ++cell) {
    if (!std::isnan(x[cell])) {
      const auto value = static_cast<double>(x[cell]);
      ASSERT_NEAR(static_cast<double>(share[cell]), 1.0 / (1.0 + std::exp(-value)), 1e-6);
      ASSERT_EQ(count[cell], std::floor(count[cell]));
      const double mean = std::exp(value + 3.0);
      expected += mean;
      variance += mean + 0.2 * mean * mean;
      found += static_cast<double>(count[cell]);
    }
  }
  EXPECT_NEAR(found, expected, test::monte_carlo(std::sqrt(variance)));
}

} // namespace
} // namespace vigil::simulate::net
