// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

// coxph stops at a relative change of 1e-9 of the log-likelihood: coefficients to about 1e-7, values to 1e-9.
constexpr double coxph_coefficient = 1e-7, coxph_value = 1e-9;

SurvivalOutcome outcome_of(const std::vector<double>& time, const std::vector<double>& event) {
  SurvivalOutcome outcome{.entry = {}, .time = time, .event = {}};
  for (const double value : event) {
    outcome.event.push_back(value == 1.0 ? 1 : 0);
  }
  return outcome;
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
  SurvivalOutcome outcome = outcome_of(table.numbers("time"), table.numbers("status"));
  Index subjects = size_of(outcome.time);
};

TEST(CoxReference, VeteranEfronAndBreslow) {
  const Veteran veteran;
  const std::vector<double> x = joined({veteran.table.numbers("trt"),
                                        veteran.table.numbers("karno"),
                                        veteran.table.numbers("age"),
                                        veteran.table.numbers("prior")});
  for (const Ties ties : {Ties::efron, Ties::breslow}) {
    const CoxLikelihood likelihood(
        veteran.outcome, CaseWeights::ones(veteran.subjects), {}, {}, ties);
    const CoxFit fit = fit_cox(likelihood, x);
    ASSERT_EQ(fit.status, CoxFitStatus::converged);
    const std::string null = "ties=" + std::string(name_of(ties));
    const std::string model = "trt+karno+age+prior; " + null;
    const auto row = [&](const char* method, const std::string& arguments) {
      return test::reference_value(method, "survival", "veteran", arguments);
    };
    EXPECT_NEAR(fit.coefficient[1], row("Cox coefficient", model + "; karno"), 1e-9);
    EXPECT_NEAR(fit.standard_error(1), row("Cox SE", model + "; karno"), 1e-9);
    EXPECT_NEAR(fit.log_likelihood, row("Cox partial log-likelihood", model), coxph_value * 500);
    EXPECT_NEAR(fit.null_log_likelihood, row("Cox null partial log-likelihood", null), 1e-10 * 500);
    EXPECT_NEAR(fit.score_test, row("Cox score test", model), 1e-10 * 50);
  }
}

// Values of make_cox.R (R 4.2.2, survival 3.5.3).
TEST(CoxReference, VeteranRiskWithLimits) {
  const Veteran veteran;
  const std::vector<double> x = joined({veteran.table.numbers("trt"),
                                        veteran.table.numbers("karno"),
                                        veteran.table.numbers("age"),
                                        veteran.table.numbers("prior")});
  const auto risk = [&](Ties ties) {
    const CoxLikelihood likelihood(
        veteran.outcome, CaseWeights::ones(veteran.subjects), {}, {}, ties);
    const CoxRisk model(likelihood, fit_cox(likelihood, x), x);
    return model.at_horizon(std::vector<double>{1, 60, 50, 0}, 0.0, 0, 100);
  };
  const RiskWithLimits efron = risk(Ties::efron), breslow = risk(Ties::breslow);
  EXPECT_NEAR(efron.risk, 0.581847460574391, coxph_coefficient);
  EXPECT_NEAR(efron.lower, 0.461397403983699, coxph_coefficient);
  EXPECT_NEAR(efron.upper, 0.707295804842269, coxph_coefficient);
  EXPECT_NEAR(breslow.risk, 0.580086684632398, coxph_coefficient);
  EXPECT_NEAR(breslow.lower, 0.459738423774895, coxph_coefficient);
  EXPECT_NEAR(breslow.upper, 0.705612140148925, coxph_coefficient);
}

// Values of make_cox.R: delayed entry at half the time for each third row, sampling weights 1.5, 2, 1 in turn.
TEST(CoxReference, VeteranDelayedEntryAndWeights) {
  Veteran veteran;
  std::vector<double> weight;
  for (Index i = 0; i < veteran.subjects; ++i) {
    const bool late = (i + 1) % 3 == 0;
    veteran.outcome.entry.push_back(late ? std::floor(veteran.outcome.time[at(i)] / 2) : 0.0);
    weight.push_back(1.0 + static_cast<double>((i + 1) % 3) / 2.0);
  }
  const std::vector<double> x =
      joined({veteran.table.numbers("karno"), veteran.table.numbers("age")});
  const auto fit = [&](Ties ties) {
    const CaseWeights weights = CaseWeights::ones(veteran.subjects).with_sampling(weight);
    return fit_cox(CoxLikelihood(veteran.outcome, weights, {}, {}, ties), x);
  };
  const CoxFit efron = fit(Ties::efron), breslow = fit(Ties::breslow);
  EXPECT_NEAR(efron.coefficient[0], -0.0334888805469613, 1e-9);
  EXPECT_NEAR(efron.coefficient[1], -0.0101645645788064, 1e-9);
  EXPECT_NEAR(efron.standard_error(0), 0.00406924377268854, 1e-9);
  EXPECT_NEAR(efron.null_log_likelihood, -813.847811933502, 1e-9);
  EXPECT_NEAR(efron.log_likelihood, -780.609342852043, 1e-9 * 800);
  EXPECT_NEAR(breslow.coefficient[0], -0.0332970320774429, 1e-9);
  EXPECT_NEAR(breslow.standard_error(1), 0.00731098761873673, 1e-9);
  EXPECT_NEAR(breslow.log_likelihood, -781.704496718769, 1e-9 * 800);
}

// Values of make_cox.R.
TEST(CoxReference, VeteranStrataAndOffset) {
  const Veteran veteran;
  std::vector<double> offset = veteran.table.numbers("age");
  std::vector<Index> stratum;
  for (double& value : offset) {
    value /= 50.0;
  }
  for (const std::string& cell : veteran.table.text("celltype")) {
    stratum.push_back(cell == "squamous" ? 0 : cell == "smallcell" ? 1 : cell == "adeno" ? 2 : 3);
  }
  const CoxLikelihood likelihood(
      veteran.outcome, CaseWeights::ones(veteran.subjects), stratum, offset, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, veteran.table.numbers("karno"));
  EXPECT_NEAR(fit.coefficient[0], -0.0330311911394965, 1e-9);
  EXPECT_NEAR(fit.null_log_likelihood, -340.030380849667, 1e-9);
  EXPECT_NEAR(fit.log_likelihood, -322.136540392556, 1e-9 * 350);
}

TEST(CoxReference, LungStratifiedByInstitution) {
  const test::Dataset lung = test::read_dataset("lung");
  std::vector<double> inst = lung.numbers("inst"), ecog = lung.numbers("ph.ecog");
  std::vector<double> event = lung.numbers("status"), present, filled = ecog;
  std::vector<Index> stratum;
  for (Index i = 0; i < size_of(inst); ++i) {
    const bool complete = inst[at(i)] == inst[at(i)] && ecog[at(i)] == ecog[at(i)];
    present.push_back(complete ? 1.0 : 0.0);
    stratum.push_back(complete ? static_cast<Index>(inst[at(i)]) : 0);
    event[at(i)] -= 1.0;
  }
  const CaseWeights weights = CaseWeights::ones(size_of(inst)).with_sampling(present);
  const CoxLikelihood likelihood(
      outcome_of(lung.numbers("time"), event), weights, stratum, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood, joined({lung.numbers("age"), lung.numbers("sex"), ecog}));
  EXPECT_NEAR(fit.coefficient[2],
              test::reference_value("stratified Cox coefficient",
                                    "survival",
                                    "lung",
                                    "age+sex+ph.ecog; strata=inst; ph.ecog"),
              coxph_coefficient);
}

// Royston and Altman 2013, BMC Med. Res. Methodol. 13:33, table 2: node-positive patients, 7 years, Breslow.
TEST(CoxReference, RoystonAltman2013) {
  const test::Dataset table = test::read_dataset("rotterdam");
  const double limit = 2557; // round(7 * 365.25)
  const auto recur = table.numbers("recur"), rtime = table.numbers("rtime");
  const auto death = table.numbers("death"), dtime = table.numbers("dtime");
  const auto age = table.numbers("age"), nodes = table.numbers("nodes");
  const auto er = table.numbers("er"), size2 = table.indicator("size", "20-50"),
             size3 = table.indicator("size", ">50");
  const auto meno = table.numbers("meno"), hormon = table.numbers("hormon");
  std::vector<double> time, event, keep;
  std::vector<std::vector<double>> x(8);
  for (Index i = 0; i < table.rows(); ++i) {
    const bool recurred = recur[at(i)] == 1.0 && rtime[at(i)] <= limit;
    const bool died = death[at(i)] == 1.0 && dtime[at(i)] <= limit;
    time.push_back(std::min(limit, recurred ? rtime[at(i)] : dtime[at(i)]));
    event.push_back(recurred || died ? 1.0 : 0.0);
    keep.push_back(nodes[at(i)] > 0.0 ? 1.0 : 0.0);
    const double cube = std::pow(age[at(i)] / 100.0, 3);
    const double root = nodes[at(i)] > 0.0 ? 1.0 / std::sqrt(nodes[at(i)]) : 0.0;
    const std::vector<double> row = {cube,
                                     cube * std::log(age[at(i)] / 100.0),
                                     meno[at(i)],
                                     size2[at(i)],
                                     size3[at(i)],
                                     root,
                                     er[at(i)] / 1000.0,
                                     hormon[at(i)]};
    for (Index j = 0; j < 8; ++j) {
      x[at(j)].push_back(row[at(j)]);
    }
  }
  const CaseWeights weights = CaseWeights::ones(table.rows()).with_sampling(keep);
  const CoxLikelihood likelihood(outcome_of(time, event), weights, {}, {}, Ties::breslow);
  EXPECT_EQ(static_cast<double>(likelihood.events()),
            test::reference_value("events in derivation set",
                                  "survival",
                                  "rotterdam nodes>0, 84 months",
                                  "Royston-Altman 2013 recipe"));
  const CoxFit fit = fit_cox(likelihood, joined({x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]}));
  const std::vector<std::string> names = {"a3", "a3l", "meno", "s2", "s3", "n", "er", "h"};
  for (Index j = 0; j < 8; ++j) {
    const double expected =
        test::reference_value("Cox coefficient (Royston-Altman 2013 Table 2 recipe)",
                              "survival",
                              "rotterdam nodes>0, 84 months",
                              "breslow; " + names[at(j)]);
    EXPECT_NEAR(fit.coefficient[at(j)], expected, coxph_coefficient) << names[at(j)];
  }
}

// Restricted cubic spline term with three knots, scaled by the square of their range.
double spline_term(double x, double low, double middle, double high) {
  const auto cube = [](double value) { return value > 0.0 ? value * value * value : 0.0; };
  const double rise = cube(x - low) - cube(x - middle) * (high - low) / (high - middle) +
                      cube(x - high) * (middle - low) / (high - middle);
  return rise / ((high - low) * (high - low));
}

// McLernon et al. 2023, Ann. Intern. Med. 176:105, model 1: 5 years, Efron.
TEST(CoxReference, McLernon2023) {
  const test::Dataset table = test::read_dataset("rotterdam");
  const auto recur = table.numbers("recur"), rtime = table.numbers("rtime");
  const auto death = table.numbers("death"), dtime = table.numbers("dtime");
  const auto nodes = table.numbers("nodes"), grade = table.indicator("grade", "3");
  std::vector<double> sorted = nodes;
  std::sort(sorted.begin(), sorted.end());
  const double nodes99 = sorted[at(static_cast<Index>(std::ceil(0.99 * 2982)) - 1)];
  std::vector<double> time, event, capped, spline;
  for (Index i = 0; i < table.rows(); ++i) {
    const bool failed = recur[at(i)] == 1.0 || death[at(i)] == 1.0;
    const bool died_later =
        recur[at(i)] == 0.0 && death[at(i)] == 1.0 && rtime[at(i)] < dtime[at(i)];
    const double years = (died_later ? dtime[at(i)] : rtime[at(i)]) / 365.25;
    time.push_back(std::min(years, 5.0));
    event.push_back(failed && years <= 5.0 ? 1.0 : 0.0);
    capped.push_back(std::min(nodes[at(i)], nodes99));
    spline.push_back(spline_term(capped.back(), 0, 1, 9));
  }
  const CoxLikelihood likelihood(
      outcome_of(time, event), CaseWeights::ones(table.rows()), {}, {}, Ties::efron);
  const CoxFit fit = fit_cox(likelihood,
                             joined({table.indicator("size", "20-50"),
                                     table.indicator("size", ">50"),
                                     capped,
                                     spline,
                                     grade}));
  const std::vector<std::string> names = {"csize20-50", "csize>50", "nodes2", "nodes3", "g3"};
  for (Index j = 0; j < 5; ++j) {
    const double expected = test::reference_value("Cox coefficient (McLernon 2023 recipe)",
                                                  "survival",
                                                  "rotterdam 5y",
                                                  "efron; " + names[at(j)]);
    EXPECT_NEAR(fit.coefficient[at(j)], expected, coxph_coefficient) << names[at(j)];
  }
}

} // namespace
} // namespace vigil::survival
