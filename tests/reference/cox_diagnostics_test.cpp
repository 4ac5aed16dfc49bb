// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Robust standard errors and tests of proportional hazards: rows of reference_values.csv and make_cox_diagnostics.R
// (R 4.2.2, survival 3.5-3).
#include "vigil/survival/cox_diagnostics.hpp"
#include "vigil/survival/kaplan_meier.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

// coxph stops at a relative change of 1e-9 of the log-likelihood.
double fitted(double expected) {
  return test::relative(expected, 1e-7, "their iteration stops early");
}

std::vector<double> joined(std::initializer_list<std::vector<double>> columns) {
  std::vector<double> result;
  for (const auto& column : columns) {
    result.insert(result.end(), column.begin(), column.end());
  }
  return result;
}

struct Veteran {
  test::Dataset table = test::read_dataset("veteran");
  SurvivalOutcome outcome = {};
  std::vector<Index> stratum = {}, cluster = {};
  std::vector<double> weight = {};

  explicit Veteran(bool delayed) {
    outcome.time = table.numbers("time");
    for (const double status : table.numbers("status")) {
      outcome.event.push_back(status == 1.0 ? 1 : 0);
    }
    const auto trt = table.numbers("trt");
    for (std::size_t i = 0; i < trt.size(); ++i) {
      const auto row = static_cast<Index>(i) + 1;
      if (delayed) {
        outcome.entry.push_back(row % 3 == 0 ? std::floor(outcome.time[i] / 3.0) : 0.0);
      }
      stratum.push_back(static_cast<Index>(trt[i]));
      cluster.push_back(row % 20);
      weight.push_back(1.0 + static_cast<double>(row % 4) / 2.0);
    }
  }
  [[nodiscard]] Index subjects() const { return size_of(outcome.time); }
};

TEST(CoxDiagnosticsReference, ClusterRobustErrorOfLung) {
  const auto data = test::read_dataset("lung");
  const auto time = data.numbers("time"), status = data.numbers("status"),
             age = data.numbers("age"), sex = data.numbers("sex"), ecog = data.numbers("ph.ecog"),
             inst = data.numbers("inst");
  SurvivalOutcome outcome;
  std::vector<double> ages, sexes, grades;
  std::vector<Index> centre;
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (!std::isnan(ecog[i]) && !std::isnan(inst[i])) {
      outcome.time.push_back(time[i]);
      outcome.event.push_back(status[i] == 2.0 ? 1 : 0);
      ages.push_back(age[i]);
      sexes.push_back(sex[i]);
      grades.push_back(ecog[i]);
      centre.push_back(static_cast<Index>(inst[i]));
    }
  }
  const auto weights = CaseWeights::ones(size_of(centre));
  const CoxLikelihood likelihood(outcome, weights, {}, {}, Ties::efron);
  const auto x = joined({ages, sexes, grades});
  const CoxFit fit = fit_cox(likelihood, x);
  const auto robust = sandwich_covariance(likelihood, fit, x, weights, centre);
  const double row = test::reference_value(
      "Cox cluster-robust SE", "survival", "lung", "age+sex+ph.ecog; cluster=inst; ph.ecog");
  EXPECT_NEAR(std::sqrt(robust[8]), row, fitted(row));
}

TEST(CoxDiagnosticsReference, RobustErrorsWithEntryStrataAndWeights) {
  const double clustered[][2] = {{0.00409620522316860, 0.00844333153889515},
                                 {0.00400662349878291, 0.00836142756816188}};
  const double alone[][2] = {{0.00481190041528083, 0.00922748152287567},
                             {0.00475261960832314, 0.00916650333170004}};
  for (const Ties ties : {Ties::efron, Ties::breslow}) {
    const std::size_t which = ties == Ties::efron ? 0 : 1;
    for (const bool delayed : {true, false}) {
      const Veteran veteran(delayed);
      const auto weights = CaseWeights::ones(veteran.subjects()).with_sampling(veteran.weight);
      const CoxLikelihood likelihood(
          veteran.outcome, weights, delayed ? veteran.stratum : std::vector<Index>{}, {}, ties);
      const auto x = joined({veteran.table.numbers("karno"), veteran.table.numbers("age")});
      const auto robust = sandwich_covariance(likelihood,
                                              fit_cox(likelihood, x),
                                              x,
                                              weights,
                                              delayed ? veteran.cluster : std::vector<Index>{});
      const auto& expected = delayed ? clustered[which] : alone[which];
      EXPECT_NEAR(std::sqrt(robust[0]), expected[0], fitted(expected[0]));
      EXPECT_NEAR(std::sqrt(robust[3]), expected[1], fitted(expected[1]));
    }
  }
}

ProportionalHazards tested(const Veteran& veteran,
                           std::span<const Index> stratum,
                           const std::vector<double>& x,
                           Ties ties) {
  const auto weights = CaseWeights::ones(veteran.subjects());
  const CoxLikelihood likelihood(veteran.outcome, weights, stratum, {}, ties);
  return proportional_hazards(
      likelihood, fit_cox(likelihood, x), x, kaplan_meier(veteran.outcome, weights).survival);
}

TEST(CoxDiagnosticsReference, ProportionalHazardsOfVeteran) {
  const Veteran veteran(false);
  const auto x = joined({veteran.table.numbers("trt"),
                         veteran.table.numbers("karno"),
                         veteran.table.numbers("age"),
                         veteran.table.numbers("prior")});
  const auto found = tested(veteran, {}, x, Ties::efron);
  const auto row = [](const char* term) {
    return test::reference_value(
        "Grambsch-Therneau PH test chi2 (km transform)", "survival", "veteran", term);
  };
  EXPECT_NEAR(found.chi_square[1], row("karno"), fitted(row("karno")));
  EXPECT_NEAR(found.global_chi_square, row("GLOBAL"), fitted(row("GLOBAL")));
  EXPECT_EQ(found.degrees_of_freedom, 4);
}

// make_cox_diagnostics.R: cox.zph(f)$table[, "chisq"]
TEST(CoxDiagnosticsReference, ProportionalHazardsWithEntryAndStrata) {
  const std::vector<std::vector<double>> entry{
      {11.16750420167128, 2.53279275191483, 1.29482579526486, 18.17339542940931},
      {10.9119078051994, 2.5365782480449, 1.2696538230445, 17.8028447075651}};
  const std::vector<std::vector<double>> strata{
      {14.98625145671523, 2.56249003051198, 20.67392259268489},
      {14.6845682653673, 2.5300614174506, 20.2517085076759}};
  const auto expect = [](const ProportionalHazards& found, const std::vector<double>& expected) {
    for (std::size_t j = 0; j + 1 < expected.size(); ++j) {
      EXPECT_NEAR(found.chi_square[j], expected[j], fitted(expected[j]));
    }
    EXPECT_NEAR(found.global_chi_square, expected.back(), fitted(expected.back()));
  };
  for (const Ties ties : {Ties::efron, Ties::breslow}) {
    const std::size_t which = ties == Ties::efron ? 0 : 1;
    const Veteran delayed(true), plain(false);
    const auto& table = delayed.table;
    expect(tested(delayed,
                  {},
                  joined({table.numbers("karno"), table.numbers("age"), table.numbers("prior")}),
                  ties),
           entry[which]);
    expect(
        tested(plain, plain.stratum, joined({table.numbers("karno"), table.numbers("age")}), ties),
        strata[which]);
  }
}

} // namespace
} // namespace vigil::survival
