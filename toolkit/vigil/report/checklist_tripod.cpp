// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/checklist_facts.hpp"
#include "vigil/report/checklists.hpp"

#include <algorithm>
#include <iterator>

namespace vigil::report {

namespace {

std::vector<ChecklistItem> before_methods() {
  return {
      {.item = "1",
       .topic = "Title: development or evaluation, population, outcome",
       .open = "all of it"},
      {.item = "2", .topic = "Abstract", .open = "all of it"},
      {.item = "3a-c",
       .topic = "Context, existing models, intended use, inequalities",
       .open = "all of it"},
      {.item = "4", .topic = "Aims", .open = "all of it"},
  };
}

std::vector<ChecklistItem> methods(const Report& report) {
  return {
      {.item = "5a-b",
       .topic = "Sources of data, dates",
       .filled = cohort_facts(report),
       .open = "registry, trial or clinic; dates; why they represent the patients in view"},
      {.item = "6a-c",
       .topic = "Setting, who was eligible, treatments",
       .filled = flow_facts(report),
       .open = "setting, criteria in clinical words, treatments",
       .evidence = "tables/cohort_flow.tsv"},
      {.item = "7",
       .topic = "Preparation of the data",
       .filled = "Filters, levels and the filling of missing cells are in the resolved study; what "
                 "is fitted to data was fitted among the subjects that a resample trained on.",
       .open = "what was done before these files were made",
       .evidence = "config.resolved.toml"},
      {.item = "8a-c",
       .topic = "Outcome: definition, who judged it, whether blinded",
       .filled = endpoint_facts(report),
       .open = "clinical definition, judges, blinding"},
      {.item = "9a-c",
       .topic = "Predictors: choice, definition, when and how measured",
       .filled = candidate_facts(report) + " " + availability_facts(report),
       .open = "why these; assays; blinding",
       .evidence = "config.resolved.toml"},
      {.item = "10",
       .topic = "Sample size",
       .filled = sample_size_facts(report),
       .open = "how it was arrived at"},
      {.item = "11",
       .topic = "Missing data",
       .filled = "How missing cells were filled is in the resolved study.",
       .open = "how many, and why they are missing",
       .evidence = "config.resolved.toml"},
      {.item = "12a-g",
       .topic =
           "Analysis: handling of predictors, model, tuning, measures, heterogeneity, software",
       .filled = analysis_facts(report) + " " + software_facts(report),
       .open = "why these models and measures",
       .evidence = "config.resolved.toml run.json"},
      {.item = "13",
       .topic = "Imbalance of classes",
       .filled = "Nobody was drawn more often for having the event."},
      {.item = "14", .topic = "Fairness between groups of people", .open = "all of it"},
      {.item = "15",
       .topic = "What the model gives, and thresholds",
       .filled = "A score and risks at the horizons. " + decision_facts(report),
       .open = "where the harms come from"},
      {.item = "16",
       .topic = "Differences between development and evaluation",
       .filled = cohort_facts(report),
       .open = "differences in setting, predictors and outcome"},
      {.item = "17", .topic = "Ethical approval", .open = "all of it"},
      {.item = "18a-f",
       .topic = "Funding, conflicts, protocol, registration, data, code",
       .filled = software_facts(report),
       .open = "all else",
       .evidence = "run.json"},
      {.item = "19", .topic = "Involvement of patients and the public", .open = "all of it"},
  };
}

std::vector<ChecklistItem> results(const Report& report) {
  return {
      {.item = "20a-c",
       .topic = "Participants: flow, characteristics, comparison with development",
       .filled = flow_facts(report),
       .open = "a table of characteristics",
       .evidence = "tables/cohort_flow.tsv"},
      {.item = "21",
       .topic = "Participants and events in each analysis",
       .filled = sample_size_facts(report),
       .evidence = "tables/performance.tsv"},
      {.item = "22",
       .topic = "The model in full",
       .filled = "Models as files, with baseline hazards or trees; coefficients as a table.",
       .evidence = "models tables/coefficients.tsv"},
      {.item = "23a-b",
       .topic = "Performance with intervals, also over centres",
       .filled =
           performance_facts(report) + " " + calibration_facts(report) + " " + centre_facts(report),
       .evidence = "tables/performance.tsv tables/centres.tsv figures"},
      {.item = "24", .topic = "Updating of the model", .filled = "No model was updated."},
      {.item = "25", .topic = "Interpretation, fairness", .open = "all of it"},
      {.item = "26",
       .topic = "Limitations",
       .filled = warning_facts(report),
       .open = "those of the data and the setting"},
      {.item = "27a-c",
       .topic = "Use in care: poor or missing inputs, who uses it, what comes next",
       .filled = "Research use only. A subject with a missing or unusual input is referred, not "
                 "decided on.",
       .open = "users, further research",
       .evidence = "tables/triage.tsv"},
  };
}

} // namespace

Checklist tripod_ai(const Report& report) {
  Checklist checklist{.name = "TRIPOD_AI",
                      .title = "Reporting of prediction models (TRIPOD+AI)",
                      .source = "Collins et al. 2024, BMJ 385:e078378",
                      .items = before_methods()};
  for (auto part : {methods(report), results(report)}) {
    std::ranges::move(part, std::back_inserter(checklist.items));
  }
  return checklist;
}

} // namespace vigil::report
