// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The five covariates of the Mayo model of primary biliary cholangitis (Dickson et al. 1989; Therneau and Grambsch
// 2000), fitted to the pbc data that come with R's survival package. Numbers of R: survival 3.5-3,
//   coxph(Surv(time, status == 2) ~ age + edema + log(bili) + log(albumin) + log(protime), pbc)
#include <gtest/gtest.h>

#include "tests/support/cox_model.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <cmath>
#include <numeric>

namespace vigil {
namespace {

constexpr double cox_solver = 1e-8; // the reference solver stops at a relative change of 1e-9

struct Term {
  const char* name;
  bool log;
  double published, r;
};
constexpr Term terms[] = {{"age", false, 0.0396, 0.0396091329811726},
                          {"edema", false, 0.8963, 0.8963114442650558},
                          {"bili", true, 0.8636, 0.8635506473656642},
                          {"albumin", true, -2.5069, -2.5069232258186132},
                          {"protime", true, 2.3868, 2.3868392660206159}};

TEST(MayoPbc, Coefficients) {
  const auto data = test::read_dataset("pbc");
  std::vector<bool> keep; // two patients have no prothrombin time
  for (const double protime : data.numbers("protime")) {
    keep.push_back(!std::isnan(protime));
  }
  test::Design design;
  for (const Term& term : terms) {
    const auto column = test::kept(data.numbers(term.name), keep);
    design.push_back(term.log ? test::mapped(column, [](double x) { return std::log(x); })
                              : column);
  }
  const auto death = test::kept(data.indicator("status", "2"), keep);
  EXPECT_EQ(death.size(), 416U);
  EXPECT_EQ(std::accumulate(death.begin(), death.end(), 0.0), 160.0);

  const test::CoxModel model(test::kept(data.numbers("time"), keep), death, design);
  for (Index k = 0; k < 5; ++k) {
    const Term& term = terms[k];
    EXPECT_NEAR(model.coefficient(k), term.published, test::printed_digits(4)) << term.name;
    EXPECT_NEAR(model.coefficient(k),
                term.r,
                test::relative(term.r, cox_solver, "the reference solver stops at 1e-9"))
        << term.name;
  }
}

} // namespace
} // namespace vigil
