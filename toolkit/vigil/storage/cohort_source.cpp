// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/cohort_source.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/h5ad_matrix.hpp"
#include "vigil/storage/table_file.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace vigil::storage {

namespace {

/// Throws InputError when the file cannot be opened; names the most similar file of its folder.
void expect_file(const std::filesystem::path& path) {
  std::error_code failure;
  if (std::filesystem::is_regular_file(path, failure)) {
    return;
  }
  std::vector<std::string> others;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    others.push_back(entry.path().filename().string());
  }
  const auto near = nearest_name(path.filename().string(), others);
  throw InputError(
      {.where = path.string(),
       .found = std::filesystem::is_directory(path, failure) ? "a folder" : "no such file",
       .expected = "a cohort: .h5ad, .csv or .tsv (.gz)",
       .remedy = near ? "did you mean " + vigil::quoted(*near) + "?" : "check the path",
       .problem = "cannot open " + path.filename().string()});
}

struct KnownEnding {
  std::string_view ending, format, remedy;
};

constexpr std::array<KnownEnding, 13> other_formats{{
    {".h5ad", "a file that is not HDF5", "copy or save it again; it is truncated or damaged"},
    {".h5mu", "a file that is not HDF5", "copy or save it again; it is truncated or damaged"},
    {".h5", "a file that is not HDF5", "copy or save it again; it is truncated or damaged"},
    {".hdf5", "a file that is not HDF5", "copy or save it again; it is truncated or damaged"},
    {".loom", "a file that is not HDF5", "copy or save it again; it is truncated or damaged"},
    {".parquet", "Parquet", "in Python: pandas.read_parquet(f).to_csv(g)"},
    {".feather", "Feather", "in Python: pandas.read_feather(f).to_csv(g)"},
    {".xlsx", "a spreadsheet", "save the sheet as CSV (UTF-8)"},
    {".xls", "a spreadsheet", "save the sheet as CSV (UTF-8)"},
    {".rds", "an R object", "in R: write.csv(x, g, row.names = FALSE)"},
    {".rdata", "R objects", "in R: write.csv(x, g, row.names = FALSE)"},
    {".rda", "R objects", "in R: write.csv(x, g, row.names = FALSE)"},
    {".gct", "GCT", "write it as CSV with one row for each subject"},
}};

void refuse_other_formats(const std::filesystem::path& path) {
  const std::string ending = lower_case(path.extension().string());
  for (const auto& known : other_formats) {
    if (ending == known.ending) {
      throw InputError({.where = path.filename().string(),
                        .found = std::string(known.format),
                        .expected = "a cohort: .h5ad, .csv or .tsv (.gz)",
                        .remedy = std::string(known.remedy),
                        .problem = "cannot read " + path.filename().string()});
    }
  }
}

/// The frame with another column as its ids.
DataFrame with_ids(const DataFrame& frame, const std::string& id) {
  auto ids = frame.texts(id);
  expect_unique_names(
      ids, frame.where(id), "subject", "correct the ids, or name the column that holds them");
  DataFrame::Contents contents{.source = frame.source(), .index_name = id, .index = std::move(ids)};
  for (const auto& column : frame.columns()) {
    if (column.name != id) {
      contents.columns.push_back(column);
    }
  }
  contents.unreadable.assign(frame.unreadable().begin(), frame.unreadable().end());
  return DataFrame(std::move(contents));
}

} // namespace

CohortSource::CohortSource(const CohortRequest& request)
    : path_(request.file), layer_(request.layer) {
  expect_file(path_);
  if (!is_hdf5(path_)) {
    refuse_other_formats(path_);
    if (!layer_.empty()) {
      throw ConfigError({.where = "--layer",
                         .found = vigil::quoted(layer_),
                         .expected = "no layer, as " + path_.filename().string() + " is a table",
                         .remedy = "drop --layer",
                         .problem = "a table has no layers"});
    }
    frame_ = read_table(path_, {.column = request.id});
    return;
  }
  file_ = open_h5ad(path_);
  frame_ = read_frame(*file_, "obs");
  if (!request.id.empty() && request.id != frame_->index_name()) {
    frame_ = with_ids(*frame_, request.id);
  }
  names_ = read_frame_index(*file_, feature_frame_path(layer_));
}

DataFrame CohortSource::take_frame() {
  VIGIL_EXPECTS(frame_.has_value());
  DataFrame frame = std::move(*frame_);
  frame_.reset();
  return frame;
}

CohortMetadata CohortSource::metadata() const {
  return file_ ? read_metadata(*file_) : CohortMetadata{};
}

std::vector<std::string> CohortSource::notes() const {
  if (file_ && file_->opened_without_lock()) {
    return {file_->name() +
            " is open elsewhere for writing, or its file system has no locks; it was "
            "read without a lock"};
  }
  return {};
}

FeatureMatrix CohortSource::markers(const MarkerRequest& wanted, Scheduler& scheduler) const {
  const std::string frame = feature_frame_path(layer_);
  const auto positions = marker_positions(names_, file_->where(frame), wanted.request);
  const Index subjects = size_of(wanted.subjects);
  if (positions.empty()) {
    return FeatureMatrix(subjects);
  }
  std::vector<FeatureInfo> info;
  info.reserve(positions.size());
  for (const Index position : positions) {
    info.push_back(wanted.describe(names_[at(position)]));
  }
  const std::string path = matrix_path(*file_, layer_);
  const Index rows = size_of(read_frame_index(*file_, "obs"));
  const MatrixShape shape = matrix_shape(*file_, path, rows, size_of(names_));
  MatrixValues matrix = read_matrix(
      *file_, path, shape, {.subjects = wanted.subjects, .features = positions}, scheduler);
  for (std::size_t number = 0; number < info.size(); ++number) {
    info[number].offset = matrix.offset[number];
  }
  return {resident_source(subjects, size_of(info), std::move(matrix.values)), std::move(info)};
}

} // namespace vigil::storage
