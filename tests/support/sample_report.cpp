// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sample_report.hpp"

#include "vigil/base/random.hpp"

#include "tests/support/sample_forest.hpp"
#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::test {
namespace {

constexpr double horizon = 1826;

struct Subject {
  double risk, time;
  bool event;
};

std::vector<Subject> simulated(Index count) {
  RandomStream stream(RandomKey(7).child("report"));
  std::vector<Subject> subjects;
  for (Index i = 0; i < count; ++i) {
    const double risk = 1 / (1 + std::exp(0.1 - 0.75 * stream.normal()));
    const double hazard = -std::log1p(-risk * 0.94) / horizon;
    const double failure = -std::log1p(-stream.uniform()) / hazard;
    const double censoring = 400 + 2300 * stream.uniform();
    subjects.push_back({risk, std::ceil(std::min(failure, censoring)), failure <= censoring});
  }
  return subjects;
}

report::ActionCurve curve_of(triage::Action action, std::vector<Subject> group) {
  std::sort(
      group.begin(), group.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  report::ActionCurve curve{.action = action};
  double survival = 1;
  double greenwood = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto at_risk = static_cast<double>(group.size() - i);
    if (!group[i].event) {
      curve.censored.push_back(group[i].time);
      continue;
    }
    survival *= 1 - 1 / at_risk;
    greenwood += at_risk > 1 ? 1 / (at_risk * (at_risk - 1)) : 0;
    const double half = 1.96 * survival * std::sqrt(greenwood);
    curve.time.push_back(group[i].time);
    curve.survival.push_back(survival);
    curve.lower.push_back(std::max(0.0, survival - half));
    curve.upper.push_back(std::min(1.0, survival + half));
  }
  curve.last_time = group.empty() ? 0 : group.back().time;
  for (double t = 0; t <= 2557; t += 365.25) {
    curve.at_risk.push_back(std::count_if(
        group.begin(), group.end(), [t](const Subject& subject) { return subject.time >= t; }));
  }
  return curve;
}

triage::ActionAudit
zone_of(const report::ActionCurve& curve, const std::vector<Subject>& group, std::size_t all) {
  triage::ActionAudit zone;
  zone.action = curve.action;
  zone.subjects = size_of(group);
  zone.share = static_cast<double>(group.size()) / static_cast<double>(all);
  zone.events = std::count_if(
      group.begin(), group.end(), [](const auto& s) { return s.event && s.time <= horizon; });
  const auto before =
      std::upper_bound(curve.time.begin(), curve.time.end(), horizon) - curve.time.begin();
  if (before > 0) {
    zone.risk = 1 - curve.survival[at(before - 1)];
    zone.lower = 1 - curve.upper[at(before - 1)];
    zone.upper = 1 - curve.lower[at(before - 1)];
  }
  return zone;
}

report::TriageSummary triage_of(const std::vector<Subject>& subjects) {
  report::TriageSummary triage;
  triage.learner = "cox";
  triage.decide_at = "pathology";
  triage.cohort = "gbsg";
  triage.held_out = true;
  triage.horizon = horizon;
  triage.all_treated = true;
  triage.labels = {"no further treatment", "board", "adjuvant therapy"};
  triage.harms = {1.0, 0.2, 0.04, 0.27, 0.6};
  triage.on_reduction = triage::thresholds(triage.harms);
  triage.on_risk = triage::on_risk(triage.on_reduction, 0.6);
  triage.log_rank_p = 1e-9;
  triage.guarantee = "A risk above 0.1 by 1826 in the observed group is not rejected.";
  triage.risk_control = {.horizon = horizon,
                         .alpha = 0.1,
                         .delta = 0.1,
                         .subjects = 210,
                         .events = 19,
                         .left_before = 31,
                         .censoring_p = 0.4,
                         .tipping_point = 1.25,
                         .tests = {{.test = "beta-product", .risk = 0.09, .p = 0.34}},
                         .decided_by = "beta-product",
                         .verdict =
                             "a risk above 0.1 by 1826 in the observed group is not rejected",
                         .sample_sizes = {{.risk = 0.05, .first = 128, .from = 152}}};
  std::vector<double> risks;
  for (const Subject& subject : subjects) {
    risks.push_back(subject.risk);
  }
  const CaseWeights weights = CaseWeights::ones(size_of(risks));
  triage.shares = triage::tornado(triage.harms, risks, {}, weights);
  const std::vector<double> one(risks.size(), 1.0);
  const triage::Rule rule = triage::make_rule(triage.harms, {.horizon = horizon}, risks, one);
  std::array<std::vector<Subject>, 3> groups;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Subject& subject = subjects[i];
    const double half = 0.02 + 0.06 * subject.risk * (1 - subject.risk);
    triage::Evidence evidence;
    evidence.observed = {
        subject.risk, std::max(0.0, subject.risk - half), std::min(1.0, subject.risk + half)};
    if (i % 70 == 3) {
      evidence.missing_inputs = {"grade"};
    }
    const triage::Decision decision = triage::decide(rule, evidence);
    groups.at(static_cast<std::size_t>(decision.action)).push_back(subject);
    triage.rows.push_back({"S" + std::to_string(i),
                           decision.action,
                           subject.risk,
                           evidence.observed.lower,
                           evidence.observed.upper,
                           0.6 * subject.risk,
                           0.4 * subject.risk,
                           horizon,
                           decision.reasons,
                           evidence.missing_inputs,
                           {}});
    triage.outcomes.push_back(subject.time > horizon ? report::HorizonOutcome::no_event
                              : subject.event        ? report::HorizonOutcome::event
                                                     : report::HorizonOutcome::unknown);
  }
  for (double t = 0; t <= 2557; t += 365.25) {
    triage.risk_times.push_back(t);
  }
  for (const triage::Action action : report::all_actions) {
    const auto& group = groups.at(static_cast<std::size_t>(action));
    triage.curves.push_back(curve_of(action, group));
    triage.zones.push_back(zone_of(triage.curves.back(), group, risks.size()));
  }
  return triage;
}

report::CalibrationSummary calibration_of(const std::string& learner, double tilt) {
  report::CalibrationSummary calibration{
      .learner = learner, .resampling = "external:gbsg", .horizon = horizon};
  for (int group = 0; group < 10; ++group) {
    const double predicted = 0.18 + 0.065 * group;
    const double observed = predicted + tilt * (predicted - 0.45) + 0.02 * ((group * 7) % 5 - 2);
    calibration.groups.push_back({predicted, observed, observed - 0.09, observed + 0.1, 69});
    calibration.curve_predicted.push_back(predicted);
    calibration.curve_observed.push_back(predicted + tilt * (predicted - 0.45));
    calibration.curve_lower.push_back(predicted + tilt * (predicted - 0.45) - 0.05);
    calibration.curve_upper.push_back(predicted + tilt * (predicted - 0.45) + 0.05);
  }
  for (int bin = 0; bin < 20; ++bin) {
    calibration.bin_start.push_back(0.05 * bin);
    calibration.bin_end.push_back(0.05 * (bin + 1));
    calibration.bin_subjects.push_back(
        static_cast<Index>(std::lround(90 * std::exp(-0.5 * std::pow((bin - 9) / 3.5, 2)))));
  }
  return calibration;
}

PerformanceRow performance(const std::string& learner,
                           const std::string& measure,
                           const std::string& resampling,
                           std::array<double, 3> value,
                           double at_horizon = not_available) {
  PerformanceRow row;
  row.learner = learner;
  row.measure = measure;
  row.horizon = at_horizon;
  row.resampling = resampling;
  row.estimate = value[0];
  row.lower = value[1];
  row.upper = value[2];
  row.se = (value[2] - value[1]) / 3.92;
  row.interval_method = "influence";
  const bool external = resampling != "nested-cv";
  row.subjects = external ? 686 : 1546;
  row.events = external ? 299 : 945;
  row.resamples = external ? 1 : 50;
  return row;
}

void add_performance(report::Report& report) {
  for (const char* learner : {"cox", "net"}) {
    const double shift = std::string(learner) == "cox" ? 0 : 0.004;
    report.performance.push_back(
        performance(learner, "harrell_c", "nested-cv", {0.672 + shift, 0.655, 0.69}));
    report.performance.push_back(
        performance(learner, "harrell_c", "external:gbsg", {0.669 - shift, 0.639, 0.699}));
    report.performance.push_back(
        performance(learner, "auc", "nested-cv", {0.716 + shift, 0.689, 0.742}, horizon));
    report.performance.push_back(
        performance(learner, "auc", "external:gbsg", {0.702 - shift, 0.655, 0.748}, horizon));
    report.performance.push_back(
        performance(learner, "brier", "nested-cv", {0.218, 0.21, 0.226}, horizon));
    report.performance.push_back(
        performance(learner, "brier", "external:gbsg", {0.221, 0.206, 0.237}, horizon));
    report.performance.push_back(performance(
        learner, "calibration_slope", "nested-cv", {0.97 + 10 * shift, 0.86, 1.09}, horizon));
    report.performance.push_back(performance(
        learner, "calibration_slope", "external:gbsg", {1.07 + 10 * shift, 0.82, 1.32}, horizon));
    report.performance.push_back(
        performance(learner, "oe_ratio", "nested-cv", {1.0, 0.95, 1.06}, horizon));
    report.performance.push_back(
        performance(learner, "oe_ratio", "external:gbsg", {1.04, 0.93, 1.16}, horizon));
  }
  ComparisonRow comparison;
  comparison.learner = "net";
  comparison.reference = "cox";
  comparison.measure = "harrell_c";
  comparison.resampling = "external:gbsg";
  comparison.difference = -0.004;
  comparison.se = 0.003;
  comparison.lower = -0.01;
  comparison.upper = 0.002;
  comparison.p = 0.18;
  report.comparisons.push_back(comparison);
}

void add_features(report::Report& report) {
  const std::array<const char*, 9> names{
      "nodes", "size: 20-50", "size: >50", "grade 3", "pgr", "age", "hormon", "er", "meno"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Index selected = 50 - static_cast<Index>(i * i / 2);
    const double coefficient =
        i == 7 ? not_available : (i % 3 == 1 ? -1 : 1) * (0.5 - 0.05 * static_cast<double>(i));
    report.selected_features.push_back({"net",
                                        names.at(i),
                                        i == 0 ? "pathology" : "biopsy",
                                        static_cast<double>(selected) / 50,
                                        selected,
                                        50,
                                        coefficient});
    report.coefficients.push_back({"cox", names.at(i), 0.3 - 0.06 * static_cast<double>(i), 0.05});
  }
}

void add_centres(report::Report& report) {
  for (int centre = 0; centre < 4; ++centre) {
    CentreRow row;
    row.learner = "cox";
    row.measure = "harrell_c";
    row.centre = "centre " + std::to_string(centre + 1);
    row.subjects = 120 + 40 * centre;
    row.events = 50 + 15 * centre;
    row.estimate = 0.64 + 0.015 * centre;
    row.se = 0.03 - 0.003 * centre;
    report.centres.push_back(row);
  }
  CentreRow pooled;
  pooled.learner = "cox";
  pooled.measure = "harrell_c";
  pooled.subjects = 686;
  pooled.events = 299;
  pooled.mu = 0.664;
  pooled.tau2 = 0.0002;
  pooled.i2 = 0.2;
  pooled.lower = 0.631;
  pooled.upper = 0.697;
  pooled.prediction_lower = 0.61;
  pooled.prediction_upper = 0.718;
  pooled.adequate_from = 0.65;
  pooled.adequate_probability = 0.625;
  report.centres.push_back(pooled);
}

} // namespace

report::NullCheckSummary failed_null_check() {
  report::NullCheckSummary check{
      .form = "quick", .permutations = 20, .resamples = 5, .within_centre = true, .failed = true};
  check.learners = {{.learner = "leaky",
                     .permutations = 20,
                     .concordance = 0.75,
                     .se = 0.0125,
                     .limit = 0.5375,
                     .selected = 3.5,
                     .failed = true,
                     .because = "concordance 0.750 <above> its limit"},
                    {.learner = "cox", .permutations = 20, .concordance = 0.5, .limit = 0.5625},
                    {.learner = "net", .because = "no model"}};
  return check;
}

report::Report tiny_report() {
  report::Report report{.title = "Tiny <b>study</b> & \"friends\""};
  report.endpoint = "recurrence";
  report.time_unit = TimeUnit::months;
  report.inputs.push_back({.file = "tiny.csv", .digest = "abc", .subjects = 4, .events = 2});
  report.plan = {.scheme = "nested-cv", .folds = 2, .repeats = 1, .seed = 1, .learners = {"cox"}};
  report.flows.push_back({"", {{"read", 5, 3, ""}, {"analysed", 4, 2, "a\ttab"}}});
  report.flows.push_back({"far", {{"read", 2, 1, ""}}});
  PerformanceRow row = performance("cox", "harrell_c", "nested-cv", {0.75, 0.5, 1.0});
  row.se = 0.125;
  row.subjects = 4;
  row.events = 2;
  row.resamples = 2;
  report.performance.push_back(row);
  report.coefficients.push_back({"cox", "</script><script>alert(1)</script>", 0.1, not_available});
  report.proportional_hazards = {
      {.learner = "cox",
       .feature = "<i>age</i>",
       .chi_square = 2.5,
       .degrees_of_freedom = 1,
       .p = 0.125},
      {.learner = "cox",
       .feature = "(global)",
       .chi_square = 12.5,
       .degrees_of_freedom = 2,
       .p = 0.00025},
      {.learner = "small", .feature = "(global)", .undefined_because = "no events"}};
  report.selected_features.push_back({"cox", "age", "biopsy", 0.5, 1, 2, 0.1});
  report.passport = {{.learner = "cox",
                      .feature = "<i>il6</i>",
                      .frequency = 0.5,
                      .z = 2.5,
                      .centres = 2,
                      .same_sign = 1,
                      .mu = 0.5,
                      .lower = -0.25,
                      .upper = 1.25,
                      .centre_share = 0.125}};
  report.replication = {{.feature = "<i>il6</i>",
                         .cohort = "far",
                         .subjects = 2,
                         .events = 1,
                         .z = -1.5,
                         .p = 0.125,
                         .same_sign = "no",
                         .undefined_because = "a\ttab"}};
  report.predictions = {
      {12, 24.5},
      {{"cox", "nested-cv", 1, 2, "id-one", "", 3.5, 1, 0.25, {0.1, 0.2}, {0.05, 0.1}, {0.2, 0.3}},
       {"cox", "nested-cv", 1, 1, "id-two", "north", 7, 0, -1, {0.3, not_available}, {}, {}}}};
  report.folds = {{"id-one", 1, 2}, {"id-two", 1, 1}};
  report.importance = {{"trees", "shadow", "a\tge", 0.125, 0.25, 0.5},
                       {"trees", "shadow", "<i>stage</i>", -1, not_available, not_available}};
  report.forests.push_back(
      {.learner = "trees",
       .trees = 20,
       .importance_on = "brier@12",
       .importance = {{.kind = "shadow", .features = 2, .first = report.importance}},
       .error = {{.trees = 10, .undefined_because = "no tree cuts any column"},
                 {.trees = 20, .concordance = 0.75, .se = 0.5, .bias = -0.25, .ranking = 0.125}}});
  report::TriageSummary triage{.learner = "cox", .horizon = 12};
  triage.harms = {1, 0.2, 0.04, 0.27, 0.6};
  triage.on_reduction = {0.185, 0.2, 0.259, true};
  triage.on_risk = {0.463, 0.5, 0.648, true};
  for (const auto action : report::all_actions) {
    triage::ActionAudit zone;
    zone.action = action;
    zone.subjects = action == triage::Action::resect ? 0 : 1;
    zone.share = 0.5 * static_cast<double>(zone.subjects);
    triage.zones.push_back(zone);
  }
  triage.rows.push_back(
      {"id-one", triage::Action::observe, 0.1, 0.05, 0.2, 0.06, 0.04, 12, {}, {}, {}});
  triage.rows.push_back({"id-two",
                         triage::Action::board,
                         not_available,
                         not_available,
                         not_available,
                         not_available,
                         not_available,
                         12,
                         {"R08", "R19"},
                         {"age"},
                         {}});
  triage.outcomes = {report::HorizonOutcome::no_event, report::HorizonOutcome::event};
  report.triage = triage;
  return report;
}

report::Report large_report(Index subjects) {
  report::Report report{.title = "Breast cancer after surgery: Rotterdam to GBSG"};
  report.subjects_are = "women with node-positive breast cancer after surgery (Rotterdam)";
  report.endpoint = "recurrence or death";
  report.time_unit = TimeUnit::days;
  report.inputs.push_back({.file = "rotterdam.csv",
                           .digest = "4f51c2aa90b1de7733",
                           .time_column = "rfs_days",
                           .event_column = "rfs",
                           .subjects = 1546,
                           .clinical = 8,
                           .events = 945,
                           .median_follow_up = 3387});
  report.inputs.push_back({.id = "gbsg",
                           .file = "gbsg.csv",
                           .digest = "90ab12ff00c1de7733",
                           .time_column = "rfs_days",
                           .event_column = "rfs",
                           .subjects = subjects,
                           .clinical = 8,
                           .events = 299,
                           .centres = 4,
                           .median_follow_up = 1645});
  report.plan = {.scheme = "nested-cv",
                 .folds = 5,
                 .repeats = 10,
                 .inner_folds = 5,
                 .resamples = 50,
                 .fits = 552,
                 .seed = 20260101,
                 .horizons = {730, horizon},
                 .learners = {"cox", "net"}};
  report.flows.push_back({"",
                          {{"rows in rotterdam.csv", 2982, 1713, ""},
                           {"nodes > 0", 1546, 1080, "node-negative"},
                           {"analysed", 1546, 945, "follow-up cut at 84 months"}}});
  report.flows.push_back(
      {"gbsg", {{"rows in gbsg.csv", 686, 299, ""}, {"analysed", 686, 299, ""}}});
  add_performance(report);
  add_features(report);
  report.forests = {sample_forest()};
  add_centres(report);
  report.calibration = {calibration_of("cox", 0.05), calibration_of("net", -0.1)};
  report.triage = triage_of(simulated(subjects));
  report.undeclared_known_at = {"age", "meno", "er"};
  report.warnings = {"Censoring survival at 1826 days is 0.18 in gbsg (below 0.20): estimates at "
                     "this horizon rest on few subjects."};
  return report;
}

} // namespace vigil::test
