// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Standard errors of grouped rows: two catheters of each patient of `kidney`. Expected values: make_measure.R, part 5 (C: survival
// 3.5-3 with cluster; AUC and Brier score: the definitions over all pairs in plain R).
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/concordance.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <memory>

namespace vigil::measure {
namespace {

using test::MeasureCase;

constexpr double closed_form = 1e-10; // same formula, sums in another order

void expect_row(double found, double expected) {
  EXPECT_NEAR(found, expected, test::relative(expected, closed_form, "see the constant"));
}

struct Kidney {
  Kidney() {
    const test::Dataset data = test::read_dataset("kidney");
    example = std::make_unique<MeasureCase>(data.numbers("time"), data.numbers("status"));
    example->score(data.numbers("age"));
    example->risk(100, test::mapped(data.numbers("age"), [](double age) {
                    return test::logistic((age - 40.0) / 20.0);
                  }));
    for (const double id : data.numbers("id")) {
      patient.push_back(static_cast<Index>(id) - 1);
    }
  }
  [[nodiscard]] double group_se(const Estimate& estimate) const {
    return standard_error(estimate, example->weights(), patient);
  }

  std::unique_ptr<MeasureCase> example;
  std::vector<Index> patient;
};

TEST(Grouped, ConcordanceOfKidney) {
  const Kidney kidney;
  kidney.example->at(std::numeric_limits<double>::infinity());
  const Estimate harrell = harrell_c(kidney.example->evaluation());
  expect_row(harrell.value, 0.50253807106599);
  expect_row(kidney.group_se(harrell), 0.0504260846968999);
  const Estimate uno =
      concordance(kidney.example->evaluation(),
                  {.pair_weight = PairWeight::inverse_censoring, .censoring_is_known = true})
          .estimate;
  expect_row(uno.value, 0.512342059484602);
  expect_row(kidney.group_se(uno), 0.0470129502722677);
}

TEST(Grouped, BrierOfKidney) {
  const Kidney kidney;
  const Estimate found = brier(kidney.example->evaluation());
  expect_row(found.value, 0.260682224088899);
  expect_row(kidney.example->se(found), 0.0226788007217184);
  expect_row(kidney.group_se(found), 0.0247762357474936);
}

TEST(Grouped, AucOfKidney) {
  const Kidney kidney;
  const Estimate found = auc(kidney.example->evaluation());
  expect_row(found.value, 0.550505856051126);
  expect_row(kidney.example->se(found), 0.0742817860976262);
  expect_row(kidney.group_se(found), 0.0826747453981958);
}

} // namespace
} // namespace vigil::measure
