// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/preparation.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/cohort/visit_columns.hpp"
#include "vigil/learn/subject_range.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
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

std::vector<double>
raw_columns(const Covariates& covariates, std::span<const Index> listed, Scheduler& scheduler) {
  return raw_columns(covariates, listed, {.count = covariates.subjects()}, scheduler);
}

std::vector<double> raw_columns(const Covariates& covariates,
                                std::span<const Index> listed,
                                const SubjectRange& subjects,
                                Scheduler& scheduler) {
  const Index markers = covariates.features.features();
  const auto some = [&](auto column) {
    return column.subspan(at(subjects.first), at(subjects.count));
  };
  std::vector<double> values(at(size_of(listed) * subjects.count));
  std::vector<Index> marker_columns, marker_places;
  for (Index place = 0; place < size_of(listed); ++place) {
    const Index column = listed[at(place)];
    VIGIL_EXPECTS(column >= 0 && column < covariates.columns());
    if (column < markers) {
      marker_columns.push_back(column);
      marker_places.push_back(place);
      continue;
    }
    const auto from = some(covariates.clinical.column(column - markers));
    std::copy(from.begin(), from.end(), values.begin() + place * subjects.count);
  }
  visit_columns(covariates.features,
                marker_columns,
                scheduler,
                [&](Index number, std::span<const float> stored) {
                  const double offset = covariates.features.offset(marker_columns[at(number)]);
                  double* to = values.data() + marker_places[at(number)] * subjects.count;
                  for (const float value : some(stored)) {
                    *to++ = static_cast<double>(value) + offset;
                  }
                });
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
  std::vector<std::string_view> known;
  known.reserve(at(covariates.columns()));
  for (Index column = 0; column < covariates.columns(); ++column) {
    known.emplace_back(covariates.info(column).name);
  }
  return find_names(known, names);
}

std::vector<Index> find_names(std::span<const std::string_view> all,
                              std::span<const std::string> names) {
  std::vector<std::pair<std::string_view, Index>> known;
  known.reserve(all.size());
  for (const std::string_view name : all) {
    known.push_back({name, size_of(known)});
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
      candidates.reserve(known.size());
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
