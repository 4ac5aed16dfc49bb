// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/validate/columns.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_cohort.hpp"
#include <algorithm>

namespace vigil {
namespace {

using Kind = ColumnSelection::Kind;

// Markers m1 m2 m3 are columns 0 to 2; clinical c1 c2 are 3 and 4; then the marker column of a small table and
// two indicators of one text column.
Cohort cohort_with_indicators() {
  CohortParts parts = test::small_parts({.subjects = 12, .markers = 3});
  const std::vector<double> zeros(12, 0.0);
  parts.clinical.add({.name = "m4"}, zeros);
  parts.clinical.add({.name = "size=b", .source = "size", .marker = false, .penalized = false},
                     zeros);
  parts.clinical.add({.name = "size=c", .source = "size", .marker = false, .penalized = false},
                     zeros);
  return Cohort(std::move(parts));
}

TEST(selected_columns, follow_the_kind) {
  const Cohort cohort = cohort_with_indicators();
  const auto of = [&](const ColumnSelection& selection) {
    return selected_columns(cohort.covariates(), selection);
  };
  EXPECT_EQ(of({}), (std::vector<Index>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(of({.kind = Kind::markers}), (std::vector<Index>{0, 1, 2, 5}));
  EXPECT_EQ(of({.kind = Kind::clinical}), (std::vector<Index>{3, 4, 6, 7}));
  EXPECT_EQ(of({.kind = Kind::named, .names = {"size", "m2", "c2"}}),
            (std::vector<Index>{1, 4, 6, 7}));
}

TEST(selected_columns, penalized_clinical_columns_are_clinical) {
  CohortParts parts = test::small_parts({.subjects = 12, .markers = 1, .clinical = 0});
  parts.clinical.add({.name = "age", .marker = false, .penalized = true},
                     std::vector<double>(12, 0.0));
  const Cohort cohort(std::move(parts));
  EXPECT_EQ(selected_columns(cohort.covariates(), {.kind = Kind::clinical}), std::vector<Index>{1});
  EXPECT_EQ(selected_columns(cohort.covariates(), {.kind = Kind::markers}), std::vector<Index>{0});
}

TEST(selected_columns, refuse_unknown_names_with_the_nearest) {
  const Cohort cohort = cohort_with_indicators();
  try {
    (void)selected_columns(cohort.covariates(), {.kind = Kind::named, .names = {"sizes=b"}});
    FAIL() << "an unknown name must be refused";
  } catch (const ConfigError& error) {
    EXPECT_NE(error.fault().remedy.find("size=b"), std::string::npos) << error.fault().remedy;
  }
}

TEST(column_view, has_the_values_of_its_columns) {
  const Cohort cohort = cohort_with_indicators();
  const ColumnView view(cohort.data(), {.kind = Kind::named, .names = {"m3", "c1"}});
  const TrainingData data = view.data();
  ASSERT_EQ(data.columns(), 2);
  EXPECT_EQ(data.covariates().info(0).name, "m3");
  EXPECT_EQ(data.covariates().info(1).name, "c1");
  EXPECT_EQ(view.full_column(0), 2);
  EXPECT_EQ(view.full_column(1), 3);
  EXPECT_TRUE(std::ranges::equal(data.clinical.column(0), cohort.data().clinical.column(0)));
  Scheduler scheduler(1);
  const std::vector<Index> first{0}, third{2};
  const auto reduced = data.features.columns(first, scheduler);
  const auto full = cohort.data().features.columns(third, scheduler);
  for (std::size_t i = 0; i < full.size(); ++i) {
    EXPECT_TRUE(reduced[i] == full[i] || (std::isnan(reduced[i]) && std::isnan(full[i])));
  }
}

TEST(column_view, refuses_to_be_empty) {
  const Cohort cohort = test::small_cohort({.subjects = 12, .clinical = 0});
  EXPECT_THROW(ColumnView(cohort.data(), {.kind = Kind::clinical}), ConfigError);
}

} // namespace
} // namespace vigil
