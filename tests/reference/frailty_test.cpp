// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Gamma frailties: rows of reference_values.csv and make_frailty.R (R 4.2.2, survival 3.5-3).
#include "vigil/survival/gamma_frailty.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <map>
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

/// Data set with a cluster for each subject that has one.
struct Clustered {
  SurvivalOutcome outcome = {};
  std::vector<double> columns = {};
  std::vector<Index> cluster = {}, stratum = {};
  Index clusters = 0;

  Clustered(const std::string& name, const std::string& group, double happened) {
    const auto table = test::read_dataset(name);
    const auto time = table.numbers("time"), status = table.numbers("status");
    const auto level = table.numbers(group), age = table.numbers("age"), sex = table.numbers("sex");
    std::map<double, Index> number;
    std::vector<double> ages, sexes;
    for (std::size_t row = 0; row < time.size(); ++row) {
      if (level[row] != level[row]) {
        continue;
      }
      outcome.time.push_back(time[row]);
      outcome.event.push_back(status[row] == happened ? 1 : 0);
      cluster.push_back(number.try_emplace(level[row], size_of(number)).first->second);
      stratum.push_back(static_cast<Index>(sex[row]));
      ages.push_back(age[row]);
      sexes.push_back(sex[row]);
    }
    clusters = size_of(number);
    columns = ages;
    columns.insert(columns.end(), sexes.begin(), sexes.end());
  }
  [[nodiscard]] GammaFrailty fit(const GammaFrailtyOptions& options) const {
    return fit_gamma_frailty(
        {.outcome = outcome, .columns = columns, .cluster = cluster, .clusters = clusters},
        options);
  }
  [[nodiscard]] GammaFrailty fit_age_in_strata(const GammaFrailtyOptions& options) const {
    const std::vector<double> age(columns.begin(), columns.begin() + size_of(cluster));
    return fit_gamma_frailty({.outcome = outcome,
                              .columns = age,
                              .cluster = cluster,
                              .clusters = clusters,
                              .stratum = stratum},
                             options);
  }
};

double strict(double expected) {
  return test::relative(expected, 1e-7, "their iteration stops at 1e-13 of the log-likelihood");
}

TEST(FrailtyReference, RowsOfKidneyAtTheVarianceWhereCoxphStops) {
  const char* model = "age+sex+frailty(id)";
  const GammaFrailty fit =
      Clustered("kidney", "id", 1.0).fit({.variance = 0.412164713810448}); // its last step
  const auto sex = test::reference_value(
      "gamma frailty Cox coefficient", "survival", "kidney", "age+sex+frailty(id, gamma, EM); sex");
  const auto likelihood =
      test::reference_value("gamma frailty I-likelihood", "survival", "kidney", model);
  EXPECT_NEAR(fit.coefficient[1], sex, test::relative(sex, 1e-6, "inner loop stops at 1e-9"));
  EXPECT_NEAR(
      fit.log_likelihood, likelihood, test::relative(likelihood, 1e-9, "inner loop stops at 1e-9"));
}

TEST(FrailtyReference, RowOfTheVarianceOfKidney) {
  const GammaFrailty fit = Clustered("kidney", "id", 1.0).fit({});
  const auto theta =
      test::reference_value("gamma frailty variance", "survival", "kidney", "age+sex+frailty(id)");
  EXPECT_NEAR(fit.variance, theta, test::relative(theta, 1e-4, "their search stops early"));
}

TEST(FrailtyReference, KidneyAtVariancesThatAreGiven) {
  struct Expected {
    Ties ties;
    double variance;
    std::vector<double> coefficient, se;
    double log_likelihood;
    std::vector<double> frailty;
  };
  const std::vector<Expected> rows{{Ties::efron,
                                    0.412164713810448,
                                    {0.00525275769239362, -1.58748801346901858},
                                    {0.0116789977142296, 0.4494776994019135},
                                    -181.638795966511,
                                    {1.44829092301940, 1.29241177648234, 1.09248117977830}},
                                   {Ties::efron,
                                    2.0,
                                    {0.0110760848924428, -2.1710433206095421},
                                    {0.018867571713253, 0.702493888275509},
                                    -188.168291356669,
                                    {1.95390321038139, 2.20036170714743, 0.90023183814141}},
                                   {Ties::breslow,
                                    0.412164713810448,
                                    {0.00556824673533154, -1.57068710818765078},
                                    {0.0116678131132845, 0.4485309375552343},
                                    -182.05532102581,
                                    {1.44695796544913, 1.29234251042340, 1.10084585542216}},
                                   {Ties::breslow,
                                    2.0,
                                    {0.0113107486783147, -2.1392126887905039},
                                    {0.0188820815723428, 0.6998033233358407},
                                    -188.731455289661,
                                    {1.95980199838803, 2.19690018092164, 0.92038602274435}}};
  const Clustered kidney("kidney", "id", 1.0);
  for (const auto& row : rows) {
    const GammaFrailty fit = kidney.fit({.ties = row.ties, .variance = row.variance});
    EXPECT_EQ(fit.status, CoxFitStatus::converged);
    EXPECT_NEAR(fit.log_likelihood, row.log_likelihood, strict(row.log_likelihood));
    for (Index column = 0; column < 2; ++column) {
      EXPECT_NEAR(fit.coefficient[at(column)],
                  row.coefficient[at(column)],
                  strict(row.coefficient[at(column)]));
      EXPECT_NEAR(
          fit.conditional_standard_error(column), row.se[at(column)], strict(row.se[at(column)]));
    }
    for (std::size_t cluster = 0; cluster < 3; ++cluster) {
      EXPECT_NEAR(
          fit.clusters[cluster].frailty, row.frailty[cluster], strict(row.frailty[cluster]));
    }
  }
}

TEST(FrailtyReference, LungByInstitutionAndKidneyInStrata) {
  const GammaFrailty lung = Clustered("lung", "inst", 2.0).fit({.variance = 0.05});
  EXPECT_NEAR(lung.coefficient[0], 0.0176985348771585, strict(0.0177));
  EXPECT_NEAR(lung.coefficient[1], -0.5134713902280893, strict(0.513));
  EXPECT_NEAR(lung.conditional_standard_error(1), 0.16907141633330314, strict(0.169));
  EXPECT_NEAR(lung.log_likelihood, -739.029524260753, strict(739.0));
  const GammaFrailty strata = Clustered("kidney", "id", 1.0).fit_age_in_strata({.variance = 0.5});
  EXPECT_NEAR(strata.coefficient[0], 0.00900311542775984, strict(0.009));
  EXPECT_NEAR(strata.conditional_standard_error(0), 0.0124001201501503, strict(0.0124));
  EXPECT_NEAR(strata.log_likelihood, -153.281857388249, strict(153.0));
}

// The likelihood of lung by institution falls from 0 on in R too: -737.8326 at 0.001, -738.0391 at 0.01.
TEST(FrailtyReference, NoVariationBetweenInstitutionsOfLung) {
  const GammaFrailty fit = Clustered("lung", "inst", 2.0).fit({});
  EXPECT_EQ(fit.status, CoxFitStatus::converged);
  EXPECT_EQ(fit.variance, 0.0);
  EXPECT_EQ(fit.likelihood_ratio, 0.0);
  EXPECT_EQ(fit.p, 1.0);
  EXPECT_EQ(fit.variance_lower, 0.0);
  EXPECT_GT(fit.variance_upper, 0.01);
  EXPECT_EQ(fit.log_likelihood, fit.null_log_likelihood);
}

TEST(FrailtyReference, LargestLikelihoodAndIntervalOfKidney) {
  const GammaFrailty fit = Clustered("kidney", "id", 1.0).fit({});
  const auto flat = [](double expected) {
    return test::relative(expected, 1e-6, "the likelihood is flat where they look for its top");
  };
  EXPECT_NEAR(fit.variance, 0.407769582571933, flat(0.4));
  EXPECT_NEAR(fit.log_likelihood, -181.638626525391772, strict(181.6));
  EXPECT_NEAR(fit.null_log_likelihood, -184.344568139567, strict(184.3));
  EXPECT_NEAR(fit.variance_lower, 0.0521595996040377, flat(0.05));
  EXPECT_NEAR(fit.variance_upper, 1.0524947455679887, flat(1.05));
  // chi-square 5.411883 on 1: half of 0.0200065
  EXPECT_NEAR(fit.likelihood_ratio, 2.0 * (184.344568139567 - 181.638626525392), flat(5.41));
}

// Klein's marginal likelihood with every jump of the baseline free, differentiated by number.
TEST(FrailtyReference, StandardErrorsKnowThatTheVarianceIsEstimated) {
  const GammaFrailty fit = Clustered("kidney", "id", 1.0).fit({.ties = Ties::breslow});
  const auto numeric = [](double expected) {
    return test::relative(expected, 2e-4, "numeric second derivatives of a numeric maximum");
  };
  EXPECT_NEAR(fit.variance, 0.397313380278507, numeric(0.397));
  EXPECT_NEAR(fit.coefficient[1], -1.55639252469034495, numeric(1.556));
  EXPECT_NEAR(fit.standard_error(0), 0.0117004135311673, numeric(0.0117));
  EXPECT_NEAR(fit.standard_error(1), 0.5007263108536264, numeric(0.5007));
  EXPECT_LT(fit.conditional_standard_error(1), 0.46);
}

} // namespace
} // namespace vigil::survival
