// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace vigil {

namespace {

std::vector<Index> named_columns(const Covariates& covariates,
                                 const std::vector<std::string>& names) {
  const std::set<std::string> wanted(names.begin(), names.end());
  std::set<std::string> found;
  std::vector<Index> columns;
  for (Index column = 0; column < covariates.columns(); ++column) {
    const FeatureInfo& info = covariates.info(column);
    for (const std::string& name : {info.name, info.source_column()}) {
      if (wanted.count(name) > 0) {
        found.insert(name);
        if (columns.empty() || columns.back() != column) {
          columns.push_back(column);
        }
      }
    }
  }
  for (const std::string& name : wanted) {
    if (found.count(name) == 0) {
      std::vector<std::string> known;
      for (Index column = 0; column < covariates.columns(); ++column) {
        known.push_back(covariates.info(column).name);
      }
      throw ConfigError({.where = "features of a learner",
                         .found = quoted(name),
                         .expected = "a column of the cohort",
                         .remedy = suggestion(name, known),
                         .problem = "unknown column"});
    }
  }
  return columns;
}

FeatureMatrix reduced_features(const FeatureMatrix& full, const std::vector<Index>& columns) {
  std::vector<Index> kept;
  std::vector<FeatureInfo> info;
  for (const Index column : columns) {
    if (column < full.features()) {
      kept.push_back(column);
      info.push_back(full.info(column));
    }
  }
  if (size_of(kept) == full.features()) {
    return full;
  }
  if (kept.empty()) {
    return FeatureMatrix(full.subjects());
  }
  const auto handle = std::make_shared<const FeatureMatrix>(full);
  const std::shared_ptr<const FeatureSource> source(handle, &handle->source());
  return {feature_subset(source, std::move(kept)), std::move(info)};
}

ClinicalBlock reduced_clinical(const TrainingData& full, const std::vector<Index>& columns) {
  ClinicalBlock block(full.subjects());
  for (const Index column : columns) {
    const Index clinical = column - full.features.features();
    if (clinical >= 0) {
      const auto values = full.clinical.column(clinical);
      block.add(full.clinical.info(clinical), {values.begin(), values.end()});
    }
  }
  return block;
}

} // namespace

std::vector<Index> selected_columns(const Covariates& covariates,
                                    const ColumnSelection& selection) {
  if (selection.kind == ColumnSelection::Kind::named) {
    return named_columns(covariates, selection.names);
  }
  std::vector<Index> columns;
  for (Index column = 0; column < covariates.columns(); ++column) {
    const bool marker = covariates.info(column).marker;
    if (selection.kind == ColumnSelection::Kind::all ||
        marker == (selection.kind == ColumnSelection::Kind::markers)) {
      columns.push_back(column);
    }
  }
  return columns;
}

ColumnView::ColumnView(const TrainingData& full, std::vector<Index> columns)
    : full_(full), columns_(std::move(columns)),
      features_(reduced_features(full.features, columns_)),
      clinical_(reduced_clinical(full, columns_)) {}

ColumnView::ColumnView(const TrainingData& full, const ColumnSelection& selection)
    : ColumnView(full, selected_columns(full.covariates(), selection)) {
  if (columns_.empty()) {
    throw ConfigError(
        {.where = "features of a learner",
         .found = selection.kind == ColumnSelection::Kind::clinical  ? "no clinical column"
                  : selection.kind == ColumnSelection::Kind::markers ? "no marker"
                                                                     : "no column",
         .expected = "at least one column to learn from",
         .remedy = "name clinical columns or markers of the cohort, or choose features = \"all\"",
         .problem = "a learner has nothing to learn from"});
  }
}

TrainingData ColumnView::data() const noexcept {
  return {.features = features_,
          .clinical = clinical_,
          .outcome = full_.outcome,
          .stratum = full_.stratum,
          .batch = full_.batch,
          .offset = full_.offset,
          .centre = full_.centre,
          .group = full_.group,
          .batch_names = full_.batch_names};
}

} // namespace vigil
