// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/combat_parameters.hpp"
#include "vigil/learn/combat_rows.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>
#include <variant>

namespace vigil {

namespace {

constexpr const char* problem = "cannot correct for batches";

[[noreturn]] void
refuse(std::string where, std::string found, std::string expected, std::string remedy) {
  throw ConfigError({.where = std::move(where),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = problem});
}

struct OutcomeColumn {
  std::string name;
  std::vector<double> values;
};

/// What an outcome consists of; of times the event last.
std::vector<OutcomeColumn> outcome_columns(const Outcome& outcome) {
  if (const auto* survival = std::get_if<SurvivalOutcome>(&outcome)) {
    return {{"time", survival->time}, {"event", {survival->event.begin(), survival->event.end()}}};
  }
  if (const auto* competing = std::get_if<CompetingRisksOutcome>(&outcome)) {
    OutcomeColumn event{"event", {}};
    for (const auto cause : competing->cause) {
      event.values.push_back(cause > 0 ? 1.0 : 0.0);
    }
    return {{"time", competing->time},
            {"cause", {competing->cause.begin(), competing->cause.end()}},
            std::move(event)};
  }
  if (const auto* binary = std::get_if<BinaryOutcome>(&outcome)) {
    return {{"outcome", {binary->label.begin(), binary->label.end()}}};
  }
  if (const auto* count = std::get_if<CountOutcome>(&outcome)) {
    return {{"outcome", count->count}};
  }
  return {{"outcome", std::get<ContinuousOutcome>(outcome).value}};
}

/// Whether one column is a linear function of the other where both are known, and both vary.
bool linear_function(std::span<const double> one, std::span<const double> other) {
  double count = 0.0, mean_one = 0.0, mean_other = 0.0;
  const auto visit = [&](const auto& add) {
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (std::isfinite(one[i]) && std::isfinite(other[i])) {
        add(one[i], other[i]);
      }
    }
  };
  visit([&](double x, double y) {
    count += 1.0;
    mean_one += x;
    mean_other += y;
  });
  mean_one /= count;
  mean_other /= count;
  double xx = 0.0, yy = 0.0, xy = 0.0;
  visit([&](double x, double y) {
    xx += (x - mean_one) * (x - mean_one);
    yy += (y - mean_other) * (y - mean_other);
    xy += (x - mean_one) * (y - mean_other);
  });
  constexpr double rounding = 1e-10;
  return count > 2.0 && xx > 0.0 && yy > 0.0 && xy * xy >= (1.0 - rounding) * xx * yy;
}

void refuse_outcome(const TrainingData& data, const CombatOptions& options) {
  const Covariates covariates = data.covariates();
  const auto outcome = outcome_columns(data.outcome);
  for (const Index column : combat_covariates(covariates, options.covariates)) {
    const auto values = data.clinical.column(column - data.features.features());
    for (const auto& [name, known] : outcome) {
      if (linear_function(values, known)) {
        refuse("combat, covariate " + quoted(covariates.info(column).name),
               "a column that says what the " + name + " is",
               "covariates that are known before the outcome",
               "leave it out: a correction that keeps its effect draws markers to the outcome");
      }
    }
  }
  std::vector<std::set<double>> events(data.batch_names.size());
  for (Index subject = 0; subject < data.subjects(); ++subject) {
    if (data.batch[at(subject)] != no_index) {
      events[at(data.batch[at(subject)])].insert(outcome.back().values[at(subject)]);
    }
  }
  const bool pure =
      std::ranges::all_of(events, [](const auto& codes) { return codes.size() <= 1; });
  std::set<double> all;
  for (const auto& codes : events) {
    all.insert(codes.begin(), codes.end());
  }
  if (pure && all.size() > 1) {
    refuse("combat, batch " + quoted(options.batch),
           outcome.back().name == "event" ? "batches that say who has the event"
                                          : "batches that say what the outcome is",
           "a column of where subjects were measured",
           "name another column: with this one nothing can be told from the batch");
  }
}

} // namespace

std::vector<Index> combat_covariates(const Covariates& covariates,
                                     std::span<const std::string> names) {
  std::vector<Index> columns;
  for (const std::string& name : names) {
    bool found = false;
    std::vector<std::string> clinical;
    for (Index column = covariates.features.features(); column < covariates.columns(); ++column) {
      const FeatureInfo& info = covariates.info(column);
      if (!info.marker) {
        clinical.push_back(info.name);
        if (info.name == name || info.source_column() == name) {
          found = true;
          columns.push_back(column);
        }
      }
    }
    if (!found) {
      refuse("combat, covariates",
             quoted(name) + ", which is no clinical column",
             "clinical columns of the cohort",
             suggestion(name, clinical) + "; name it in clinical (--clinical)");
    }
  }
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

std::vector<Index> marker_columns_of(const Covariates& covariates) {
  std::vector<Index> columns;
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (covariates.info(column).marker) {
      columns.push_back(column);
    }
  }
  return columns;
}

void check_combat(const TrainingData& data,
                  const CaseWeights& weights,
                  const CombatOptions& options,
                  Scheduler& scheduler) {
  if (data.batch.empty()) {
    refuse("combat", "no column for the batch", "a column of batches", "name it as batch");
  }
  refuse_outcome(data, options);
  const CombatRows rows(data, weights, options, scheduler);
  const auto fault = [](std::string where, std::string found, std::string expected) {
    throw InputError({.where = std::move(where),
                      .found = std::move(found),
                      .expected = std::move(expected),
                      .remedy = "leave combat out, or name another column",
                      .problem = problem});
  };
  if (rows.batches() < 2) {
    fault("combat, batch " + quoted(options.batch),
          "batches of two or more subjects: " + number_text(rows.batches()),
          "at least two such batches");
  }
  if (marker_columns_of(data.covariates()).size() < 2) {
    fault("combat", "fewer than two markers", "markers that batches can be compared by");
  }
  if (!rows.determined().empty()) {
    fault("combat, covariate " + quoted(rows.determined().front()),
          "a column that the batch or the other covariates determine",
          "covariates that vary within batches");
  }
}

} // namespace vigil
