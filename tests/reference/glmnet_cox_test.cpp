// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/relaxed.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <gtest/gtest.h>

#include "tests/reference/glmnet_families.hpp"
#include "tests/support/near.hpp"
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

std::string name_of_case(const testing::TestParamInfo<GlmnetCase>& info) {
  return info.param.name;
}

class GlmnetCox : public testing::TestWithParam<GlmnetCase> {};

TEST_P(GlmnetCox, CoefficientsLambdasAndObjective) {
  expect_agreement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Cases, GlmnetCox, testing::ValuesIn(glmnet_cases("cox")), name_of_case);

/// A fit of coxph on the columns x1 to x5.
struct Unpenalized {
  const char* name;
  survival::Ties ties;
  bool weighted, strata, delayed, with_offset;
};

constexpr Index columns = 5;

class Coxph : public testing::TestWithParam<Unpenalized> {
protected:
  GlmnetData all;
  Outcome outcome = all.outcome("cox", GetParam().delayed);
  CaseWeights weights =
      GetParam().weighted ? all.weights() : CaseWeights::ones(GlmnetData::subjects);
  std::span<const Index> stratum = GetParam().strata ? all.stratum() : std::span<const Index>{};
  std::span<const double> offset =
      GetParam().with_offset ? all.offset() : std::span<const double>{};
  std::vector<double> coefficient;
  double log_likelihood = 0.0;

  Coxph() {
    const Dataset table(std::string(VIGIL_REFERENCE) + "/coxph_unpenalized.csv");
    const auto value = table.numbers("coefficient"), likelihood = table.numbers("log_likelihood");
    const auto& name = table.text("case");
    const auto& ties = table.text("ties");
    for (std::size_t row = 0; row < name.size(); ++row) {
      if (name[row] == GetParam().name && ties[row] == survival::name_of(GetParam().ties)) {
        coefficient.push_back(value[row]);
        log_likelihood = likelihood[row];
      }
    }
  }
  void expect_coefficients(std::span<const double> ours) const {
    ASSERT_EQ(size_of(coefficient), columns);
    ASSERT_EQ(size_of(ours), columns);
    for (Index column = 0; column < columns; ++column) {
      EXPECT_NEAR(ours[at(column)], coefficient[at(column)], 1e-8) << "column " << column;
    }
  }
};

TEST_P(Coxph, NewtonOnTheSameColumns) {
  const survival::CoxLikelihood likelihood(
      std::get<SurvivalOutcome>(outcome), weights, stratum, offset, GetParam().ties);
  std::vector<double> values;
  for (Index column = 0; column < columns; ++column) {
    const auto one = all.clinical().column(column);
    values.insert(values.end(), one.begin(), one.end());
  }
  const auto fit = survival::fit_cox(likelihood, values);
  expect_coefficients(fit.coefficient);
  EXPECT_NEAR(fit.log_likelihood, log_likelihood, relative(log_likelihood, 1e-12, "sums of 90"));
}

TEST_P(Coxph, PathWithoutAPenalty) {
  ClinicalBlock clinical(GlmnetData::subjects);
  for (Index column = 0; column < columns; ++column) {
    const auto one = all.clinical().column(column);
    clinical.add({.name = "x" + std::to_string(column + 1), .penalized = true},
                 std::vector<double>(one.begin(), one.end()));
  }
  const TrainingData data{.features = all.features(),
                          .clinical = clinical,
                          .outcome = outcome,
                          .stratum = stratum,
                          .offset = offset};
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  const auto path =
      penalized::fit_paths({data, {&item, 1}},
                           {.factor = std::vector<double>(columns, 0.0), .ties = GetParam().ties},
                           {.values = {1.0}},
                           context)[0];
  ASSERT_EQ(path.points(), 1);
  expect_coefficients(path.coefficients.values_at(0));
}

// With the five columns alone, all of them selected.
TEST_P(Coxph, RelaxedFitOfTheSameColumns) {
  const TrainingData data{.features = all.features(),
                          .clinical = all.clinical(),
                          .outcome = outcome,
                          .stratum = stratum,
                          .offset = offset};
  penalized::PenaltyOptions penalty{.factor = std::vector<double>(columns, 1.0),
                                    .ties = GetParam().ties};
  penalty.factor.resize(at(GlmnetData::columns), std::numeric_limits<double>::infinity());
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const auto preparations = fit_preparations(data, {&weights, 1}, {}, scheduler);
  const FitItem item{weights, preparations[0], RandomKey(1)};
  const penalized::PathRequest request{penalty, {.points = 4, .smallest_fraction = 1e-3}};
  penalized::PathBatch fits({data, {&item, 1}}, {&request, 1}, context);
  fits.run(std::vector<Index>{4});
  const auto relaxed = penalized::relaxed_path(data, fits.fitter(0), fits.columns(), 4);
  ASSERT_EQ(relaxed.fitted(), 4);
  expect_coefficients(relaxed.coefficients.values_at(3));
}

constexpr auto breslow = survival::Ties::breslow, efron = survival::Ties::efron;

INSTANTIATE_TEST_SUITE_P(
    Fits,
    Coxph,
    testing::Values(Unpenalized{"plain", breslow, false, false, false, false},
                    Unpenalized{"weights", breslow, true, false, false, false},
                    Unpenalized{"strata", breslow, true, true, false, false},
                    Unpenalized{"delayed", breslow, true, false, true, true},
                    Unpenalized{"delayed_strata", breslow, false, true, true, false},
                    Unpenalized{"plain", efron, false, false, false, false},
                    Unpenalized{"weights", efron, true, false, false, false},
                    Unpenalized{"strata", efron, true, true, false, false},
                    Unpenalized{"delayed", efron, true, false, true, true},
                    Unpenalized{"delayed_strata", efron, false, true, true, false}),
    [](const testing::TestParamInfo<Unpenalized>& fit) {
      return std::string(fit.param.name) + "_" + std::string(survival::name_of(fit.param.ties));
    });

} // namespace
} // namespace vigil::test
