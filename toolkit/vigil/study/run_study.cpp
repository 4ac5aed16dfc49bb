// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/run_study.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/censoring_columns.hpp"
#include "vigil/study/cohort_summary.hpp"
#include "vigil/study/forest_rows.hpp"
#include "vigil/study/model_tables.hpp"
#include "vigil/study/study_checks.hpp"
#include "vigil/study/study_cuts.hpp"
#include "vigil/study/study_leaks.hpp"
#include "vigil/study/study_null_check.hpp"
#include "vigil/study/study_passports.hpp"
#include "vigil/study/study_plan.hpp"
#include "vigil/study/study_rows.hpp"
#include "vigil/study/study_triage.hpp"
#include "vigil/study/study_units.hpp"
#include "vigil/validate/summarise.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace vigil {

namespace {

/// One run of a study: its parts in the order in which they come to be.
class StudyRun {
public:
  StudyRun(const StudySettings& study, const StudyWatch& watch, FitContext& context)
      : study_(study), watch_(watch), context_(context), key_(study.seed),
        cohort_(read(study.data, study.data.time_unit, "")), weights_(cohort_.weights()),
        horizons_(study_horizons(study, cohort_)),
        plan_(study_plan(study, cohort_, key_.child("resample"))),
        work_(study_work(study, cohort_, key_.child("resample"))) {
    for (const auto& entry : measure::table()) {
      if (entry.in_every_study) {
        options_.measures.push_back(&entry);
      }
    }
    options_.horizons = horizons_;
    options_.tau = horizons_.back();
    options_.estimator = study.validate.estimator;
    options_.adequate = study.validate.adequate;
    options_.resampling =
        study.validate.folds_file.empty() ? study.validate.scheme : plan_.scheme();
  }

  /// All that can refuse a study, before any model is fitted.
  void prepare() {
    read_externals();
    for (const double horizon : horizons_) {
      support_ = survival::horizon_support(
          cohort_.data().outcome, weights_, horizon, study_.validate.min_censoring_survival);
      warn_of_thin_follow_up(support_, horizon, "", report_.warnings);
    }
    censoring_ = modelled_censoring(study_, cohort_, externals_, horizons_, report_.warnings);
    options_.censoring = censoring_.front();
    warn_of_few_events(study_, cohort_, externals_, report_.warnings);
    warn_of_few_centres(study_, cohort_, report_.warnings);
    check_learners(study_, cohort_, context_.scheduler);
    look_for_leaks();
    warn_of_unseen_batches(study_, report_.warnings);
    report_.no_triage_because = check_triage(study_, cohort_, externals_);
    say_plan();
  }

  /// What is kept of its work.
  [[nodiscard]] ShardFolder folder(const std::filesystem::path& units, KeptBy kept_by) const {
    return {units,
            predictions_digest(study_, report_.inputs.front().digest, work_, horizons_),
            kept_by};
  }

  [[nodiscard]] StudyUnits units(const ShardFolder& folder) {
    return {{.cohort = cohort_,
             .plan = work_,
             .learners = study_.learners,
             .request = {horizons_},
             .shard = {}},
            folder,
            watch_,
            context_};
  }

  [[nodiscard]] StudyNullCheck null_check(const ShardFolder& folder) {
    return {study_.validate.null_check,
            {.cohort = cohort_,
             .plan = plan_,
             .learners = study_.learners,
             .key = key_.child("null-check"),
             .tau = options_.tau,
             .cause = options_.cause},
            folder,
            watch_,
            context_};
  }

  /// What follows from the records of all resamples, and from the units of the null check.
  StudyResult conclude(std::vector<ResampleRecord> records, const StudyNullCheck& check) {
    records_ = std::move(records);
    pairs_ = take_pairs(records_, plan_);
    models_ = fit_final({cohort_, weights_, study_.learners, {horizons_}, key_}, context_);
    summarise_internal();
    for (std::size_t external = 0; external < externals_.size(); ++external) {
      validate_external(external);
    }
    add_passports_of_study();
    decide();
    check.conclude(records_, report_);
    warn(perfect_ranking_warnings(report_.performance));
    finish();
    return {.report = std::move(report_),
            .models = std::move(models_),
            .largest_supported_horizon = support_.largest_supported};
  }

private:
  [[nodiscard]] Cohort
  read(storage::CohortRequest request, std::optional<TimeUnit> unit, const std::string& id) {
    request.memory_bytes = context_.memory_bytes;
    if (!id.empty() && unit && *unit != TimeUnit::unstated) {
      request.convert_to = unit;
    }
    Cohort cohort = storage::open_cohort(request, context_.scheduler);
    auto summary = input_summary(cohort, id);
    for (auto& note : idle_column_notes(cohort, context_.scheduler)) {
      summary.notes.push_back(std::move(note));
    }
    watch_.say(id.empty() ? "input" : "external",
               summary.file + "  " + counts_line(summary) + "  sha256 " +
                   summary.digest.substr(0, 12));
    for (const auto& note : summary.notes) {
      watch_.say("", note);
    }
    report_.inputs.push_back(summary);
    report_.flows.push_back({.id = id, .steps = cohort.parts().flow});
    report_.flows.back().steps.push_back(
        {.step = "analysed", .subjects = cohort.subjects(), .events = cohort.events()});
    return cohort;
  }

  void look_for_leaks() {
    refuse_outcome_copies(cohort_, context_.scheduler);
    warn(input_warnings(study_, cohort_));
    warn(copied_subject_warnings(cohort_, context_.scheduler));
    for (std::size_t number = 0; number < externals_.size(); ++number) {
      warn(shared_subject_warnings(cohort_, externals_[number], study_.externals[number].id));
    }
  }

  void warn(const std::vector<std::string>& warnings) {
    report_.warnings.insert(report_.warnings.end(), warnings.begin(), warnings.end());
  }

  void read_externals() {
    for (const auto& external : study_.externals) {
      externals_.push_back(read(external.request, cohort_.time_unit(), external.id));
    }
  }

  void say_plan() {
    report_.plan = plan_summary(study_, options_.resampling, plan_, work_.size(), horizons_);
    watch_.say("plan",
               count_text(size_of(study_.learners), "learner") + " x (" +
                   count_text(work_.size(), "resample") +
                   " + 1) = " + count_text(report_.plan.fits) + " fits   scheme " +
                   options_.resampling + "   seed " + number_text(static_cast<Index>(study_.seed)) +
                   "   memory " + bytes_text(context_.memory_bytes));
  }

  void add(const Summary& summary) {
    const auto append = [](const auto& from, auto& to) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(summary.performance, report_.performance);
    append(summary.comparisons, report_.comparisons);
    append(summary.centres, report_.centres);
  }

  void summarise_internal() {
    std::vector<ResampleRecord> apparent;
    for (const auto& model : models_) {
      apparent.push_back(model.apparent);
    }
    add(summarise(
        {cohort_, weights_, plan_, records_, apparent, pairs_}, options_, context_.scheduler));
    report_.predictions.horizons = horizons_;
    add_predictions(records_, cohort_, plan_, options_.resampling, report_.predictions);
    report_.folds = fold_rows(cohort_, plan_);
    report_.selected_features = selected_feature_rows(records_, models_, cohort_);
    report_.coefficients = coefficient_rows(models_, cohort_);
    report_.cut_points = cut_point_rows(records_, models_);
    warn(cut_notes(report_.cut_points, plan_.size()));
    report_.proportional_hazards = hazard_rows(models_);
    add_forests(models_, study_.learner_options, report_);
    if (externals_.empty()) {
      for (const auto& learner : study_.learners) {
        const auto prediction =
            held_out_prediction(records_, learner.name, plan_, cohort_.subjects());
        add_calibration(cohort_, prediction, learner.name, options_.resampling);
      }
    }
  }

  void add_passports_of_study() {
    std::vector<NamedCohort> externals;
    for (std::size_t number = 0; number < externals_.size(); ++number) {
      externals.push_back({study_.externals[number].id, externals_[number]});
    }
    add_passports(cohort_, externals, context_, report_);
  }

  /// Calibration at the horizon of the decision, among the subjects that have a risk.
  void add_calibration(const Cohort& cohort,
                       const Prediction& prediction,
                       const std::string& learner,
                       const std::string& resampling) {
    const double horizon = study_.triage ? study_.triage->horizon : horizons_.back();
    if (auto summary = calibration_at(horizon, cohort, prediction, learner, resampling)) {
      report_.calibration.push_back(std::move(*summary));
    }
  }

  void validate_external(std::size_t number) {
    const auto& cohort = externals_[number];
    const auto& id = study_.externals[number].id;
    const auto predictions = predict_external(models_, cohort, {horizons_}, context_);
    SummaryOptions options = options_;
    options.horizons = supported_horizons(
        horizons_, cohort, id, study_.validate.min_censoring_survival, report_.warnings);
    options.censoring = censoring_[number + 1];
    add(summarise_external(
        {id,
         cohort,
         predictions,
         null_risks(cohort_.data().outcome, weights_, options.horizons, options.cause)},
        options,
        context_.scheduler));
    add_external_predictions(predictions, cohort, id, report_.predictions);
    for (const auto& prediction : predictions) {
      add_calibration(cohort, prediction.prediction, prediction.learner, "external:" + id);
    }
    if (number == 0) {
      first_external_ = predictions;
    }
  }

  /// Decisions for the first external cohort, else for the study's own subjects by held-out predictions.
  void decide() {
    if (!report_.no_triage_because.empty()) {
      return;
    }
    const auto& settings = *study_.triage;
    const auto& model = models_[at(triage_learner(study_))];
    if (model.model.status() == FitStatus::undefined) {
      const auto record = model.model.record();
      report_.no_triage_because = "the model " + model.learner + " is undefined" +
                                  (record.has("reason") ? ": " + record.text("reason") : "");
      return;
    }
    const auto& apparent = model.apparent.prediction.risk;
    const Index horizon = find_horizon(apparent, settings.horizon);
    VIGIL_EXPECTS(horizon != no_index);
    const auto basis =
        triage_basis(settings, stored_record(model.model, support_.largest_supported));
    if (!externals_.empty()) {
      const auto& prediction = first_external_[at(triage_learner(study_))].prediction;
      report_.triage =
          triage_cohort(settings, basis, externals_.front(), prediction, context_.scheduler);
      add_risk_control(settings, externals_.front(), *report_.triage);
      report_.triage->cohort = study_.externals.front().id;
      report_.triage->held_out = true;
    } else {
      decide_own(basis, model);
    }
    report_.triage->shares = zone_tornado(settings, apparent.at_horizon(horizon), weights_);
    if (!report_.triage->shares.empty()) {
      auto warning = triage::no_resection_warning(report_.triage->shares.front().shares);
      if (!warning.empty()) {
        report_.warnings.insert(report_.warnings.begin(), std::move(warning));
      }
    }
  }

  /// Held-out risks where everybody was held out once, else those of the final model.
  void decide_own(const TriageBasis& basis, const FinalModel& model) {
    const auto& settings = *study_.triage;
    const auto& scheme = study_.validate.scheme;
    const bool everybody_held_out =
        !draws_with_replacement(plan_) && scheme != "subsampling" && scheme != "split";
    const auto prediction =
        everybody_held_out
            ? held_out_prediction(records_, settings.learner, plan_, cohort_.subjects())
            : model.apparent.prediction;
    report_.triage = triage_cohort(settings, basis, cohort_, prediction, context_.scheduler);
    report_.triage->held_out = everybody_held_out;
  }

  void finish() {
    report_.title = study_.title;
    report_.subjects_are = study_.population;
    report_.endpoint = study_.endpoint;
    report_.time_unit = cohort_.time_unit();
    const auto covariates = cohort_.covariates();
    std::vector<FeatureInfo> columns;
    for (Index column = 0; column < covariates.columns(); ++column) {
      columns.push_back(covariates.info(column));
    }
    report_.undeclared_known_at = triage::undeclared_known_at(columns);
  }

  const StudySettings& study_;
  const StudyWatch& watch_;
  FitContext& context_;
  RandomKey key_;
  report::Report report_;
  Cohort cohort_;
  CaseWeights weights_;
  std::vector<double> horizons_;
  survival::HorizonSupport support_; ///< of the last horizon
  ResamplePlan plan_, work_; ///< of the report; with the pairs of folds that an interval asks for
  SummaryOptions options_;
  std::vector<Cohort> externals_;
  std::vector<survival::CensoringCovariates>
      censoring_; ///< of the cohort, then of the external ones
  std::vector<ResampleRecord> records_, pairs_;
  std::vector<FinalModel> models_;
  std::vector<ExternalPrediction> first_external_;
};

std::vector<std::string>
missing_units(const StudyUnits& work, const StudyNullCheck& check, Index shards) {
  std::vector<std::string> missing = work.missing(shards);
  for (std::string& permutations : check.missing(shards)) {
    missing.push_back(std::move(permutations));
  }
  return missing;
}

} // namespace

StudyResult run_study(const StudySettings& study,
                      const StudyWatch& watch,
                      FitContext& context,
                      const std::filesystem::path& units) {
  StudyRun run(study, watch, context);
  run.prepare();
  const ShardFolder folder = run.folder(units, KeptBy::run);
  auto records = run.units(folder).compute({}).records;
  const StudyNullCheck check = run.null_check(folder);
  static_cast<void>(check.compute({}));
  return run.conclude(std::move(records), check);
}

ShardResult run_shard(const StudySettings& study,
                      const Shard& shard,
                      const std::filesystem::path& units,
                      const StudyWatch& watch,
                      FitContext& context) {
  StudyRun run(study, watch, context);
  run.prepare();
  const ShardFolder folder = run.folder(units, KeptBy::shards);
  folder.write_note({.shard = shard, .study = study.file.file, .seed = study.seed});
  const StudyUnits work = run.units(folder);
  const StudyNullCheck check = run.null_check(folder);
  const Index computed = work.compute(shard).units;
  const Index permutations = check.compute(shard);
  return {.units = computed,
          .permutations = permutations,
          .missing = missing_units(work, check, shard.count)};
}

std::variant<StudyResult, MissingUnits> merge_study(const StudySettings& study,
                                                    const std::filesystem::path& units,
                                                    const StudyWatch& watch,
                                                    FitContext& context) {
  StudyRun run(study, watch, context);
  run.prepare();
  const ShardFolder folder = run.folder(units, KeptBy::shards);
  const StudyUnits work = run.units(folder);
  const StudyNullCheck check = run.null_check(folder);
  auto missing = missing_units(work, check, shard_notes(units).back().shard.count);
  if (!missing.empty()) {
    return MissingUnits{std::move(missing)};
  }
  return run.conclude(work.take(), check);
}

} // namespace vigil
