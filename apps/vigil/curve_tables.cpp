// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/curve_tables.hpp"

#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/survival/aalen_johansen.hpp"
#include "vigil/survival/restricted_mean.hpp"
#include "vigil/survival/single_event.hpp"

#include <cmath>
#include <limits>

namespace vigil::app {

namespace {

using survival::SurvivalEstimate;

constexpr double not_available = std::numeric_limits<double>::quiet_NaN();

/// The curves of one group: 0 the share free of any event, k the incidence of cause k.
class Curves {
public:
  Curves(const Cohort& cohort, const CaseWeights& weights, const CurvesRequest& request)
      : request_(request), weights_(weights), outcome_(*cohort.parts().outcome),
        free_(survival::any_event(outcome_)), curve_(survival::kaplan_meier(free_, weights)),
        weighted_(!cohort.parts().sampling_weight.empty()) {}

  /// Free of any event, or of a cause its incidence; NaN beyond the last time where it is not known.
  [[nodiscard]] SurvivalEstimate at_time(Index cause, double t) const {
    if (!known(t)) {
      return {not_available, not_available, not_available, not_available};
    }
    if (cause == 0 && !weighted_) {
      return survival::survival_at(curve_, t, request_.level);
    }
    const Outcome& outcome = cause == 0 ? free_ : outcome_;
    const auto estimate =
        survival::cumulative_incidence(outcome, weights_, std::max<Index>(cause, 1), t);
    const double se = cause > 0 && request_.variance == IncidenceVariance::aalen
                          ? std::sqrt(survival::aalen_variance(outcome_, weights_, cause, t))
                          : estimate.se;
    const double free = 1.0 - estimate.value;
    if (!(free > 0.0 && free < 1.0)) {
      const double value = cause == 0 ? free : estimate.value;
      return {value,
              estimate.value == 0.0 ? 0.0 : not_available,
              estimate.value == 0.0 ? value : not_available,
              estimate.value == 0.0 ? value : not_available};
    }
    const auto interval = survival::survival_interval(free, se / free, request_.level);
    if (cause == 0) {
      return interval;
    }
    return {estimate.value, se, 1.0 - interval.upper, 1.0 - interval.lower};
  }
  [[nodiscard]] bool known(double t) const {
    return t <= curve_.last_time || curve_.survival(curve_.last_time) == 0.0;
  }
  [[nodiscard]] const survival::KaplanMeier& event_free() const { return curve_; }
  [[nodiscard]] const Outcome& free_outcome() const { return free_; }

private:
  const CurvesRequest& request_;
  const CaseWeights& weights_;
  const Outcome& outcome_;
  Outcome free_;
  survival::KaplanMeier curve_;
  bool weighted_;
};

/// Columns of estimates that several tables share.
struct EstimateColumns {
  std::vector<std::string> group = {}, curve = {};
  std::vector<double> time = {}, at_risk = {}, value = {}, se = {}, lower = {}, upper = {};

  void add(const std::string& group_name,
           const std::string& curve_name,
           double t,
           double number,
           const SurvivalEstimate& estimate) {
    group.push_back(group_name);
    curve.push_back(curve_name);
    time.push_back(t);
    at_risk.push_back(number);
    value.push_back(estimate.value);
    se.push_back(estimate.se);
    lower.push_back(estimate.lower);
    upper.push_back(estimate.upper);
  }
  [[nodiscard]] std::vector<storage::TableColumn> columns(const char* time_name) const {
    return {{"group", group},
            {"curve", curve},
            {time_name, time},
            {"at_risk", at_risk},
            {"estimate", value},
            {"se", se},
            {"lower", lower},
            {"upper", upper}};
  }
};

std::vector<std::string> curve_names(const Outcome& outcome) {
  std::vector<std::string> names{free_curve};
  for (const auto& cause : cause_names(outcome)) {
    names.push_back(cause);
  }
  return names;
}

/// Weight of the events of a curve at each of the times: of any cause, or of one.
std::vector<double> events_at(const Outcome& outcome,
                              const CaseWeights& weights,
                              Index cause,
                              std::span<const double> times) {
  const Outcome own =
      cause == 0 ? survival::any_event(outcome) : survival::only_cause(outcome, cause);
  const auto sets = survival::risk_sets(survival::follow_up(own), weights);
  std::vector<double> events;
  for (const double t : times) {
    const Index place = sets.times_until(t) - 1;
    events.push_back(place >= 0 && sets.time[at(place)] == t ? sets.events[at(place)] : 0.0);
  }
  return events;
}

} // namespace

std::vector<std::string> cause_names(const Outcome& outcome) {
  const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome);
  return competing == nullptr ? std::vector<std::string>{} : competing->cause_names;
}

std::vector<CurveGroup> curve_groups(const Cohort& cohort) {
  const Grouping& grouping = cohort.parts().group;
  if (grouping.empty()) {
    return {{.name = "all", .weights = cohort.weights()}};
  }
  std::vector<CurveGroup> groups;
  for (Index level = 0; level < size_of(grouping.names); ++level) {
    std::vector<std::uint32_t> times;
    Index subjects = 0;
    for (const Index own : grouping.level) {
      times.push_back(own == level ? 1 : 0);
      subjects += own == level ? 1 : 0;
    }
    if (subjects > 0) {
      groups.push_back({.name = grouping.names[at(level)],
                        .weights = cohort.weights().with_times(std::move(times))});
    }
  }
  return groups;
}

void write_curves(const Cohort& cohort,
                  const std::vector<CurveGroup>& groups,
                  const CurvesRequest& request,
                  const std::filesystem::path& folder) {
  const Outcome& outcome = *cohort.parts().outcome;
  const auto names = curve_names(outcome);
  EstimateColumns table;
  std::vector<double> events;
  for (const CurveGroup& group : groups) {
    const Curves curves(cohort, group.weights, request);
    const auto& times = curves.event_free().survival.time;
    const auto at_risk = survival::numbers_at_risk(outcome, group.weights, times);
    for (Index cause = 0; cause < size_of(names); ++cause) {
      const auto own = events_at(outcome, group.weights, cause, times);
      for (std::size_t k = 0; k < times.size(); ++k) {
        table.add(
            group.name, names[at(cause)], times[k], at_risk[k], curves.at_time(cause, times[k]));
        events.push_back(own[k]);
      }
    }
  }
  auto columns = table.columns("time");
  columns.insert(columns.begin() + 4, {"events", events});
  storage::write_table(folder / "curves.tsv", columns);
}

void write_horizons(const Cohort& cohort,
                    const std::vector<CurveGroup>& groups,
                    const CurvesRequest& request,
                    const std::filesystem::path& folder) {
  const Outcome& outcome = *cohort.parts().outcome;
  const auto names = curve_names(outcome);
  EstimateColumns table;
  std::vector<std::string> reasons;
  for (const CurveGroup& group : groups) {
    const Curves curves(cohort, group.weights, request);
    const auto at_risk = survival::numbers_at_risk(outcome, group.weights, request.horizons);
    for (Index cause = 0; cause < size_of(names); ++cause) {
      for (std::size_t h = 0; h < request.horizons.size(); ++h) {
        const double t = request.horizons[h];
        table.add(group.name, names[at(cause)], t, at_risk[h], curves.at_time(cause, t));
        reasons.push_back(curves.known(t) ? ""
                                          : "nothing is known beyond " +
                                                number_text(curves.event_free().last_time) +
                                                ", the last observed time");
      }
    }
  }
  auto columns = table.columns("horizon");
  columns.push_back({"undefined_because", reasons});
  storage::write_table(folder / "horizons.tsv", columns);
}

namespace {

/// The first group against each other one.
void write_contrasts(const std::vector<CurveGroup>& groups,
                     const std::vector<survival::RestrictedMean>& means,
                     double level,
                     const std::filesystem::path& folder) {
  std::vector<std::string> group, reference, reasons;
  std::vector<double> difference, se, lower, upper, p, ratio, ratio_lower, ratio_upper;
  for (std::size_t g = 1; g < groups.size(); ++g) {
    const auto found = survival::restricted_mean_contrast(means[g], means[0], level);
    group.push_back(groups[g].name);
    reference.push_back(groups[0].name);
    difference.push_back(found.difference);
    se.push_back(found.se);
    lower.push_back(found.lower);
    upper.push_back(found.upper);
    p.push_back(found.p);
    ratio.push_back(found.ratio);
    ratio_lower.push_back(found.ratio_lower);
    ratio_upper.push_back(found.ratio_upper);
    reasons.push_back(found.undefined_because);
  }
  const std::vector<storage::TableColumn> columns{{"group", group},
                                                  {"reference", reference},
                                                  {"difference", difference},
                                                  {"se", se},
                                                  {"lower", lower},
                                                  {"upper", upper},
                                                  {"p", p},
                                                  {"ratio", ratio},
                                                  {"ratio_lower", ratio_lower},
                                                  {"ratio_upper", ratio_upper},
                                                  {"undefined_because", reasons}};
  storage::write_table(folder / "restricted_means.tsv", columns);
}

} // namespace

void write_groups(const Cohort& cohort,
                  const std::vector<CurveGroup>& groups,
                  const CurvesRequest& request,
                  const std::filesystem::path& folder) {
  const double z = normal_quantile(0.5 + 0.5 * request.level);
  std::vector<std::string> names, reasons;
  std::vector<Index> subjects, events;
  std::vector<double> median, median_lower, median_upper, mean, se, lower, upper;
  std::vector<survival::RestrictedMean> means;
  for (const CurveGroup& group : groups) {
    const Curves curves(cohort, group.weights, request);
    const auto middle = survival::time_quantile(curves.event_free(), 0.5, request.level);
    names.push_back(group.name);
    subjects.push_back(size_of(group.weights.support()));
    Index happened = 0;
    for (const Index i : group.weights.support()) {
      happened += std::get<SurvivalOutcome>(curves.free_outcome()).event[at(i)];
    }
    events.push_back(happened);
    median.push_back(middle.value);
    median_lower.push_back(middle.lower);
    median_upper.push_back(middle.upper);
    if (request.restrict_at) {
      means.push_back(survival::restricted_mean(curves.event_free(), *request.restrict_at));
      const auto& own = means.back();
      mean.push_back(own.value);
      se.push_back(own.se);
      lower.push_back(own.value - z * own.se);
      upper.push_back(own.value + z * own.se);
      reasons.push_back(own.undefined_because);
    }
  }
  std::vector<storage::TableColumn> columns{{"group", names},
                                            {"subjects", subjects},
                                            {"events", events},
                                            {"median", median},
                                            {"median_lower", median_lower},
                                            {"median_upper", median_upper}};
  if (request.restrict_at) {
    columns.push_back({"restricted_mean", mean});
    columns.push_back({"restricted_mean_se", se});
    columns.push_back({"restricted_mean_lower", lower});
    columns.push_back({"restricted_mean_upper", upper});
    columns.push_back({"undefined_because", reasons});
  }
  storage::write_table(folder / "groups.tsv", columns);
  if (request.restrict_at && groups.size() > 1) {
    write_contrasts(groups, means, request.level, folder);
  }
}

} // namespace vigil::app
