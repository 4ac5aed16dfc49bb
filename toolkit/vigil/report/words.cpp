// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/words.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::report {
namespace {

constexpr double none = not_available;

constexpr std::array<MeasureWords, 15> all_measures{{
    {"harrell_c",
     "Harrell’s C",
     "share of comparable pairs put in the right order; 0.5 is a coin toss, 1 is perfect",
     0.5,
     0.45,
     0.8},
    {"uno_c",
     "Uno’s C",
     "as Harrell’s C, corrected for censoring; 0.5 is a coin toss, 1 is perfect",
     0.5,
     0.45,
     0.8},
    {"auc",
     "AUC",
     "chance that a subject with the event by the horizon has the higher risk; 0.5 is a coin toss",
     0.5,
     0.45,
     0.8},
    {"brier",
     "Brier score",
     "mean squared error of the predicted risk; lower is better",
     none,
     0.0,
     0.25},
    {"ipa",
     "Scaled Brier (IPA)",
     "improvement over giving everybody the same risk; 0 is none, 1 is perfect",
     0.0,
     -0.05,
     0.3},
    {"ibs",
     "Integrated Brier score",
     "Brier score averaged over time; lower is better",
     none,
     0.0,
     0.25},
    {"calibration_slope",
     "Calibration slope",
     "1 is right; below 1 the predicted risks are too extreme",
     1.0,
     0.6,
     1.4},
    {"calibration_intercept",
     "Calibration intercept",
     "0 is right; above 0 risk is underestimated",
     0.0,
     -0.5,
     0.5},
    {"calibration_slope_at_horizon",
     "Calibration slope of the risks",
     "1 is right; below 1 the predicted risks are too extreme",
     1.0,
     0.6,
     1.4},
    {"oe_ratio",
     "Observed / expected",
     "events seen for each event predicted; 1 is right, above 1 risk is underestimated",
     1.0,
     0.6,
     1.4},
    {"ici", "ICI", "mean distance between predicted and observed risk; 0 is best", 0.0, 0.0, 0.1},
    {"e50", "E50", "median distance between predicted and observed risk; 0 is best", 0.0, 0.0, 0.1},
    {"e90", "E90", "90th percentile of that distance; 0 is best", 0.0, 0.0, 0.2},
    {"royston_d",
     "Royston’s D",
     "log hazard ratio between the riskier and the safer half; 0 is no separation",
     0.0,
     -0.1,
     1.5},
    {"net_benefit",
     "Net benefit",
     "true positives less false positives, weighted by the threshold",
     0.0,
     -0.05,
     0.3},
}};

constexpr std::array<ImportanceWords, 7> all_importances{{
    {"permutation",
     "Permutation importance",
     "What the trees lose, among subjects that they did not see, when the feature is shuffled."},
    {"grouped",
     "Importance of groups",
     "What the trees lose when all features of a group are shuffled together."},
    {"conditional",
     "Conditional importance",
     "What the trees lose when the feature is shuffled only among subjects alike in the features "
     "that are correlated with it: what it tells beyond them."},
    {"minimal_depth",
     "Minimal depth",
     "How far below the root the trees cut the feature first: smaller is more important.",
     "Mean depth of the first cut",
     none},
    {"impurity_corrected",
     "Corrected gains",
     "How much the cuts of the feature separate survival, less what those of a shuffled copy do.",
     "Gain of its cuts less that of its shuffled copy"},
    {"shadow",
     "Importance beside shuffled copies",
     "As permutation importance, in a forest that has a shuffled copy of every feature too."},
    {"hold_out",
     "Held-out importance",
     "As permutation importance, of trees grown on one half of the subjects, judged by the other."},
}};

bool defined(double value) {
  return !std::isnan(value);
}

// A number never stands alone at the end of a line.
const std::string hard_space = "\u00a0";

// 5.0 prints as 5, 2.5 as 2.5, 3387 as 3,387.
std::string short_number(double value) {
  const double whole = std::round(value);
  return std::fabs(value - whole) < 0.05 ? count_text(static_cast<Index>(whole))
                                         : fixed_text(value, 1);
}

std::string counted_number(double value, const std::string& unit) {
  const std::string number = short_number(value);
  return number + hard_space + unit + (number == "1" ? "" : "s");
}

double in_years(double time, TimeUnit unit) {
  return unit == TimeUnit::days     ? time / 365.25
         : unit == TimeUnit::weeks  ? time * 7.0 / 365.25
         : unit == TimeUnit::months ? time / 12.0
         : unit == TimeUnit::years  ? time
                                    : none;
}

std::string own_time(double time, TimeUnit unit) {
  if (unit == TimeUnit::unstated) {
    return short_number(time) + " (unit not stated)";
  }
  std::string name(name_of(unit));
  name.pop_back();
  return counted_number(time, name);
}

} // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    case '\'':
      result += "&#39;";
      break;
    case '\n':
    case '\t':
      result += letter;
      break;
    default:
      if (static_cast<unsigned char>(letter) < 0x20) {
        result += "\xEF\xBF\xBD";
      } else {
        result += letter;
      }
    }
  }
  return result;
}

std::string counted(Index count, std::string_view one, std::string_view many) {
  return count_text(count) + " " + std::string(count == 1 ? one : many);
}

std::string value_words(double value, int decimals) {
  return defined(value) ? fixed_text(value, decimals) : "–";
}

std::string interval_words(double value, double lower, double upper, int decimals) {
  std::string text = value_words(value, decimals);
  if (defined(lower) && defined(upper)) {
    text += " (" + fixed_text(lower, decimals) + " to " + fixed_text(upper, decimals) + ")";
  }
  return text;
}

std::string percent_words(double share, int decimals) {
  return defined(share) ? fixed_text(100.0 * share, decimals) + hard_space + "%" : "–";
}

std::string short_time_words(double time, TimeUnit unit) {
  if (!defined(time)) {
    return "–";
  }
  const double years = in_years(time, unit);
  return defined(years) && years >= 0.95 ? counted_number(years, "year") : own_time(time, unit);
}

std::string time_words(double time, TimeUnit unit) {
  if (!defined(time)) {
    return "–";
  }
  const double years = in_years(time, unit);
  const bool long_enough = unit != TimeUnit::years && defined(years) && years >= 0.95;
  return own_time(time, unit) + (long_enough ? " (" + counted_number(years, "year") + ")" : "");
}

std::string time_axis_words(TimeUnit unit) {
  return unit == TimeUnit::unstated ? "Time (unit not stated)"
                                    : "Time in " + std::string(name_of(unit));
}

std::string resampling_words(std::string_view resampling) {
  if (resampling.starts_with("external:")) {
    return "external cohort " + std::string(resampling.substr(9));
  }
  if (resampling == "apparent") {
    return "same subjects as fitted (optimistic)";
  }
  if (resampling == "nested-cv") {
    return "nested cross-validation";
  }
  if (resampling == "repeated-cv") {
    return "repeated cross-validation";
  }
  if (resampling == "bootstrap") {
    return "bootstrap, less optimism";
  }
  if (resampling.starts_with("centre-bootstrap")) {
    return std::string("bootstrap of centres") + (resampling.ends_with(left_out_suffix)
                                                      ? ", on the centres left out"
                                                      : ", less optimism");
  }
  if (resampling.ends_with(debiased_suffix)) {
    resampling.remove_suffix(std::string_view(debiased_suffix).size());
    return resampling_words(resampling) + ", debiased";
  }
  for (const std::string_view scheme : {"bootstrap ", "subsampling "}) {
    if (resampling.starts_with(scheme)) {
      return std::string(scheme) + std::string(resampling.substr(scheme.size())) +
             ", own subjects and subjects left out";
    }
  }
  if (resampling == "loco") {
    return "leave one centre out";
  }
  return std::string(resampling);
}

bool counts_own_subjects(std::string_view resampling) noexcept {
  return resampling.starts_with("subsampling") || resampling.starts_with("bootstrap") ||
         (resampling.starts_with("centre-bootstrap") && !resampling.ends_with(left_out_suffix));
}

std::string scheme_words(std::string_view scheme) {
  return scheme == "bootstrap"          ? "bootstrap"
         : scheme == "centre-bootstrap" ? "bootstrap of centres"
                                        : resampling_words(scheme);
}

std::string held_out_words(std::string_view resampling) {
  return !counts_own_subjects(resampling)             ? resampling_words(resampling)
         : resampling.starts_with("centre-bootstrap") ? "left out of a bootstrap of centres"
         : resampling.starts_with("bootstrap")        ? "left out of a bootstrap sample"
                                                      : "left out of a subsample";
}

std::string hazard_words(const HazardTestRow& test) {
  if (!test.undefined_because.empty()) {
    return "not tested: " + test.undefined_because;
  }
  return "proportional: chi-square " + fixed_text(test.chi_square, 2) + " on " +
         number_text(test.degrees_of_freedom) + ", p " +
         (test.p < 1e-4 ? "< 0.0001" : fixed_text(test.p, 4)) +
         (test.p < 0.05 ? ": coefficients change with time" : "");
}

std::string endpoint_words(const Report& report) {
  return report.endpoint.empty() ? "the event" : report.endpoint;
}

std::string action_label(const TriageSummary& triage, triage::Action action) {
  const auto number = static_cast<std::size_t>(action);
  return number < triage.labels.size() ? triage.labels[number] : std::string(name_of(action));
}

MeasureWords measure_words(std::string_view measure) {
  const auto* found =
      std::find_if(all_measures.begin(), all_measures.end(), [measure](const MeasureWords& words) {
        return words.name == measure;
      });
  return found != all_measures.end() ? *found
                                     : MeasureWords{measure, measure, "", none, none, none};
}

ImportanceWords importance_words(std::string_view kind) {
  const auto* found =
      std::find_if(all_importances.begin(),
                   all_importances.end(),
                   [kind](const ImportanceWords& words) { return words.kind == kind; });
  return found != all_importances.end() ? *found : ImportanceWords{kind, kind, ""};
}

std::string loss_words(std::string_view importance_on, TimeUnit unit) {
  constexpr std::string_view brier = "brier@";
  if (!importance_on.starts_with(brier)) {
    return "Loss of concordance";
  }
  const auto horizon = parse_number(importance_on.substr(brier.size()));
  return "Rise of the Brier score at " + short_time_words(horizon.value_or(none), unit);
}

const PerformanceRow* headline(const Report& report) {
  std::string learner;
  std::string cohort;
  if (report.triage) {
    learner = report.triage->learner;
    cohort = report.triage->cohort;
  } else if (!report.plan.learners.empty()) {
    learner = report.plan.learners.front();
  }
  const PerformanceRow* best = nullptr;
  int best_rank = 0;
  for (const PerformanceRow& row : report.performance) {
    const bool concordance = row.measure == "harrell_c" || row.measure == "uno_c";
    if (!concordance || row.learner != learner || !defined(row.estimate) ||
        row.resampling == "apparent") {
      continue;
    }
    const bool external = row.resampling.starts_with("external:");
    const bool same_cohort = external && row.resampling.substr(9) == cohort;
    const int rank = (same_cohort ? 6 : external ? 4 : 2) + (row.measure == "harrell_c" ? 1 : 0);
    if (rank > best_rank) {
      best = &row;
      best_rank = rank;
    }
  }
  return best;
}

std::string null_check_alarm(const Report& report) {
  std::string failures;
  if (report.null_check) {
    for (const NullCheckVerdict& one : report.null_check->learners) {
      if (one.failed) {
        failures += (failures.empty() ? "" : "; ") + one.learner + ": " + one.because;
      }
    }
  }
  return failures.empty() ? failures
                          : "The null check FAILED: no number of this report is to be trusted. " +
                                failures + ".";
}

const InputSummary* find_input(const Report& report, std::string_view id) {
  for (const InputSummary& input : report.inputs) {
    if (input.id == id) {
      return &input;
    }
  }
  return nullptr;
}

} // namespace vigil::report
