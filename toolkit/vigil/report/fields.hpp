// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/hazard_fields.hpp"
#include "vigil/report/null_check_fields.hpp"
#include "vigil/report/passport_fields.hpp"
#include "vigil/report/report.hpp"
#include "vigil/report/risk_control_fields.hpp"
#include "vigil/report/row_type.hpp"

/// The one list of names of everything in a Report: `columns` are those of a table of cli.md in its order,
/// `fields` are all that report.json holds. The table writer, the JSON writer and the JSON reader walk it, so that
/// no name is written twice. `visit(name, member)` is called for each; Row may be const.
namespace vigil::report {

template <class Visitor, Is<FlowStep> Row>
void columns(Visitor& visit, Row& row) {
  visit("step", row.step);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("reason", row.reason);
}

template <class Visitor, Is<PerformanceRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("measure", row.measure);
  visit("horizon", row.horizon);
  visit("threshold", row.threshold);
  visit("cause", row.cause);
  visit("resampling", row.resampling);
  visit("estimate", row.estimate);
  visit("se", row.se);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("level", row.level);
  visit("interval_method", row.interval_method);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("resamples", row.resamples);
  visit("undefined", row.undefined);
  visit("small_folds", row.small_folds);
  visit("inflation", row.inflation);
  visit("mean_squared_error", row.mean_squared_error);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<ComparisonRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("reference", row.reference);
  visit("measure", row.measure);
  visit("horizon", row.horizon);
  visit("resampling", row.resampling);
  visit("difference", row.difference);
  visit("se", row.se);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("p", row.p);
}

template <class Visitor, Is<CentreRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("measure", row.measure);
  visit("horizon", row.horizon);
  visit("centre", row.centre);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("estimate", row.estimate);
  visit("se", row.se);
  visit("mu", row.mu);
  visit("tau2", row.tau2);
  visit("i2", row.i2);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("prediction_lower", row.prediction_lower);
  visit("prediction_upper", row.prediction_upper);
  visit("adequate_from", row.adequate_from);
  visit("adequate_to", row.adequate_to);
  visit("adequate_probability", row.adequate_probability);
  visit("adequate_with_slope", row.adequate_with_slope);
  visit("resampling", row.resampling);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<FoldRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("subject", row.subject);
  visit("repeat", row.repeat);
  visit("fold", row.fold);
}

template <class Visitor, Is<SelectedFeatureRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("feature", row.feature);
  visit("known_at", row.known_at);
  visit("frequency", row.frequency);
  visit("selected", row.selected);
  visit("fits", row.fits);
  visit("coefficient", row.coefficient);
}

template <class Visitor, Is<CoefficientRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("feature", row.feature);
  visit("coefficient", row.coefficient);
  visit("se", row.se);
}

/// Without the learner and the kind, which report.json says once.
template <class Visitor, Is<ImportanceRow> Row>
void fields(Visitor& visit, Row& row) {
  visit("feature", row.feature);
  visit("importance", row.importance);
  visit("se", row.se);
  visit("p", row.p);
}

template <class Visitor, Is<ImportanceRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("kind", row.kind);
  fields(visit, row);
}

template <class Visitor, Is<CutPointRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("feature", row.feature);
  visit("cut", row.cut);
  visit("resamples", row.resamples);
  visit("share", row.share);
  visit("final", row.is_final);
  visit("statistic", row.statistic);
  visit("p", row.p);
  visit("cuts_compared", row.cuts_compared);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<ForestErrorRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("trees", row.trees);
  visit("oob_concordance", row.concordance);
  visit("se", row.se);
  visit("bias", row.bias);
  visit("ranking_error", row.ranking);
  visit("undefined_because", row.undefined_because);
}

/// All of triage.tsv but the subject's name, which report.json leaves out.
template <class Visitor, Is<triage::TriageRow> Row>
void decision_columns(Visitor& visit, Row& row) {
  visit("action", row.action);
  visit("risk", row.risk);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("risk_resected", row.risk_resected);
  visit("reduction", row.reduction);
  visit("horizon", row.horizon);
  visit("reason", row.reasons);
}

template <class Visitor, Is<triage::TriageRow> Row>
void columns(Visitor& visit, Row& row) {
  visit("subject", row.subject);
  decision_columns(visit, row);
}

template <class Visitor, class Row>
requires Is<Row, FlowStep> || Is<Row, PerformanceRow> || Is<Row, ComparisonRow> ||
    Is<Row, CentreRow> || Is<Row, SelectedFeatureRow> || Is<Row, CoefficientRow> ||
    Is<Row, PassportRow> || Is<Row, ReplicationRow> || Is<Row, ForestErrorRow>
void fields(Visitor& visit, Row& row) {
  columns(visit, row);
}

template <class Visitor, Is<triage::TriageRow> Row>
void fields(Visitor& visit, Row& row) {
  decision_columns(visit, row);
  visit("missing_inputs", row.missing_inputs);
  visit("outside_inputs", row.outside_inputs);
}

template <class Visitor, Is<InputSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("id", row.id);
  visit("file", row.file);
  visit("digest", row.digest);
  visit("time", row.time_column);
  visit("event", row.event_column);
  visit("subjects", row.subjects);
  visit("markers", row.markers);
  visit("clinical", row.clinical);
  visit("events", row.events);
  visit("centres", row.centres);
  visit("median_follow_up", row.median_follow_up);
  visit("notes", row.notes);
}

template <class Visitor, Is<PlanSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("scheme", row.scheme);
  visit("folds", row.folds);
  visit("repeats", row.repeats);
  visit("inner_folds", row.inner_folds);
  visit("resamples", row.resamples);
  visit("fits", row.fits);
  visit("seed", row.seed);
  visit("horizons", row.horizons);
  visit("censoring", row.censoring);
  visit("learners", row.learners);
}

template <class Visitor, Is<CohortFlow> Row>
void fields(Visitor& visit, Row& row) {
  visit("id", row.id);
  visit("steps", row.steps);
}

template <class Visitor, Is<triage::ActionAudit> Row>
void fields(Visitor& visit, Row& row) {
  visit("action", row.action);
  visit("subjects", row.subjects);
  visit("share", row.share);
  visit("events", row.events);
  visit("risk", row.risk);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<triage::ZoneShares> Row>
void fields(Visitor& visit, Row& row) {
  visit("observe", row.observe);
  visit("board", row.board);
  visit("resect", row.resect);
}

template <class Visitor, Is<triage::Thresholds> Row>
void fields(Visitor& visit, Row& row) {
  visit("observe_below", row.observe_below);
  visit("two_way", row.two_way);
  visit("resect_above", row.resect_above);
  visit("board_zone_exists", row.board_zone_exists);
}

template <class Visitor, Is<triage::TornadoRow> Row>
void fields(Visitor& visit, Row& row) {
  visit("assumption", row.assumption);
  visit("residual_risk_ratio", row.residual_risk_ratio);
  visit("board_skill", row.board_skill);
  visit("thresholds", row.thresholds);
  visit("shares", row.shares);
  visit("declared", row.declared);
}

template <class Visitor, Is<triage::Harms> Row>
void fields(Visitor& visit, Row& row) {
  visit("missed_event", row.missed_event);
  visit("resection", row.resection);
  visit("board", row.board);
  visit("board_skill", row.board_skill);
  visit("residual_risk_ratio", row.residual_risk_ratio);
}

template <class Visitor, Is<ActionCurve> Row>
void fields(Visitor& visit, Row& row) {
  visit("action", row.action);
  visit("time", row.time);
  visit("survival", row.survival);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("censored", row.censored);
  visit("last_time", row.last_time);
  visit("at_risk", row.at_risk);
}

template <class Visitor, Is<TriageSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("decide_at", row.decide_at);
  visit("cohort", row.cohort);
  visit("held_out", row.held_out);
  visit("horizon", row.horizon);
  visit("all_treated", row.all_treated);
  visit("labels", row.labels);
  visit("harms", row.harms);
  visit("thresholds_on_reduction", row.on_reduction);
  visit("thresholds_on_risk", row.on_risk);
  visit("zones", row.zones);
  visit("shares", row.shares);
  visit("risk_times", row.risk_times);
  visit("curves", row.curves);
  visit("log_rank_p", row.log_rank_p);
  visit("guarantee", row.guarantee);
  visit("risk_control", row.risk_control);
  visit("subjects", row.rows);
  visit("outcomes", row.outcomes);
}

template <class Visitor, Is<CalibrationGroup> Row>
void fields(Visitor& visit, Row& row) {
  visit("predicted", row.predicted);
  visit("observed", row.observed);
  visit("lower", row.lower);
  visit("upper", row.upper);
  visit("subjects", row.subjects);
}

template <class Visitor, Is<CalibrationSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("resampling", row.resampling);
  visit("horizon", row.horizon);
  visit("groups", row.groups);
  visit("curve_predicted", row.curve_predicted);
  visit("curve_observed", row.curve_observed);
  visit("curve_lower", row.curve_lower);
  visit("curve_upper", row.curve_upper);
  visit("bin_start", row.bin_start);
  visit("bin_end", row.bin_end);
  visit("bin_subjects", row.bin_subjects);
}

template <class Visitor, Is<ImportanceSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("kind", row.kind);
  visit("features", row.features);
  visit("undefined", row.undefined);
  visit("first", row.first);
}

template <class Visitor, Is<ForestSummary> Row>
void fields(Visitor& visit, Row& row) {
  visit("learner", row.learner);
  visit("trees", row.trees);
  visit("subjects", row.subjects);
  visit("events", row.events);
  visit("columns", row.columns);
  visit("strata", row.strata);
  visit("split_rule", row.split_rule);
  visit("features_per_split", row.features_per_split);
  visit("min_node", row.min_node);
  visit("min_leaf", row.min_leaf);
  visit("min_leaf_events", row.min_leaf_events);
  visit("sample_fraction", row.sample_fraction);
  visit("target_error", row.target_error);
  visit("target_ranking", row.target_ranking);
  visit("importance_on", row.importance_on);
  visit("importance", row.importance);
  visit("error", row.error);
  visit("undefined_because", row.undefined_because);
}

template <class Visitor, Is<Report> Row>
void fields(Visitor& visit, Row& row) {
  visit("title", row.title);
  visit("subjects_are", row.subjects_are);
  visit("endpoint", row.endpoint);
  visit("time_unit", row.time_unit);
  visit("inputs", row.inputs);
  visit("plan", row.plan);
  visit("cohort_flow", row.flows);
  visit("performance", row.performance);
  visit("comparisons", row.comparisons);
  visit("centres", row.centres);
  visit("selected_features", row.selected_features);
  visit("coefficients", row.coefficients);
  visit("proportional_hazards", row.proportional_hazards);
  visit("passport", row.passport);
  visit("replication", row.replication);
  visit("forests", row.forests);
  visit("calibration", row.calibration);
  visit("triage", row.triage);
  visit("no_triage_because", row.no_triage_because);
  visit("undeclared_known_at", row.undeclared_known_at);
  visit("warnings", row.warnings);
  visit("null_check", row.null_check);
}

} // namespace vigil::report
