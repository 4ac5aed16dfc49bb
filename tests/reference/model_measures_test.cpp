// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Measures of Cox models fitted here, against tests/reference/reference_values.csv.
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/convention.hpp"
#include "vigil/measure/explained_variation.hpp"
#include "vigil/measure/follow_up_calibration.hpp"
#include "vigil/measure/horizon_calibration.hpp"
#include "vigil/measure/reclassification.hpp"
#include "vigil/survival/nelson_aalen.hpp"

#include <gtest/gtest.h>

#include "tests/support/cox_model.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_cohorts.hpp"
#include <set>

namespace vigil::measure {
namespace {

using test::MeasureCase;
using test::reference_value;

constexpr double cox_solver = 1e-8; // the reference solver stops at a relative change of 1e-9

void expect_row(double found, double expected, double error) {
  EXPECT_NEAR(found, expected, test::relative(expected, error, "see the constant"));
}

double pbc_row(const char* method, const char* package, const char* arguments) {
  return reference_value(method, package, "pbc[1:312]", arguments);
}

class PbcModels : public ::testing::Test {
protected:
  PbcModels()
      : small_design{test::mapped(pbc.bili, [](double b) { return std::log(b); })},
        design{small_design.front(), pbc.albumin, pbc.age},
        small_model(pbc.time, pbc.death, small_design), model(pbc.time, pbc.death, design) {}

  [[nodiscard]] MeasureCase scored() const {
    MeasureCase example(pbc.time, pbc.death);
    example.score(model.score(design));
    return example;
  }
  /// Observed times up to the last one before 3000 days, the grid of the reference.
  [[nodiscard]] std::vector<double> grid() const {
    std::set<double> times;
    for (const double time : pbc.time) {
      if (time <= 3000.0) {
        times.insert(time);
      }
    }
    return {times.begin(), times.end()};
  }

  test::Pbc312 pbc;
  test::Design small_design, design;
  test::CoxModel small_model, model;
};

TEST_F(PbcModels, ConcordanceAndItsGain) {
  MeasureCase large = scored(), small(pbc.time, pbc.death);
  small.score(small_model.score(small_design));
  Estimate gain = harrell_c(large.evaluation());
  expect_row(gain.value,
             pbc_row("Harrell C of fitted model", "survival", "coxph log(bili)+albumin+age"),
             1e-10);
  const Estimate from = harrell_c(small.evaluation());
  gain.value -= from.value;
  for (std::size_t i = 0; i < from.influence.size(); ++i) {
    gain.influence[i] -= from.influence[i];
  }
  const char* models = "m1=log(bili); m2=+albumin+age";
  expect_row(gain.value, pbc_row("Delta-C (m2-m1)", "survival", models), 1e-10);
  expect_row(large.se(gain), pbc_row("Delta-C SE (joint IJ)", "survival", models), 1e-10);
  expect_row(2.0 * (model.fit().log_likelihood - small_model.fit().log_likelihood),
             pbc_row("likelihood-ratio chi2 for added value",
                     "survival",
                     "m1=log(bili); m2=+albumin+age; df=2"),
             cox_solver);
}

TEST_F(PbcModels, BrierAndAuc) {
  MeasureCase example = scored();
  for (const char* t : {"1000", "2000", "3000"}) {
    const double horizon = std::stod(t);
    example.risk(horizon, model.risk(design, horizon));
    const std::string arguments = std::string("coxph log(bili)+albumin+age; t=") + t;
    expect_row(brier(example.evaluation()).value,
               pbc_row("Brier(t) IPCW KM, apparent", "riskRegression", arguments.c_str()),
               cox_solver);
    expect_row(auc(example.evaluation()).value,
               pbc_row("AUC(t) IPCW KM, apparent", "riskRegression", arguments.c_str()),
               cox_solver);
  }
}

/// The reference divides by its last grid time, 2995, and BS is 0 before the first time: the exact integral to 2995.
TEST_F(PbcModels, IntegratedBrier) {
  const auto times = grid();
  RiskTable curves = undefined_risk(size_of(pbc.time), times);
  for (Index k = 0; k < size_of(times); ++k) {
    const auto risk = model.risk(design, times[at(k)]);
    std::copy(risk.begin(), risk.end(), curves.at_horizon(k).begin());
  }
  MeasureCase example = scored();
  example.curves(curves).at(2995.0);
  expect_row(ibs(example.evaluation()).value,
             pbc_row("IBS (step integral over unique times)",
                     "pec",
                     "coxph log(bili)+albumin+age; left Riemann over event/censoring times in "
                     "(0,3000], divided by last grid time 2995"),
             cox_solver);
  // The Kaplan-Meier risk for everybody.
  for (Index k = 0; k < size_of(times); ++k) {
    MeasureCase at_time(pbc.time, pbc.death);
    at_time.risk(times[at(k)], std::vector<double>(pbc.time.size(), 0.0));
    const double risk = mean_calibration(at_time.evaluation()).value;
    for (double& value : curves.at_horizon(k)) {
      value = risk;
    }
  }
  example.curves(curves);
  expect_row(
      ibs(example.evaluation()).value,
      pbc_row("IBS null (step integral over unique times)", "pec", "KM reference; same grid"),
      1e-10);
}

TEST_F(PbcModels, ExplainedVariation) {
  MeasureCase example = scored();
  const char* arguments = "coxph log(bili)+albumin+age";
  const RoystonD royston = fit_royston_d(example.evaluation());
  expect_row(royston.d.value, pbc_row("royston(): D", "survival", arguments), cox_solver);
  expect_row(royston.wald_se, pbc_row("royston(): se(D)", "survival", arguments), cox_solver);
  expect_row(royston.r2.value, pbc_row("royston(): R.D", "survival", arguments), cox_solver);
  expect_row(kent_oquigley_r2(example.evaluation()).value,
             pbc_row("royston(): R.KO", "survival", arguments),
             cox_solver);
  const double concordance_probability = goenen_heller(example.evaluation()).value;
  expect_row(
      concordance_probability, pbc_row("royston(): C.GH", "survival", arguments), cox_solver);
  expect_row(concordance_probability, pbc_row("Gonen-Heller CPE", "CPE", arguments), cox_solver);
  expect_row(concordance_probability,
             pbc_row("Gonen-Heller CPE", "survAUC", "lp of coxph log(bili)+albumin+age"),
             cox_solver);
  expect_row(nagelkerke_r2(example.evaluation()).value,
             pbc_row("royston(): R.N", "survival", arguments),
             cox_solver);
  // make_measure.R, part 9. survAUC's OXS, 0.757 here, comes from a likelihood of its own.
  expect_row(oquigley_xu_stare_r2(example.evaluation()).value, 0.763255439056659, cox_solver);
}

/// Song and Zhou's AUC by survAUC, of Cox's model of three columns. Two deaths share day 264 and two day 1191; no score ties.
TEST_F(PbcModels, IncidentAucOfSurvauc) {
  MeasureCase example = scored();
  for (const char* t : {"1000", "2000"}) {
    example.at(std::stod(t));
    const Estimate found = find("survauc", "auc_incident").evaluate(example.evaluation());
    expect_row(found.value,
               pbc_row("Song-Zhou AUC(t) I/C",
                       "survAUC",
                       (std::string("lp of coxph log(bili)+albumin+age; t=") + t).c_str()),
               cox_solver);
    EXPECT_TRUE(found.influence.empty());
  }
}

/// The category-less NRI by survIDINRI: an event by t counts 1 / G(T), G = exp(-Nelson-Aalen of censoring) with everybody under observation at
/// risk of it, also those with an event then. Halved, it is the share of raised risks among events less that among the others.
TEST_F(PbcModels, ContinuousNri) {
  constexpr double t = 1826;
  std::vector<std::uint8_t> censored;
  for (const double death : pbc.death) {
    censored.push_back(death > 0.0 ? 0 : 1);
  }
  const auto ones = CaseWeights::ones(size_of(pbc.time));
  const auto hazard = survival::nelson_aalen(
      SurvivalOutcome{.entry = {}, .time = pbc.time, .event = censored}, ones);
  const auto large = model.risk(design, t), small = small_model.risk(small_design, t);
  double events = 0.0, raised_events = 0.0, others = 0.0, raised_others = 0.0;
  for (std::size_t i = 0; i < pbc.time.size(); ++i) {
    const double raised = large[i] > small[i] ? 1.0 : 0.0;
    if (pbc.time[i] > t) {
      others += 1.0;
      raised_others += raised;
    } else if (pbc.death[i] > 0.0) {
      const double weight = std::exp(hazard.hazard(pbc.time[i]));
      events += weight;
      raised_events += weight * raised;
    }
  }
  const double expected = pbc_row("continuous NRI/2 (Uno 2013)", "survIDINRI", "same; m2");
  // 2^25 times its number is whole: two shares in single precision, each within 2^-25.
  constexpr double printed = 1e-6, single_precision = 0x1p-24;
  EXPECT_NEAR(std::ldexp(expected, 25), 8303011.0, printed);
  EXPECT_NEAR(raised_events / events - raised_others / others, expected, single_precision);
  // vigil weighs by Kaplan-Meier's G(T-).
  MeasureCase one = scored(), other(pbc.time, pbc.death);
  one.risk(t, large);
  other.risk(t, small);
  const auto moved = reclassification(one.evaluation(), other.evaluation());
  EXPECT_NEAR(
      0.5 * (moved.nri_events.value + moved.nri_nonevents.value),
      expected,
      test::relative(expected, 1e-4, "another estimate of G, read at another side of its step"));
}

/// Ours is the error of a score that is given. CPE adds what fitting the coefficients does to a smoothed K; make_measure.R, part 9, comes
/// to its number that way.
TEST_F(PbcModels, ErrorOfGoenenAndHeller) {
  MeasureCase example = scored();
  expect_row(example.se(goenen_heller(example.evaluation())), 0.00640343324319426, cox_solver);
  expect_row(0.0129563235151988,
             pbc_row("Gonen-Heller CPE SE", "CPE", "coxph log(bili)+albumin+age"),
             1e-7); // Newton's last step of two programs, in a smooth function of the coefficients
}

TEST_F(PbcModels, DCalibration) {
  std::vector<double> risk(pbc.time.size());
  for (std::size_t i = 0; i < risk.size(); ++i) {
    risk[i] = model.risk(design, pbc.time[i])[i];
  }
  MeasureCase example = scored();
  const auto found = d_calibration_of(example.own_risk(risk).evaluation());
  expect_row(found.statistic,
             pbc_row("D-calibration statistic, 10 bins",
                     "base",
                     "coxph log(bili)+albumin+age (efron), Breslow/Efron baseline"),
             1e-7); // sums of differences of counts, of Cox's coefficients
  expect_row(found.p, pbc_row("D-calibration p, 9 df", "base", "same"), 1e-7);
}

/// R 4.2.2, glm with the complementary log-log link and censoring weights (make_measure.R, part 11).
TEST(HorizonCalibration, IsThatOfWeightedBinomialRegression) {
  const auto expect = [](MeasureCase& example, double intercept, double slope) {
    expect_row(calibration_intercept(example.evaluation()).value, intercept, 1e-10);
    expect_row(calibration_slope_at_horizon(example.evaluation()).value, slope, 1e-10);
  };
  const test::Pbc312 pbc;
  MeasureCase one(pbc.time, pbc.death);
  expect(one.risk(1826, pbc.rule_a()), 0.492814130573804, 1.32228981516355);
  const test::Mgus2Complete mgus2;
  MeasureCase two(mgus2.time, mgus2.code);
  expect(two.risk(120,
                  test::mapped(mgus2.mspike,
                               [](double spike) { return test::logistic(-3.0 + spike / 2.0); })),
         -0.287267062088046,
         1.83734111972382);
}

TEST(HorizonCalibration, SaysWhyThereIsNone) {
  const std::vector<double> time{1, 2, 3, 4, 5, 6}, happened{1, 1, 1, 0, 0, 0};
  MeasureCase example(time, happened);
  example.risk(3.5, {0.9, 0.8, 0.7, 0.3, 0.2, 0.1});
  EXPECT_EQ(calibration_slope_at_horizon(example.evaluation()).undefined_because,
            "the predicted risks separate the events");
  EXPECT_EQ(calibration_intercept(example.evaluation()).undefined_because, "");
  example.risk(3.5, std::vector<double>(6, 0.4));
  EXPECT_EQ(calibration_slope_at_horizon(example.evaluation()).undefined_because,
            "all predicted risks are equal");
  // Half have the event: 1 - exp(-exp(a + x)) = 1/2.
  EXPECT_NEAR(calibration_intercept(example.evaluation()).value,
              std::log(std::log(2.0)) - std::log(-std::log(0.6)),
              test::rounding(1.0, 8));
}

TEST(Royston, VeteranHeavyTies) {
  const auto veteran = test::read_dataset("veteran");
  MeasureCase example(veteran.numbers("time"), veteran.numbers("status"));
  example.score(test::mapped(veteran.numbers("karno"), [](double karno) { return -karno; }));
  expect_row(
      royston_d(example.evaluation()).value,
      reference_value("royston(): D (heavy ties in lp)", "survival", "veteran", "coxph karno"),
      cox_solver);
}

/// Robust standard errors of coxph(..., robust = TRUE): tests/reference/make_measure.R, section 2.
TEST(CalibrationSlope, InfluenceGivesTheRobustError) {
  const test::Pbc312 pbc;
  MeasureCase example(pbc.time, pbc.death);
  example.score(pbc.bili);
  const auto robust = [](MeasureCase& one, survival::Ties ties) {
    return one.se(fit_calibration_slope(one.evaluation(), ties).estimate);
  };
  expect_row(robust(example, survival::Ties::efron), 0.0155296454329736, cox_solver);
  expect_row(robust(example, survival::Ties::breslow), 0.0155102036172515, cox_solver);
  const auto lung = test::read_dataset("lung");
  MeasureCase by_age(lung.numbers("time"), lung.indicator("status", "2"));
  by_age.score(lung.numbers("age"));
  expect_row(robust(by_age, survival::Ties::efron), 0.00939010581361016, cox_solver);
  expect_row(robust(by_age, survival::Ties::breslow), 0.00937250042951928, cox_solver);
  const double pattern[] = {0.5, 1.0, 2.0, 1.5};
  std::vector<double> weight;
  for (std::size_t i = 0; i < lung.numbers("age").size(); ++i) {
    weight.push_back(pattern[i % 4]);
  }
  by_age.weights(by_age.weights().with_sampling(weight));
  const auto slope = fit_calibration_slope(by_age.evaluation(), survival::Ties::breslow);
  expect_row(slope.estimate.value, 0.0190408144054588, cox_solver);
  expect_row(by_age.se(slope.estimate), 0.0101691374421615, cox_solver);
}

/// Kaplan-Meier in fifths of rule A: tests/reference/make_measure.R, section 3 (survfit, log-log limits).
TEST(CalibrationGroups, PbcFifths) {
  const test::Pbc312 pbc;
  MeasureCase example(pbc.time, pbc.death);
  example.risk(1826, pbc.rule_a());
  const CalibrationGroups found = calibration_groups(example.evaluation(), 5);
  const double subjects[] = {73, 60, 61, 56, 62};
  const double risk[] = {0.0136986301369864,
                         0.11245867768595,
                         0.197511870600825,
                         0.491113257914487,
                         0.736875876402244};
  const double lower[] = {0.00194105906586273,
                          0.0514972719400028,
                          0.114026729358676,
                          0.359397215124773,
                          0.611477316125639};
  const double upper[] = {0.0932797400464445,
                          0.236006208081589,
                          0.329621359748673,
                          0.641091668311626,
                          0.848248731825697};
  ASSERT_EQ(found.groups.size(), 5U);
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(static_cast<double>(found.groups[k].subjects), subjects[k]);
    expect_row(found.groups[k].observed, risk[k], 1e-12);
    // Greenwood's variance against the martingale form: equal but for ties.
    expect_row(found.groups[k].lower, lower[k], 0.01);
    expect_row(found.groups[k].upper, upper[k], 0.01);
  }
}

} // namespace
} // namespace vigil::measure
