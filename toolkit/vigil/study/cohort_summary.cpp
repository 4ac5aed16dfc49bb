// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/cohort_summary.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/study/study_rows.hpp"
#include "vigil/survival/censoring_weights.hpp"
#include "vigil/survival/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace vigil {

namespace {

const std::vector<double>* times_of(const Outcome& outcome) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return &survival->time;
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    return &competing->time;
  }
  return nullptr;
}

/// Whether the subject had an event (of any cause), or the label 1.
bool had_event(const Outcome& outcome, Index subject) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return survival->event[at(subject)] != 0;
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    return competing->cause[at(subject)] != 0;
  }
  const auto* binary = std::get_if<BinaryOutcome>(&outcome);
  return binary != nullptr && binary->label[at(subject)] != 0;
}

void count_centres(const Cohort& cohort, CohortSummary& summary) {
  const auto& centre = cohort.parts().centre;
  for (const auto& name : centre.names) {
    summary.centres.push_back({.name = name});
  }
  for (Index subject = 0; subject < size_of(centre.level); ++subject) {
    const Index level = centre.level[at(subject)];
    if (level == no_index) {
      ++summary.without_centre;
      continue;
    }
    ++summary.centres[at(level)].subjects;
    if (cohort.has_outcome() && had_event(*cohort.parts().outcome, subject)) {
      ++summary.centres[at(level)].events;
    }
  }
}

void look_at_clinical(const Cohort& cohort, CohortSummary& summary) {
  const auto& clinical = cohort.parts().clinical;
  const std::vector<double> ones(at(cohort.subjects()), 1.0);
  for (Index column = 0; column < clinical.columns(); ++column) {
    const auto values = clinical.column(column);
    const Moments seen = weighted_moments(values, ones);
    if (seen.finite < cohort.subjects()) {
      summary.missing.push_back({clinical.info(column).name, cohort.subjects() - seen.finite});
    }
    if (clinical.info(column).marker) {
      ++summary.markers;
      --summary.clinical;
    }
    if (seen.finite == 0 || seen.smallest == seen.largest) {
      summary.constant_columns.push_back(clinical.info(column).name);
    }
  }
}

void look_at_markers(const Cohort& cohort, Scheduler& scheduler, CohortSummary& summary) {
  const std::vector<double> ones(at(cohort.subjects()), 1.0);
  Index missing = 0;
  std::mutex counts;
  cohort.parts().features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    Index constant = 0, empty = 0, gaps = 0;
    for (Index feature = 0; feature < block.features(); ++feature) {
      const Moments seen = weighted_moments(block.column(feature), ones);
      gaps += cohort.subjects() - seen.finite;
      empty += seen.finite == 0 ? 1 : 0;
      constant += seen.finite > 0 && seen.smallest == seen.largest ? 1 : 0;
    }
    const std::lock_guard<std::mutex> hold(counts);
    summary.constant_markers += constant;
    summary.empty_markers += empty;
    missing += gaps;
  });
  const double cells =
      static_cast<double>(summary.markers) * static_cast<double>(cohort.subjects());
  summary.missing_marker_share = cells > 0.0 ? static_cast<double>(missing) / cells : 0.0;
}

/// The values of an outcome without times as numbers; nothing for the others.
std::optional<std::vector<double>> values_of(const Outcome& outcome) {
  if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
    return std::vector<double>(binary->label.begin(), binary->label.end());
  }
  if (const auto* counts = std::get_if<CountOutcome>(&outcome)) {
    return counts->count;
  }
  if (const auto* continuous = std::get_if<ContinuousOutcome>(&outcome)) {
    return continuous->value;
  }
  return std::nullopt;
}

std::optional<OutcomeValues> look_at_values(const Outcome& outcome) {
  const auto values = values_of(outcome);
  if (!values) {
    return std::nullopt;
  }
  const Moments seen = weighted_moments(*values, std::vector<double>(values->size(), 1.0));
  const auto count = static_cast<double>(values->size());
  OutcomeValues found{.mean = seen.mean, .smallest = seen.smallest, .largest = seen.largest};
  if (values->size() > 1) {
    found.sd = std::sqrt(seen.variance * count / (count - 1.0));
  }
  if (std::holds_alternative<BinaryOutcome>(outcome)) {
    found.ones = std::count(values->begin(), values->end(), 1.0);
    found.zeros = size_of(*values) - found.ones;
  }
  return found;
}

} // namespace

double median_follow_up(const Cohort& cohort) {
  const auto* times = cohort.has_outcome() ? times_of(*cohort.parts().outcome) : nullptr;
  if (times == nullptr) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const survival::CensoringWeights censoring(*cohort.parts().outcome, cohort.weights());
  const auto& curve = censoring.censoring_survival();
  const auto below = std::find_if(
      curve.value.begin(), curve.value.end(), [](double value) { return value <= 0.5; });
  return below == curve.value.end() ? std::numeric_limits<double>::quiet_NaN()
                                    : curve.time[at(below - curve.value.begin())];
}

CohortSummary summarise_cohort(const Cohort& cohort, Scheduler& scheduler) {
  CohortSummary summary;
  summary.subjects = cohort.subjects();
  summary.events = cohort.events();
  summary.markers = cohort.parts().features.features();
  summary.clinical = cohort.parts().clinical.columns();
  if (cohort.has_outcome()) {
    summary.outcome = look_at_values(*cohort.parts().outcome);
  }
  count_centres(cohort, summary);
  look_at_clinical(cohort, summary);
  look_at_markers(cohort, scheduler, summary);
  const auto* times = cohort.has_outcome() ? times_of(*cohort.parts().outcome) : nullptr;
  if (times != nullptr) {
    summary.median_follow_up = median_follow_up(cohort);
    summary.largest_time = *std::max_element(times->begin(), times->end());
    summary.largest_supported_horizon =
        survival::horizon_support(*cohort.parts().outcome, cohort.weights(), summary.largest_time)
            .largest_supported;
  }
  return summary;
}

namespace {

std::string idle_note(const std::vector<std::string>& names, const std::string& reason) {
  constexpr std::size_t most = 10;
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most)));
  if (names.size() > most) {
    shown.emplace_back("...");
  }
  return count_text(size_of(names), "column") + " without " + reason +
         ", hence without effect: " + join(shown, ", ");
}

} // namespace

std::vector<std::string> idle_column_notes(const Cohort& cohort, Scheduler& scheduler) {
  const auto covariates = cohort.covariates();
  const std::vector<double> ones(at(cohort.subjects()), 1.0);
  enum class Look : std::uint8_t { varies, constant, empty };
  std::vector<Look> looks(at(covariates.columns()), Look::varies);
  const auto look = [&looks](Index column, const Moments& seen) {
    looks[at(column)] = seen.finite == 0                ? Look::empty
                        : seen.smallest == seen.largest ? Look::constant
                                                        : Look::varies;
  };
  cohort.parts().features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      look(block.first_feature() + feature, weighted_moments(block.column(feature), ones));
    }
  });
  const auto& clinical = cohort.parts().clinical;
  for (Index column = 0; column < clinical.columns(); ++column) {
    look(cohort.parts().features.features() + column,
         weighted_moments(clinical.column(column), ones));
  }
  std::vector<std::string> constant;
  std::vector<std::string> empty;
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (looks[at(column)] != Look::varies) {
      auto& names = looks[at(column)] == Look::constant ? constant : empty;
      names.push_back(covariates.info(column).name);
    }
  }
  std::vector<std::string> notes;
  if (!constant.empty()) {
    notes.push_back(idle_note(constant, "variation"));
  }
  if (!empty.empty()) {
    notes.push_back(idle_note(empty, "any value"));
  }
  return notes;
}

} // namespace vigil
