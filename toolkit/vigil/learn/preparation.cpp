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
#include <utility>

namespace vigil {

Preparation::Preparation(Index columns, const PreparationOptions& options)
    : centre_(at(columns), 0.0), spread_(at(columns), std::numeric_limits<double>::quiet_NaN()),
      standardize_(options.standardize), impute_(options.impute) {}

Preparation::Preparation(const std::vector<Column>& columns) : Preparation(size_of(columns), {}) {
  std::vector<Special> specials;
  for (Index column = 0; column < size_of(columns); ++column) {
    specials.push_back({column, columns[at(column)]});
  }
  add_special(specials);
}

void Preparation::add_special(std::span<const Special> specials) {
  special_.insert(special_.end(), specials.begin(), specials.end());
}

const Preparation::Column* Preparation::find_special(Index column) const {
  const auto found =
      std::partition_point(special_.begin(), special_.end(), [&](const Special& special) {
        return special.column < column;
      });
  VIGIL_EXPECTS(found != special_.end() && found->column == column);
  return &found->rule;
}

Preparation Preparation::select(std::span<const Index> listed) const {
  std::vector<Column> chosen;
  chosen.reserve(listed.size());
  for (const Index column : listed) {
    chosen.push_back(this->column(column));
  }
  Preparation result(chosen);
  result.standardize_ = standardize_;
  result.impute_ = impute_;
  return result;
}

namespace {

double fill_of(std::span<const double> raw, const CaseWeights& weights, const std::string& impute) {
  return impute == "mean" ? weighted_moments(raw, weights.values()).mean
                          : weighted_quantile(raw, weights.values(), 0.5);
}

} // namespace

void Preparation::fill_from(std::span<const double> raw, const CaseWeights& weights) {
  const Index subjects = weights.subjects();
  VIGIL_EXPECTS(size_of(raw) == columns() * subjects);
  std::vector<Column> rules;
  for (Index column = 0; column < columns(); ++column) {
    rules.push_back(this->column(column));
    double& fill = rules.back().fill;
    if (fill != fill) {
      fill = fill_of(raw.subspan(at(column * subjects), at(subjects)), weights, impute_);
    }
  }
  Preparation filled(rules);
  filled.standardize_ = standardize_;
  filled.impute_ = impute_;
  *this = std::move(filled);
}

Record Preparation::record() const {
  Record::Numbers fill, shift, scale, centre, spread;
  Record::Counts keep;
  for (Index place = 0; place < columns(); ++place) {
    const Column column = this->column(place);
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
  return Preparation(columns);
}

namespace {

/// A column whose training rows must be complete.
void refuse_missing(std::span<const double> values,
                    const CaseWeights& weights,
                    const FeatureInfo& info) {
  Index missing = 0;
  for (const Index subject : weights.support()) {
    missing += std::isfinite(values[at(subject)]) ? 0 : 1;
  }
  if (missing > 0) {
    throw InputError({.where = "column " + quoted(info.name),
                      .found = number_text(missing) + " missing values",
                      .expected = "no missing values (impute = none)",
                      .remedy = "use --impute median, or leave the column or the rows out",
                      .problem = "cannot use a column with missing values"});
  }
}

/// The rules of one column after another under all weightings.
class ColumnRules {
public:
  ColumnRules(std::span<const CaseWeights> weightings, const PreparationOptions& options)
      : weightings_(weightings), options_(options), sums_(weightings.size()) {
    for (const CaseWeights& weights : weightings) {
      const auto support = weights.support();
      rows_.push_back({weights.values().data(), support.empty() ? no_index : support.front()});
    }
  }

  /// Calls take(weighting, rule) for each. values: value - offset of all subjects.
  template <class Take>
  void visit(std::span<const double> values, const FeatureInfo& info, const Take& take) {
    const bool complete =
        std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
    moment_sums(values, rows_, sums_);
    for (std::size_t item = 0; item < weightings_.size(); ++item) {
      if (complete) {
        take(item, rule_of(sums_[item], weightings_[item].total(), not_a_number, info.offset));
      } else {
        take(item, rule_with_missing(item, values, info));
      }
    }
  }

private:
  static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

  [[nodiscard]] Preparation::Column
  rule_of(const MomentSums& sums, double weight, double fill, double offset) const {
    Preparation::Column rule{.fill = fill + offset};
    if (!(sums.second > 0.0)) { // constant, or nobody has a value
      const double constant = sums.origin == sums.origin ? sums.origin + offset : 0.0;
      rule.fill = rule.shift = rule.centre = constant;
      rule.spread = 0.0;
      rule.keep = false;
      return rule;
    }
    const double shift = sums.first / weight;
    rule.centre = sums.origin + shift + offset;
    rule.spread = std::sqrt(sums.second / weight - shift * shift);
    if (options_.standardize) {
      rule.shift = rule.centre;
      rule.scale = rule.spread;
    }
    return rule;
  }
  [[nodiscard]] Preparation::Column rule_with_missing(std::size_t item,
                                                      std::span<const double> values,
                                                      const FeatureInfo& info) const {
    const CaseWeights& weights = weightings_[item];
    if (options_.impute == "none") {
      refuse_missing(values, weights, info);
    }
    const auto support = weights.support();
    const auto seen = std::find_if(support.begin(), support.end(), [&](Index subject) {
      return std::isfinite(values[at(subject)]);
    });
    if (seen == support.end()) {
      return rule_of({.origin = not_a_number}, 0.0, 0.0, 0.0);
    }
    const double fill = fill_of(values, weights, options_.impute);
    std::vector<double> filled(values.begin(), values.end());
    for (double& value : filled) {
      value = std::isfinite(value) ? value : fill;
    }
    MomentSums sums;
    moment_sums(filled, {&rows_[item], 1}, {&sums, 1});
    return rule_of(sums, weights.total(), fill, info.offset);
  }

  std::span<const CaseWeights> weightings_;
  const PreparationOptions& options_;
  std::vector<RowWeights> rows_;
  std::vector<MomentSums> sums_;
};

} // namespace

std::vector<Preparation> fit_preparations(const TrainingData& data,
                                          std::span<const CaseWeights> weightings,
                                          const PreparationOptions& options,
                                          Scheduler& scheduler) {
  const Index markers = data.features.features(), items = size_of(weightings);
  std::vector<Preparation> preparations(weightings.size(), Preparation(data.columns(), options));
  const Index block_features = std::max<Index>(1, data.features.source().block_features());
  const Index blocks = data.features.source().blocks();
  // special columns by block of markers, then one entry for each clinical column
  std::vector<std::vector<std::vector<Preparation::Special>>> specials(
      at(blocks + data.clinical.columns()));
  const auto fit_column = [&](ColumnRules& column_rules,
                              Index column,
                              std::span<const double> values,
                              const FeatureInfo& info,
                              std::vector<std::vector<Preparation::Special>>& special) {
    column_rules.visit(values, info, [&](std::size_t item, const Preparation::Column& rule) {
      if (rule.keep && rule.fill != rule.fill) {
        preparations[item].set_regular(column, rule.centre, rule.spread);
      } else {
        special.resize(at(items));
        special[item].push_back({column, rule});
      }
    });
  };
  data.features.pass(scheduler, [&](const ColumnBlock& block, Index) {
    ColumnRules column_rules(weightings, options);
    auto& special = specials[at(block.first_feature() / block_features)];
    std::vector<double> values(at(data.subjects()));
    for (Index feature = 0; feature < block.features(); ++feature) {
      const Index column = block.first_feature() + feature;
      const auto stored = block.column(feature);
      std::copy(stored.begin(), stored.end(), values.begin());
      fit_column(column_rules, column, values, data.features.info(column), special);
    }
  });
  scheduler.for_each(data.clinical.columns(), [&](Index column, Index) {
    ColumnRules column_rules(weightings, options);
    FeatureInfo info = data.clinical.info(column);
    info.offset = 0.0; // clinical columns are stored as they are
    fit_column(column_rules,
               markers + column,
               data.clinical.column(column),
               info,
               specials[at(blocks + column)]);
  });
  for (const auto& special : specials) {
    for (std::size_t item = 0; item < special.size(); ++item) {
      preparations[item].add_special(special[item]);
    }
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
    const double offset = covariates.features.offset(marker_columns[at(number)]);
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
