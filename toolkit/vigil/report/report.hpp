// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/cohort.hpp"
#include "vigil/triage/apply_rule.hpp"
#include "vigil/triage/audit.hpp"
#include "vigil/triage/risk_control.hpp"
#include "vigil/triage/zone_shares.hpp"
#include "vigil/validate/null_verdict.hpp"
#include "vigil/validate/summary.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The finished values of a study, as the page and the tables show them. Nothing here is computed by `report`;
/// every time is in the cohort's unit, every share and risk in [0, 1]; a missing number is NaN and prints as NA.
namespace vigil::report {

/// A cohort that was read: the study's own (id empty) or an external one.
struct InputSummary {
  std::string id = {};
  std::string file = {}; ///< without its folder
  std::string digest = {};
  std::string time_column = {}, event_column = {};
  Index subjects = 0, markers = 0, clinical = 0, events = 0;
  Index centres = 0;                       ///< 0: no centre column
  double median_follow_up = not_available; ///< reverse Kaplan-Meier
  std::vector<std::string> notes = {};     ///< what was assumed or converted on reading
};

/// What was run. `fits` counts the models of the resamples and the final ones, not those fitted inside to tune. folds and
/// repeats are 0 where the scheme has none.
struct PlanSummary {
  std::string scheme = {};
  Index folds = 0, repeats = 0, inner_folds = 0, resamples = 0, fits = 0;
  std::uint64_t seed = 0;
  std::vector<double> horizons = {};
  std::string censoring = {}; ///< "marginal", or "cox:" and the columns of the model of censoring
  std::vector<std::string> learners = {};
};

/// The way of one cohort (id as in InputSummary) to its analysed subjects.
struct CohortFlow {
  std::string id = {};
  std::vector<FlowStep> steps = {};
};

/// One row of predictions.tsv; risk, lower and upper hold one number per horizon (lower, upper may be empty).
struct PredictionRow {
  std::string learner = {}, scheme = {};
  Index repeat = 0, fold = 0;
  std::string subject = {}, centre = {};
  double time = not_available, event = not_available, score = not_available;
  std::vector<double> risk = {}, lower = {}, upper = {};
};
struct PredictionTable {
  std::vector<double> horizons = {};
  std::vector<PredictionRow> rows = {};
};

/// One row of folds.tsv.
struct FoldRow {
  std::string subject = {};
  Index repeat = 0, fold = 0;
};

/// One row of selected_features.tsv: `frequency` = `selected` / `fits` over the outer resamples; `coefficient` is
/// that of the model fitted to all subjects (NaN: not in it).
struct SelectedFeatureRow {
  std::string learner = {}, feature = {}, known_at = {};
  double frequency = not_available;
  Index selected = 0, fits = 0;
  double coefficient = not_available;
};

/// One row of coefficients.tsv: the model fitted to all subjects, original feature scale.
struct CoefficientRow {
  std::string learner = {}, feature = {};
  double coefficient = not_available, se = not_available;
};

/// One row of proportional_hazards.tsv: does the coefficient of a feature change with time, in the Cox model fitted to all
/// subjects; "(global)": any of them.
struct HazardTestRow {
  std::string learner = {}, feature = {};
  double chi_square = not_available;
  Index degrees_of_freedom = 0;
  double p = not_available;
  std::string undefined_because = {};
};

/// One row of passport.tsv: a marker that a learner selected, and what the study's cohort says of it. z: score test beyond the
/// clinical columns, on the data that selected it. mu: log hazard ratio per SD, mean over centres, with its limits; q_p: one
/// effect in all centres; centre_share: of its variance between centres, centre_p of the F test.
struct PassportRow {
  std::string learner = {}, feature = {}, known_at = {};
  double frequency = not_available, coefficient = not_available, z = not_available;
  Index centres = 0, same_sign = 0; ///< with an effect of their own; of these with the sign of mu
  double mu = not_available, lower = not_available, upper = not_available, tau2 = not_available,
         i2 = not_available, q_p = not_available;
  double centre_share = not_available, centre_p = not_available;
  std::string undefined_because = {};
};

/// One row of replication.tsv: a marker of the passport in an external cohort. estimate: one-step log hazard ratio per SD of the
/// study's cohort; same_sign: "yes", "no" as the z of the study's cohort, empty where one has none.
struct ReplicationRow {
  std::string feature = {}, cohort = {};
  Index subjects = 0, events = 0;
  double estimate = not_available, z = not_available, p = not_available;
  std::string same_sign = {}, undefined_because = {};
};

/// What happened to a subject by the horizon; unknown: left before it without the event.
enum class HorizonOutcome { unknown, no_event, event };

/// Kaplan-Meier of one action group. Steps at the distinct event times; `at_risk` at `TriageSummary::risk_times`.
struct ActionCurve {
  triage::Action action = triage::Action::board;
  std::vector<double> time = {}, survival = {}, lower = {}, upper = {};
  std::vector<double> censored = {}; ///< censoring times, one per subject
  double last_time = not_available;  ///< the curve is drawn up to here
  std::vector<Index> at_risk = {};
};

struct TriageSummary {
  std::string learner = {}, decide_at = {};
  std::string cohort = {}; ///< id of the cohort that was triaged, empty = the study's own
  bool held_out = false;   ///< the risks come from models that had not seen these subjects
  double horizon = not_available;
  bool all_treated = false; ///< prints the banner: safety of observing cannot be studied
  std::vector<std::string> labels = {"observe", "board", "resect"}; ///< words for the three actions
  triage::Harms harms = {};
  triage::Thresholds on_reduction = {}, on_risk = {}; ///< on_risk: only where the ratio is assumed
  std::vector<triage::ActionAudit> zones = {};        ///< in the order of the actions
  std::vector<triage::TornadoRow> shares = {};        ///< the declared row first
  std::vector<triage::TriageRow> rows = {};
  std::vector<HorizonOutcome> outcomes = {}; ///< one for each row, for the waterfall; may be empty
  std::vector<double> risk_times = {};
  std::vector<ActionCurve> curves = {};
  double log_rank_p = not_available;     ///< of the groups, printed in the caption
  std::string guarantee = {};            ///< what is and is not guaranteed about the observed group
  triage::RiskControl risk_control = {}; ///< no tests: no cohort that took no part in the rule
};

/// Said first, on the screen and on the page, where nobody was observed: a headline and what follows from it.
inline constexpr std::string_view all_treated_headline = "All patients were treated.";
inline constexpr std::string_view all_treated_consequence =
    "The labels show how the layer works and are no rule for resection; the safety of observing "
    "cannot be studied in "
    "these data.";

/// The three actions in the order of every table.
inline constexpr std::array<triage::Action, 3> all_actions{
    triage::Action::observe, triage::Action::board, triage::Action::resect};

/// Observed against predicted risk at a horizon: by groups of risk, and smooth where it was computed.
struct CalibrationGroup {
  double predicted = not_available, observed = not_available, lower = not_available,
         upper = not_available;
  Index subjects = 0;
};
struct CalibrationSummary {
  std::string learner = {}, resampling = {};
  double horizon = not_available;
  std::vector<CalibrationGroup> groups = {};
  std::vector<double> curve_predicted = {}, curve_observed = {}, curve_lower = {}, curve_upper = {};
  std::vector<double> bin_start = {}, bin_end = {}; ///< histogram of the predicted risks
  std::vector<Index> bin_subjects = {};
};

/// One row of importance.tsv: what the forest fitted to all subjects owes to a feature, or to a group of features. `se`:
/// Monte-Carlo error, of the trees and not of the subjects.
struct ImportanceRow {
  std::string learner = {}, kind = {}, feature = {};
  double importance = not_available, se = not_available, p = not_available;
};

/// One kind of importance as the page shows it; all rows are in importance.tsv.
struct ImportanceSummary {
  std::string kind = {};
  Index features = 0, undefined = 0;     ///< lines of the kind; those without a value
  std::vector<ImportanceRow> first = {}; ///< the most important ones, at most `most_important`
};
inline constexpr Index most_important = 20;

/// One row of forest_error.tsv: how the first `trees` trees order the subjects that they did not see.
struct ForestErrorRow {
  Index trees = 0;
  double concordance = not_available, se = not_available, bias = not_available;
  double ranking = not_available; ///< error of the order of the most important features
  std::string undefined_because = {};
};

/// A forest fitted to all subjects: how it was grown, and what it tells of itself.
struct ForestSummary {
  std::string learner = {};
  Index trees = 0, subjects = 0, events = 0, columns = 0, strata = 0;
  std::string split_rule = {};
  Index features_per_split = 0, min_node = 0, min_leaf = 0, min_leaf_events = 0;
  double sample_fraction = not_available; ///< missing: with replacement
  double target_error = not_available, target_ranking = not_available; ///< of trees = auto
  std::string importance_on = {};
  std::vector<ImportanceSummary> importance = {};
  std::vector<ForestErrorRow> error = {}; ///< by rising number of trees; the last is the forest's
  std::string undefined_because = {};     ///< why there is no forest
};

/// How often training sets of a learner cut a column at a value, and the cut of its final model. cut NaN: none could be
/// chosen.
struct CutPointRow {
  std::string learner = {}, feature = {};
  double cut = not_available;
  Index resamples = 0;          ///< that chose it
  double share = not_available; ///< of all resamples
  Index is_final =
      0; ///< 1: chosen on all subjects; statistic, p and cuts_compared are of this choice
  double statistic = not_available, p = not_available;
  Index cuts_compared = 0;
  std::string undefined_because = {};
};

/// What the learners made of outcomes that mean nothing (--null-check); `resamples`: fits of each permutation.
struct NullCheckSummary {
  std::string form = {}; ///< quick or full
  Index permutations = 0, resamples = 0;
  bool within_centre = false; ///< the cohort has centres: permuted and compared within them
  bool failed = false;
  std::vector<NullCheckVerdict> learners = {};
};

/// Everything that report.json, the tables and report.html are made of.
struct Report {
  std::string title = {};
  std::string subjects_are =
      {}; ///< who was studied, in words ("women with node-positive breast cancer")
  std::string endpoint = {}; ///< the event, in words
  TimeUnit time_unit = TimeUnit::unstated;
  std::vector<InputSummary> inputs = {};
  PlanSummary plan = {};
  std::vector<CohortFlow> flows = {};
  std::vector<PerformanceRow> performance = {};
  std::vector<ComparisonRow> comparisons = {};
  std::vector<CentreRow> centres = {};
  std::vector<SelectedFeatureRow> selected_features = {};
  std::vector<CoefficientRow> coefficients = {};
  std::vector<HazardTestRow> proportional_hazards = {};
  std::vector<PassportRow> passport = {};
  std::vector<ReplicationRow> replication = {};
  std::vector<ForestSummary> forests = {};
  std::vector<CalibrationSummary> calibration = {};
  std::optional<TriageSummary> triage = {};
  std::string no_triage_because = {};                ///< when `triage` is absent
  std::vector<std::string> undeclared_known_at = {}; ///< features taken to be known at biopsy
  std::vector<std::string> warnings = {};
  std::optional<NullCheckSummary> null_check = {};  ///< absent: not asked for
  PredictionTable predictions = {};                 ///< tables only
  std::vector<FoldRow> folds = {};                  ///< tables only
  std::vector<ImportanceRow> importance = {};       ///< tables only
  std::vector<NullCheckRow> null_permutations = {}; ///< tables only
  std::vector<CutPointRow> cut_points = {};         ///< tables only; empty: no cut was to be chosen
};

} // namespace vigil::report
