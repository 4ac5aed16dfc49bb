// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/measure/auc.hpp"
#include "vigil/measure/brier.hpp"
#include "vigil/measure/calibration.hpp"
#include "vigil/measure/calibration_curve.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/measure/explained_variation.hpp"
#include "vigil/measure/follow_up_calibration.hpp"
#include "vigil/measure/horizon_calibration.hpp"
#include "vigil/measure/incident_auc.hpp"
#include "vigil/measure/measure.hpp"
#include "vigil/measure/net_benefit.hpp"
#include "vigil/measure/threshold_rates.hpp"

#include <algorithm>
#include <array>

namespace vigil::measure {

namespace {

struct Needs {
  bool horizon = false, risk = false, threshold = false, own_risk = false;
};

constexpr Needs score_only{};
constexpr Needs horizon_only{.horizon = true};
constexpr Needs risk_at_horizon{.horizon = true, .risk = true};
constexpr Needs rule{.horizon = true, .risk = true, .threshold = true};
constexpr Needs risk_at_own_time{.own_risk = true};

struct About {
  std::string_view name, formula, source, unit = "1";
};

constexpr Entry entry(About about,
                      Better better,
                      IntervalScale scale,
                      Needs needs,
                      Estimate (*evaluate)(const Evaluation&)) {
  return {.name = about.name,
          .formula = about.formula,
          .source = about.source,
          .unit = about.unit,
          .better = better,
          .scale = scale,
          .needs_horizon = needs.horizon,
          .needs_risk = needs.risk,
          .needs_threshold = needs.threshold,
          .evaluate = evaluate,
          .needs_own_risk = needs.own_risk};
}

constexpr Entry averaged_by(FoldWeight weight, Entry row) {
  row.fold_weight = weight;
  return row;
}

constexpr Entry in_every_study(Entry row) {
  row.in_every_study = true;
  return row;
}

constexpr Entry by_bootstrap(Entry row) {
  row.by_bootstrap = true;
  return row;
}

// One row per measure; a new measure is a pair of files and a row here.
constexpr std::array entries = {
    in_every_study(averaged_by(FoldWeight::pairs,
                               entry({"harrell_c",
                                      "sum_{i event, T_i <= tau} sum_{j in R_i} k_ij / sum_i |R_i|",
                                      "Harrell et al. 1982"},
                                     Better::higher,
                                     IntervalScale::logit,
                                     score_only,
                                     harrell_c))),
    in_every_study(averaged_by(
        FoldWeight::pairs,
        entry({"uno_c",
               "sum_{i event, T_i <= tau} G(T_i-)^-2 sum_{j in R_i} k_ij / sum_i G(T_i-)^-2 |R_i|",
               "Uno et al. 2011"},
              Better::higher,
              IntervalScale::logit,
              score_only,
              uno_c))),
    in_every_study(averaged_by(
        FoldWeight::cases_by_controls,
        entry({"auc",
               "sum_ij a_i b_j k_ij / (sum a_i sum b_j), controls: no event of interest by t",
               "Blanche, Dartigues and Jacqmin-Gadda 2013"},
              Better::higher,
              IntervalScale::logit,
              horizon_only,
              auc))),
    averaged_by(
        FoldWeight::cases_by_controls,
        entry({"auc_event_free_controls",
               "sum_ij a_i b_j k_ij / (sum a_i sum b_j), controls: no event of any kind by t",
               "Blanche, Dartigues and Jacqmin-Gadda 2013"},
              Better::higher,
              IntervalScale::logit,
              horizon_only,
              auc_event_free_controls)),
    by_bootstrap(
        entry({"auc_incident",
               "mean rank of the events nearest to t among those left, controls: no event yet",
               "Saha-Chaudhuri and Heagerty 2013"},
              Better::higher,
              IntervalScale::logit,
              horizon_only,
              auc_incident)),
    in_every_study(averaged_by(FoldWeight::subjects,
                               entry({"brier", "mean W_i(t) (y_i - p_i)^2", "Graf et al. 1999"},
                                     Better::lower,
                                     IntervalScale::identity,
                                     risk_at_horizon,
                                     brier))),
    in_every_study(entry({"ipa", "1 - BS(t) / BS_null(t)", "Kattan and Gerds 2018"},
                         Better::higher,
                         IntervalScale::identity,
                         risk_at_horizon,
                         ipa)),
    averaged_by(FoldWeight::subjects,
                entry({"ibs", "INT_0^tau BS(u) du / tau, of predicted curves", "Graf et al. 1999"},
                      Better::lower,
                      IntervalScale::identity,
                      horizon_only,
                      ibs)),
    averaged_by(FoldWeight::subjects,
                entry({"log_score",
                       "mean W_i(t) {-y_i log p_i - (1 - y_i) log(1 - p_i)}",
                       "Gerds and Schumacher 2006"},
                      Better::lower,
                      IntervalScale::identity,
                      risk_at_horizon,
                      log_score)),
    in_every_study(entry({"oe_ratio", "F(t) / mean p_i", "McLernon et al. 2023"},
                         Better::nearer_one,
                         IntervalScale::log,
                         risk_at_horizon,
                         oe_ratio)),
    in_every_study(entry({"calibration_slope",
                          "coefficient of the score in Cox's model of the evaluated subjects",
                          "van Houwelingen 2000"},
                         Better::nearer_one,
                         IntervalScale::identity,
                         score_only,
                         calibration_slope)),
    in_every_study(by_bootstrap(
        entry({"ici", "mean |smooth observed risk - p_i|", "Austin, Harrell and van Klaveren 2020"},
              Better::lower,
              IntervalScale::identity,
              risk_at_horizon,
              ici))),
    by_bootstrap(entry(
        {"e50", "median |smooth observed risk - p_i|", "Austin, Harrell and van Klaveren 2020"},
        Better::lower,
        IntervalScale::identity,
        risk_at_horizon,
        e50)),
    by_bootstrap(entry({"e90",
                        "90th percentile of |smooth observed risk - p_i|",
                        "Austin, Harrell and van Klaveren 2020"},
                       Better::lower,
                       IntervalScale::identity,
                       risk_at_horizon,
                       e90)),
    by_bootstrap(
        entry({"emax", "max |smooth observed risk - p_i|", "Austin, Harrell and van Klaveren 2020"},
              Better::lower,
              IntervalScale::identity,
              risk_at_horizon,
              emax)),
    entry({"calibration_intercept",
           "a in log(-log(1 - risk)) = a + log(-log(1 - p_i))",
           "van Geloven et al. 2022"},
          Better::nearer_zero,
          IntervalScale::identity,
          risk_at_horizon,
          calibration_intercept),
    entry({"calibration_slope_at_horizon",
           "b in log(-log(1 - risk)) = a + b log(-log(1 - p_i))",
           "van Geloven et al. 2022"},
          Better::nearer_one,
          IntervalScale::identity,
          risk_at_horizon,
          calibration_slope_at_horizon),
    entry({"oe_follow_up",
           "sum d_i / sum -log(1 - r_i), r_i the predicted risk by the own time",
           "Crowson, Atkinson and Therneau 2016"},
          Better::nearer_one,
          IntervalScale::log,
          risk_at_own_time,
          oe_follow_up),
    entry({"d_calibration",
           "sum_k (N_k - n/10)^2 / (n/10) over tenths of the predicted survival at the own time",
           "Haider et al. 2020",
           "chi-squared on 9 df"},
          Better::lower,
          IntervalScale::identity,
          risk_at_own_time,
          d_calibration),
    entry({"d_calibration_p", "p value of d_calibration", "Haider et al. 2020"},
          Better::higher,
          IntervalScale::identity,
          risk_at_own_time,
          d_calibration_p),
    entry({"royston_d",
           "sqrt(8/pi) times the coefficient of the normal scores of the score in Cox's model",
           "Royston and Sauerbrei 2004"},
          Better::higher,
          IntervalScale::identity,
          score_only,
          royston_d),
    entry({"r2_d", "(D^2/k^2) / (pi^2/6 + D^2/k^2), k^2 = 8/pi", "Royston and Sauerbrei 2004"},
          Better::higher,
          IntervalScale::identity,
          score_only,
          r2_d),
    entry({"goenen_heller",
           "2 / (n (n - 1)) sum_{i<j} 1 / (1 + exp(-|score_i - score_j|))",
           "Goenen and Heller 2005"},
          Better::higher,
          IntervalScale::logit,
          score_only,
          goenen_heller),
    entry({"kent_oquigley_r2", "var(score) / (pi^2/6 + var(score))", "Kent and O'Quigley 1988"},
          Better::higher,
          IntervalScale::identity,
          score_only,
          kent_oquigley_r2),
    by_bootstrap(
        entry({"nagelkerke_r2",
               "(1 - exp(-LR/n)) / (1 - exp(2 log L(0) / n)), LR of the score in Cox's model",
               "Nagelkerke 1991"},
              Better::higher,
              IntervalScale::identity,
              score_only,
              nagelkerke_r2)),
    by_bootstrap(entry({"oquigley_xu_stare_r2",
                        "1 - exp(-LR / events), LR of the score in Cox's model",
                        "O'Quigley, Xu and Stare 2005"},
                       Better::higher,
                       IntervalScale::identity,
                       score_only,
                       oquigley_xu_stare_r2)),
    entry({"sensitivity",
           "mean W_i y_i 1(p_i >= p_t) / mean W_i y_i",
           "Blanche, Dartigues and Jacqmin-Gadda 2013"},
          Better::higher,
          IntervalScale::logit,
          rule,
          sensitivity),
    entry({"specificity",
           "mean W_i (1 - y_i) 1(p_i < p_t) / mean W_i (1 - y_i)",
           "Blanche, Dartigues and Jacqmin-Gadda 2013"},
          Better::higher,
          IntervalScale::logit,
          rule,
          specificity),
    entry({"ppv",
           "mean W_i y_i 1(p_i >= p_t) / mean W_i 1(p_i >= p_t)",
           "Blanche, Dartigues and Jacqmin-Gadda 2013"},
          Better::higher,
          IntervalScale::logit,
          rule,
          ppv),
    entry({"npv",
           "mean W_i (1 - y_i) 1(p_i < p_t) / mean W_i 1(p_i < p_t)",
           "Blanche, Dartigues and Jacqmin-Gadda 2013"},
          Better::higher,
          IntervalScale::logit,
          rule,
          npv),
    averaged_by(FoldWeight::subjects,
                entry({"net_benefit",
                       "mean W_i(t) 1(p_i >= p_t) {y_i - (1 - y_i) p_t / (1 - p_t)}",
                       "Vickers and Elkin 2006"},
                      Better::higher,
                      IntervalScale::identity,
                      rule,
                      net_benefit)),
    entry({"standardized_net_benefit", "NB / F, F the observed risk", "Kerr et al. 2016"},
          Better::higher,
          IntervalScale::identity,
          rule,
          standardized_net_benefit),
    entry({"net_benefit_conditional",
           "P(p >= p_t) {F_g - (1 - F_g) p_t / (1 - p_t)}, F_g the risk among p >= p_t",
           "Vickers et al. 2008"},
          Better::higher,
          IntervalScale::identity,
          rule,
          net_benefit_conditional),
    averaged_by(
        FoldWeight::subjects,
        entry({"net_benefit_treat_all", "F - (1 - F) p_t / (1 - p_t)", "Vickers and Elkin 2006"},
              Better::higher,
              IntervalScale::identity,
              {.horizon = true, .threshold = true},
              net_benefit_treat_all)),
    averaged_by(FoldWeight::subjects,
                entry({"actions_avoided",
                       "100 (NB - NB_all) (1 - p_t) / p_t",
                       "Vickers and Elkin 2006",
                       "per 100 subjects"},
                      Better::higher,
                      IntervalScale::identity,
                      rule,
                      actions_avoided)),
};

} // namespace

std::span<const Entry> table() noexcept {
  return entries;
}

const Entry& find(std::string_view name) {
  const auto found = std::find_if(
      entries.begin(), entries.end(), [name](const Entry& one) { return one.name == name; });
  if (found != entries.end()) {
    return *found;
  }
  std::vector<std::string> names;
  for (const Entry& one : entries) {
    names.emplace_back(one.name);
  }
  throw ConfigError({.where = "measure",
                     .found = quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names),
                     .problem = "unknown measure"});
}

} // namespace vigil::measure
