// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/checklist_facts.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/words.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <vector>

namespace vigil::report {

namespace {

constexpr std::string_view apparent = "apparent";

std::string cohort_name(const std::string& id) {
  return id.empty() ? "study cohort" : "external cohort " + id;
}

/// "cox 0.75 (0.60 to 0.86), nested cross-validation; ..." of a measure, on subjects not seen in fitting.
std::string held_out(const Report& report, std::string_view measure, int decimals) {
  std::vector<std::string> parts;
  for (const PerformanceRow& row : report.performance) {
    if (row.measure == measure && row.resampling != apparent && row.estimate == row.estimate) {
      parts.push_back(row.learner + " " +
                      interval_words(row.estimate, row.lower, row.upper, decimals) + ", " +
                      resampling_words(row.resampling));
    }
  }
  return join(parts, "; ");
}

std::string sentence(const std::string& text) {
  return text.empty() ? text : text + ".";
}

} // namespace

std::string cohort_facts(const Report& report) {
  std::vector<std::string> parts;
  for (const InputSummary& input : report.inputs) {
    std::string text = cohort_name(input.id) + " (" + input.file +
                       "): " + counted(input.subjects, "subject", "subjects") + ", " +
                       number_text(input.events) + " with the event";
    if (input.centres > 0) {
      text += ", " + counted(input.centres, "centre", "centres");
    }
    if (input.median_follow_up == input.median_follow_up) {
      text += ", median follow-up " + time_words(input.median_follow_up, report.time_unit) +
              " by the reverse Kaplan-Meier method";
    }
    parts.push_back(std::move(text));
  }
  return sentence(join(parts, "; "));
}

std::string flow_facts(const Report& report) {
  std::vector<std::string> flows;
  for (const CohortFlow& flow : report.flows) {
    std::vector<std::string> steps;
    for (const FlowStep& step : flow.steps) {
      const std::string reason = step.reason.empty() ? "" : " [" + step.reason + "]";
      steps.push_back(step.step + reason + " " + number_text(step.subjects) + " (" +
                      number_text(step.events) + " with the event)");
    }
    flows.push_back(cohort_name(flow.id) + ": " + join(steps, ", "));
  }
  return sentence(join(flows, "; "));
}

std::string endpoint_facts(const Report& report) {
  if (report.inputs.empty()) {
    return {};
  }
  const InputSummary& input = report.inputs.front();
  std::vector<std::string> horizons;
  for (const double horizon : report.plan.horizons) {
    horizons.push_back(time_words(horizon, report.time_unit));
  }
  return "Time to " + endpoint_words(report) + ": columns " + input.time_column + " and " +
         input.event_column + "; risks at " + join(horizons, ", ") + ".";
}

std::string candidate_facts(const Report& report) {
  if (report.inputs.empty()) {
    return {};
  }
  const InputSummary& input = report.inputs.front();
  return "Examined: " + counted(input.markers, "marker", "markers") + " and " +
         counted(input.clinical, "clinical column", "clinical columns") +
         ", whether a model kept them or not.";
}

std::string sample_size_facts(const Report& report) {
  if (report.inputs.empty()) {
    return {};
  }
  const InputSummary& input = report.inputs.front();
  const Index columns = input.markers + input.clinical;
  return number_text(input.events) + " events among " +
         counted(input.subjects, "subject", "subjects") + "; " +
         (columns == 0
              ? "no candidate column."
              : fixed_text(static_cast<double>(input.events) / static_cast<double>(columns), 2) +
                    " events for each of " + number_text(columns) + " candidate columns.");
}

std::string analysis_facts(const Report& report) {
  const PlanSummary& plan = report.plan;
  if (plan.learners.empty()) {
    return {};
  }
  std::string text = "Learners " + join(plan.learners, ", ") + "; " + scheme_words(plan.scheme);
  if (plan.folds > 0) {
    text +=
        ", " + number_text(plan.folds) + " folds x " + counted(plan.repeats, "repeat", "repeats");
  }
  return text + ", " + counted(plan.resamples, "resample", "resamples") +
         ". Every preparation of columns and every choice of a penalty was made anew among the "
         "subjects that a resample trained on.";
}

std::string performance_facts(const Report& report) {
  const std::string found = held_out(report, "harrell_c", 2);
  return found.empty() ? found : "Harrell's C: " + found + ".";
}

std::string calibration_facts(const Report& report) {
  const std::string ratio = held_out(report, "oe_ratio", 2),
                    slope = held_out(report, "calibration_slope", 2);
  return (ratio.empty() ? ratio : "Observed over expected events: " + ratio + ". ") +
         (slope.empty() ? slope : "Calibration slope: " + slope + ".");
}

std::string centre_facts(const Report& report) {
  std::vector<std::string> parts;
  for (const CentreRow& row : report.centres) {
    if (row.centre.empty() && row.measure == "harrell_c" && row.mu == row.mu) {
      const std::string adequate = row.adequate_probability == row.adequate_probability
                                       ? ", above " + number_text(row.adequate_from) +
                                             " there with probability " +
                                             percent_words(row.adequate_probability)
                                       : "";
      parts.push_back(row.learner + " " + interval_words(row.mu, row.lower, row.upper, 2) +
                      ", in a new centre " +
                      interval_words(row.mu, row.prediction_lower, row.prediction_upper, 2) +
                      adequate + " (" + counted(row.centres, "centre", "centres") + ")");
    }
  }
  return parts.empty() ? std::string() : "Harrell's C over centres: " + join(parts, "; ") + ".";
}

std::string comparison_facts(const Report& report) {
  std::vector<std::string> parts;
  for (const ComparisonRow& row : report.comparisons) {
    if (row.measure == "harrell_c" && row.resampling != apparent &&
        row.difference == row.difference) {
      parts.push_back(row.learner + " less " + row.reference + " " +
                      interval_words(row.difference, row.lower, row.upper, 3) + ", " +
                      resampling_words(row.resampling));
    }
  }
  return parts.empty() ? std::string() : "Difference in Harrell's C: " + join(parts, "; ") + ".";
}

std::string availability_facts(const Report& report) {
  const Index undeclared = size_of(report.undeclared_known_at);
  return undeclared == 0 ? "For every column it is declared when its value is known."
                         : counted(undeclared, "column is", "columns are") +
                               " not declared and taken to be known at biopsy.";
}

std::string decision_facts(const Report& report) {
  if (!report.triage) {
    return report.no_triage_because.empty()
               ? std::string()
               : "No actions are proposed: " + report.no_triage_because + ".";
  }
  const TriageSummary& triage = *report.triage;
  std::vector<std::string> zones;
  for (const triage::ActionAudit& zone : triage.zones) {
    zones.push_back(action_label(triage, zone.action) + " " + percent_words(zone.share));
  }
  return "By the risk of " + triage.learner + " at " +
         time_words(triage.horizon, report.time_unit) + ", decided at " + triage.decide_at +
         ", with declared harms: a resection " + number_text(triage.harms.resection) +
         " of a missed event, a referral " + number_text(triage.harms.board) +
         ". Proposed: " + join(zones, ", ") + ".";
}

std::string warning_facts(const Report& report) {
  return report.warnings.empty() ? std::string() : "Warnings: " + join(report.warnings, "; ") + ".";
}

std::string software_facts(const Report& report) {
  std::vector<std::string> digests;
  for (const InputSummary& input : report.inputs) {
    digests.push_back(input.file + " " + input.digest);
  }
  return "vigil " + std::string(version) + ", seed " +
         number_text(static_cast<Index>(report.plan.seed)) + "; SHA-256 of " + join(digests, ", ") +
         ".";
}

} // namespace vigil::report
