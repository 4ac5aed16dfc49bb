// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/validate/shard_record.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vigil {
namespace {

ResampleRecord example() {
  return {.learner = "net",
          .resample = 7,
          .subject = {2, 5},
          .role = {FoldRole::train, FoldRole::test},
          .prediction = {.score = {0.1, -3.0},
                         .risk = {.horizon = {1.0, 2.0}, .value = {0.1, 0.2, 0.3, std::nan("")}},
                         .lower = RiskTable{.horizon = {1.0}, .value = {0.05, 0.1}},
                         .upper = {},
                         .curves = {}},
          .selected = {{.feature = 4, .coefficient = -0.7}},
          .status = FitStatus::saturated};
}

TEST(shard_record, comes_back_as_it_went) {
  const ResampleRecord original = example();
  const ResampleRecord back = to_resample_record(to_record(original));
  EXPECT_EQ(back.learner, "net");
  EXPECT_EQ(back.resample, 7);
  EXPECT_EQ(back.subject, original.subject);
  EXPECT_EQ(back.role, original.role);
  EXPECT_EQ(back.prediction.score, original.prediction.score);
  EXPECT_EQ(back.prediction.risk.horizon, original.prediction.risk.horizon);
  EXPECT_EQ(back.prediction.risk.value[2], 0.3);
  EXPECT_TRUE(std::isnan(back.prediction.risk.value[3]));
  ASSERT_TRUE(back.prediction.lower.has_value());
  EXPECT_EQ(back.prediction.lower->value, original.prediction.lower->value);
  EXPECT_FALSE(back.prediction.upper.has_value());
  ASSERT_EQ(back.selected.size(), 1U);
  EXPECT_EQ(back.selected[0].feature, 4);
  EXPECT_EQ(back.selected[0].coefficient, -0.7);
  EXPECT_EQ(back.status, FitStatus::saturated);
}

TEST(shard_record, refuses_damage) {
  EXPECT_THROW((void)to_resample_record(Record("cox")), InputError);
  Record lost = to_record(example());
  lost.set("risk", Record::Numbers{0.1});
  EXPECT_THROW((void)to_resample_record(lost), InputError);
  Record short_score = to_record(example());
  short_score.set("score", Record::Numbers{0.1});
  EXPECT_THROW((void)to_resample_record(short_score), InputError);
  Record odd = to_record(example());
  odd.set("coefficients", Record::Numbers{});
  EXPECT_THROW((void)to_resample_record(odd), InputError);
  Record unknown = to_record(example());
  unknown.set("status", std::string("happy"));
  EXPECT_THROW((void)to_resample_record(unknown), InputError);
}

} // namespace
} // namespace vigil
