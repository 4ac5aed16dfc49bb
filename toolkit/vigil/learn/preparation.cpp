// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/preparation.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/quantile.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil {

Preparation Preparation::select(std::span<const Index> listed) const {
  std::vector<Column> chosen;
  chosen.reserve(listed.size());
  for (const Index column : listed) {
    chosen.push_back(columns_[at(column)]);
  }
  return Preparation(std::move(chosen));
}

Record Preparation::record() const {
  Record::Numbers fill, shift, scale, centre, spread;
  Record::Counts keep;
  for (const auto& column : columns_) {
    fill.push_back(column.fill);
    shift.push_back(column.shift);
    scale.push_back(column.scale);
    centre.push_back(column.centre);
    spread.push_back(column.spread);
    keep.push_back(column.keep ? 1 : 0);
  }
  Record record("preparation");
  record.set("fill", std::move(fill));
  record.set("shift", std::move(shift));
  record.set("scale", std::move(scale));
  record.set("centre", std::move(centre));
  record.set("spread", std::move(spread));
  record.set("keep", std::move(keep));
  return record;
}

Preparation Preparation::from_record(const Record& record) {
  const auto& keep = record.counts("keep");
  std::vector<Column> columns(keep.size());
  const auto read = [&](const char* name, double Column::*member) {
    const auto& values = record.numbers(name);
    if (values.size() != columns.size()) {
      throw InputError({.where = "record 'preparation', entry " + quoted(name),
                        .found = number_text(size_of(values)) + " values",
                        .expected = number_text(size_of(columns)) + " values",
                        .remedy = "the model file is damaged: fit it again"});
    }
    for (std::size_t column = 0; column < columns.size(); ++column) {
      columns[column].*member = values[column];
    }
  };
  read("fill", &Column::fill);
  read("shift", &Column::shift);
  read("scale", &Column::scale);
  read("centre", &Column::centre);
  read("spread", &Column::spread);
  for (std::size_t column = 0; column < columns.size(); ++column) {
    columns[column].keep = keep[column] != 0;
  }
  return Preparation(std::move(columns));
}

namespace {

/// Rule of one column under one weighting. `raw` has all subjects; only those with weight count.
Preparation::Column column_rule(std::span<const double> raw,
                                const CaseWeights& weights,
                                const PreparationOptions& options) {
  Preparation::Column rule;
  const Moments seen = weighted_moments(raw, weights.values());
  if (seen.finite == 0 || seen.smallest == seen.largest) {
    rule.keep = false;
    rule.fill = rule.shift = rule.centre = seen.finite == 0 ? 0.0 : seen.mean;
    rule.spread = 0.0;
    return rule;
  }
  rule.fill = options.impute == "mean" ? seen.mean : weighted_quantile(raw, weights.values(), 0.5);
  Moments filled = seen;
  if (seen.finite < size_of(weights.support())) {
    std::vector<double> complete(raw.begin(), raw.end());
    for (double& value : complete) {
      value = std::isfinite(value) ? value : rule.fill;
    }
    filled = weighted_moments(complete, weights.values());
  }
  rule.centre = filled.mean;
  rule.spread = std::sqrt(filled.variance);
  if (options.standardize) {
    rule.shift = rule.centre;
    rule.scale = rule.spread;
  }
  return rule;
}

/// A column whose training rows must be complete.
void refuse_missing(std::span<const double> raw,
                    const CaseWeights& weights,
                    const FeatureInfo& info) {
  Index missing = 0;
  for (const Index subject : weights.support()) {
    missing += std::isfinite(raw[at(subject)]) ? 0 : 1;
  }
  if (missing > 0) {
    throw InputError({.where = "column " + quoted(info.name),
                      .found = number_text(missing) + " missing values",
                      .expected = "no missing values (impute = none)",
                      .remedy = "use --impute median, or leave the column or the rows out",
                      .problem = "cannot use a column with missing values"});
  }
}

} // namespace

std::vector<Preparation> fit_preparations(const TrainingData& data,
                                          std::span<const CaseWeights> weightings,
                                          const PreparationOptions& options,
                                          Scheduler& scheduler) {
  const Index markers = data.features.features();
  const Covariates covariates = data.covariates();
  std::vector<std::vector<Preparation::Column>> rules(weightings.size());
  for (auto& columns : rules) {
    columns.resize(at(data.columns()));
  }
  const auto fit_column = [&](Index column, std::span<const double> raw) {
    for (std::size_t item = 0; item < weightings.size(); ++item) {
      if (options.impute == "none") {
        refuse_missing(raw, weightings[item], covariates.info(column));
      }
      rules[item][at(column)] = column_rule(raw, weightings[item], options);
    }
  };
  data.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    std::vector<double> raw(at(data.subjects()));
    for (Index feature = 0; feature < block.features(); ++feature) {
      const Index column = block.first_feature() + feature;
      const double offset = data.features.info(column).offset;
      const auto stored = block.column(feature);
      std::transform(stored.begin(), stored.end(), raw.begin(), [offset](float value) {
        return static_cast<double>(value) + offset;
      });
      fit_column(column, raw);
    }
  });
  scheduler.for_each(data.clinical.columns(), [&](Index column, Index) {
    fit_column(markers + column, data.clinical.column(column));
  });
  std::vector<Preparation> preparations;
  preparations.reserve(rules.size());
  for (auto& columns : rules) {
    preparations.emplace_back(std::move(columns));
  }
  return preparations;
}

std::vector<double>
raw_columns(const Covariates& covariates, std::span<const Index> listed, Scheduler& scheduler) {
  const Index markers = covariates.features.features();
  const Index subjects = covariates.subjects();
  std::vector<double> values(at(size_of(listed) * subjects));
  std::vector<Index> marker_columns, marker_places;
  for (Index place = 0; place < size_of(listed); ++place) {
    const Index column = listed[at(place)];
    VIGIL_EXPECTS(column >= 0 && column < covariates.columns());
    if (column < markers) {
      marker_columns.push_back(column);
      marker_places.push_back(place);
      continue;
    }
    const auto from = covariates.clinical.column(column - markers);
    std::copy(from.begin(), from.end(), values.begin() + place * subjects);
  }
  const auto stored = covariates.features.columns(marker_columns, scheduler);
  for (Index number = 0; number < size_of(marker_columns); ++number) {
    const double offset = covariates.features.info(marker_columns[at(number)]).offset;
    for (Index subject = 0; subject < subjects; ++subject) {
      values[at(marker_places[at(number)] * subjects + subject)] =
          static_cast<double>(stored[at(number * subjects + subject)]) + offset;
    }
  }
  return values;
}

std::vector<double> prepared_columns(const Covariates& covariates,
                                     std::span<const Index> listed,
                                     const Preparation& preparation,
                                     Scheduler& scheduler) {
  VIGIL_EXPECTS(preparation.columns() == size_of(listed));
  auto values = raw_columns(covariates, listed, scheduler);
  const Index subjects = covariates.subjects();
  for (Index place = 0; place < size_of(listed); ++place) {
    for (Index subject = 0; subject < subjects; ++subject) {
      double& value = values[at(place * subjects + subject)];
      value = preparation.apply(place, value);
    }
  }
  return values;
}

std::vector<Index> find_columns(const Covariates& covariates, std::span<const std::string> names) {
  std::vector<std::pair<std::string_view, Index>> known;
  known.reserve(at(covariates.columns()));
  for (Index column = 0; column < covariates.columns(); ++column) {
    known.push_back({covariates.info(column).name, column});
  }
  std::sort(known.begin(), known.end());
  std::vector<Index> columns;
  FaultList faults;
  std::string remedy;
  for (const auto& name : names) {
    const auto place =
        std::lower_bound(known.begin(), known.end(), std::pair<std::string_view, Index>{name, -1});
    if (place != known.end() && place->first == name) {
      columns.push_back(place->second);
      continue;
    }
    faults.add("column " + quoted(name), "no such column");
    if (remedy.empty()) {
      std::vector<std::string> candidates;
      for (const auto& entry : known) {
        candidates.emplace_back(entry.first);
      }
      remedy = suggestion(name, candidates);
    }
  }
  faults.raise_if_any("the cohort lacks columns that the model needs",
                      "the columns that the model was fitted with",
                      remedy + "; name the columns with --clinical and --features");
  return columns;
}

} // namespace vigil
