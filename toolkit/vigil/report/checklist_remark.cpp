// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/checklist_facts.hpp"
#include "vigil/report/checklists.hpp"

namespace vigil::report {

Checklist remark(const Report& report) {
  return {.name = "REMARK",
          .title = "Reporting of prognostic markers of tumours (REMARK)",
          .source = "McShane et al. 2005, J. Natl. Cancer Inst. 97:1180; Altman et al. 2012, PLoS "
                    "Med. 9:e1001216",
          .items = {
              {.item = "1", .topic = "Marker, aims and hypotheses", .open = "all of it"},
              {.item = "2",
               .topic = "Patients: sources, stage, who was included and why",
               .filled = cohort_facts(report) + " " + flow_facts(report),
               .open = "where patients come from, reasons of inclusion and exclusion",
               .evidence = "tables/cohort_flow.tsv"},
              {.item = "3", .topic = "Treatments and how they were chosen", .open = "all of it"},
              {.item = "4",
               .topic = "Biological material, controls, how it was kept",
               .open = "all of it"},
              {.item = "5",
               .topic = "Assay: protocol, quality, whether it was read without the outcome",
               .open = "all of it"},
              {.item = "6",
               .topic = "Design: prospective or not, period of inclusion, follow-up",
               .filled = cohort_facts(report),
               .open = "prospective or retrospective, stratification or matching, dates"},
              {.item = "7",
               .topic = "Endpoints",
               .filled = endpoint_facts(report),
               .open = "the clinical definition of the event"},
              {.item = "8",
               .topic = "All candidate variables, examined or considered",
               .filled = candidate_facts(report) + " " + availability_facts(report),
               .open = "variables that were considered and are not in these data",
               .evidence = "config.resolved.toml"},
              {.item = "9",
               .topic = "Rationale for the number of subjects",
               .filled = sample_size_facts(report),
               .open = "the effect that was to be found, and the power for it"},
              {.item = "10",
               .topic = "Statistical methods: selection of variables, assumptions, missing data",
               .filled = analysis_facts(report) +
                         " Learners, penalties and the filling of missing cells are in the "
                         "resolved study.",
               .open = "why these; assumptions that were examined, such as proportional hazards",
               .evidence = "config.resolved.toml"},
              {.item = "11",
               .topic = "How marker values entered, and how cut-points were chosen",
               .filled = "Columns enter as they are, those cut into classes by borders that the "
                         "study file states; no border was sought in the data.",
               .open = "where stated borders come from",
               .evidence = "config.resolved.toml"},
              {.item = "12",
               .topic = "Flow of patients, with events, overall and by group",
               .filled = flow_facts(report),
               .open = "losses before these data",
               .evidence = "tables/cohort_flow.tsv"},
              {.item = "13",
               .topic = "Distributions of patient characteristics and markers, missing values",
               .open = "a table of characteristics (vigil inspect counts missing cells)"},
              {.item = "14",
               .topic = "Relation of the marker to standard prognostic variables",
               .open = "all of it"},
              {.item = "15",
               .topic = "Effect of each variable alone on the outcome",
               .open = "estimates with intervals (vigil screen tests every marker)"},
              {.item = "16",
               .topic = "Effects in the multivariable models, with intervals",
               .filled = "Coefficients of the models of all subjects, with standard errors where a "
                         "model has them.",
               .evidence = "tables/coefficients.tsv"},
              {.item = "17",
               .topic = "The marker beside all standard variables, significant or not",
               .filled = comparison_facts(report),
               .open = "which learner holds the standard variables alone",
               .evidence = "tables/comparisons.tsv"},
              {.item = "18",
               .topic = "Further analyses: checks of assumptions, sensitivity, validation",
               .filled = performance_facts(report) + " " + calibration_facts(report) + " " +
                         centre_facts(report),
               .open = "analyses outside of this run",
               .evidence = "tables/performance.tsv tables/centres.tsv"},
              {.item = "19",
               .topic = "Interpretation, limits of the study",
               .filled = warning_facts(report),
               .open = "all else"},
              {.item = "20",
               .topic = "Implications for research and care",
               .open = "all of it; research use only"},
          }};
}

} // namespace vigil::report
