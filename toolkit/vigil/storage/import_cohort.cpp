// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/import_cohort.hpp"

#include "vigil/storage/cohort_source.hpp"
#include "vigil/storage/h5ad_file.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/marker_columns.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace vigil::storage {

namespace {

/// Rows of `frame` for the subjects of the cohort, in the cohort's order.
std::vector<Index> rows_of(const DataFrame& frame, const Cohort& cohort) {
  std::map<std::string_view, Index> place;
  for (Index row = 0; row < frame.rows(); ++row) {
    place[frame.index()[at(row)]] = row;
  }
  std::vector<Index> rows;
  for (const auto& id : cohort.subject_ids()) {
    rows.push_back(place.at(id));
  }
  return rows;
}

/// The columns that are no markers, and the names in place of the file's own.
DataFrame obs_frame(const DataFrame& frame, const std::vector<std::string>& markers) {
  const std::set<std::string> marker_set(markers.begin(), markers.end());
  DataFrame::Contents contents{
      .source = frame.source(), .index_name = frame.index_name(), .index = frame.index()};
  for (const auto& column : frame.columns()) {
    if (marker_set.count(column.name) == 0) {
      contents.columns.push_back(column);
    }
  }
  return DataFrame(std::move(contents));
}

CohortMetadata described(const CohortRequest& request, CohortMetadata metadata) {
  metadata.time_unit = request.time_unit.value_or(metadata.time_unit);
  for (const auto& [name, unit] : request.unit) {
    metadata.unit[name] = unit;
  }
  for (const auto& [name, moment] : request.known_at) {
    metadata.known_at[name] = moment;
  }
  return metadata;
}

/// Fills from a feature matrix: stored values with their offset added again.
FillColumns from_matrix(const FeatureMatrix& matrix, Scheduler& scheduler) {
  return [&matrix, &scheduler](Index first, Index count, std::span<float> values) {
    std::vector<Index> listed(at(count));
    std::iota(listed.begin(), listed.end(), first);
    const auto stored = matrix.columns(listed, scheduler);
    const Index subjects = matrix.subjects();
    for (Index feature = 0; feature < count; ++feature) {
      const double offset = matrix.offset(first + feature);
      for (Index cell = feature * subjects; cell < (feature + 1) * subjects; ++cell) {
        values[at(cell)] = static_cast<float>(static_cast<double>(stored[at(cell)]) + offset);
      }
    }
  };
}

/// Fills from the columns of a table.
FillColumns from_table(const DataFrame& frame, const std::vector<std::string>& markers) {
  return [&frame, &markers](Index first, Index count, std::span<float> values) {
    auto target = values.begin();
    for (Index feature = first; feature < first + count; ++feature) {
      for (const double value : frame.numbers(markers[at(feature)])) {
        *target++ = static_cast<float>(value);
      }
    }
  };
}

DataFrame plain_var(const std::string& source, std::vector<std::string> names) {
  return DataFrame({.source = source, .index_name = "feature", .index = std::move(names)});
}

/// The frame that describes the matrix of an .h5ad, cut to the features that were read.
DataFrame var_frame(const CohortRequest& request, const FeatureMatrix& matrix) {
  const auto file = open_h5ad(request.file);
  const DataFrame whole = read_frame(file, feature_frame_path(request.layer));
  std::map<std::string_view, Index> place;
  for (Index row = 0; row < whole.rows(); ++row) {
    place[whole.index()[at(row)]] = row;
  }
  std::vector<Index> rows;
  for (Index feature = 0; feature < matrix.features(); ++feature) {
    rows.push_back(place.at(matrix.info(feature).name));
  }
  return whole.select(rows);
}

} // namespace

ImportSummary import_cohort(const CohortRequest& request,
                            const std::filesystem::path& target,
                            const H5adOptions& options,
                            Scheduler& scheduler) {
  const Cohort cohort = open_cohort(request, scheduler);
  CohortSource source(request);
  const DataFrame whole = source.take_frame();
  const DataFrame frame = whole.select(rows_of(whole, cohort));
  ImportSummary summary{.subjects = cohort.subjects(),
                        .events = cohort.events(),
                        .has_outcome = cohort.has_outcome(),
                        .notes = cohort.parts().notes};
  std::vector<std::string> ignored;
  const auto markers = source.has_matrix() ? std::vector<std::string>{}
                                           : table_marker_names(frame, request, ignored);
  const auto& matrix = cohort.parts().features;
  const DataFrame obs = obs_frame(frame, markers);
  const DataFrame var =
      source.has_matrix() ? var_frame(request, matrix) : plain_var(frame.source(), markers);
  const H5adContents contents{.obs = obs,
                              .var = var,
                              .features = source.has_matrix() ? from_matrix(matrix, scheduler)
                                                              : from_table(frame, markers),
                              .metadata = described(request, source.metadata())};
  write_h5ad(target, contents, options);
  summary.markers = var.rows();
  summary.obs_columns = size_of(obs.columns());
  return summary;
}

std::vector<Field> fields_of(const CohortRequest& request) {
  CohortSource source(request);
  const DataFrame frame = source.take_frame();
  std::vector<Field> fields;
  for (const auto& column : frame.columns()) {
    Field field{.name = column.name,
                .kind = column.kind == ColumnKind::number ? "number"
                        : column.kind == ColumnKind::text ? "text"
                                                          : "category"};
    const auto texts = frame.texts(column.name);
    for (const auto& text : texts) {
      const bool seen = std::find(field.first_values.begin(), field.first_values.end(), text) !=
                        field.first_values.end();
      if (field.first_values.size() < 5 && !text.empty() && !seen) {
        field.first_values.push_back(text);
      }
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

} // namespace vigil::storage
