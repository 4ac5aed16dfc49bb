// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/reference/glmnet_families.hpp"
#include <string>
#include <vector>

namespace vigil::test {
namespace {

class GlmnetFamily : public testing::TestWithParam<GlmnetCase> {};

TEST_P(GlmnetFamily, CoefficientsLambdasAndObjective) {
  expect_agreement(GetParam());
}

std::string name_of_case(const testing::TestParamInfo<GlmnetCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Gaussian,
                         GlmnetFamily,
                         testing::ValuesIn(glmnet_cases("gaussian")),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Binomial,
                         GlmnetFamily,
                         testing::ValuesIn(glmnet_cases("binomial")),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Poisson,
                         GlmnetFamily,
                         testing::ValuesIn(glmnet_cases("poisson")),
                         name_of_case);

} // namespace
} // namespace vigil::test
