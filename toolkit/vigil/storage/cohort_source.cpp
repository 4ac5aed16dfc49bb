// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/cohort_source.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/h5ad_matrix.hpp"
#include "vigil/storage/streamed_source.hpp"
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

/// The matrix of an .h5ad and the columns of it that are wanted.
struct MatrixPart {
  std::vector<Index> positions;
  std::vector<FeatureInfo> info = {};
  std::string path = {};
  MatrixShape shape = {};
};

/// Reading keeps the result and some buffers beside it.
Index needed_bytes(Index cells) {
  constexpr Index buffers = Index{64} << 20;
  return cells * Index{sizeof(float)} * 5 / 4 + buffers;
}

bool exceeds_memory(Index cells, Index memory_bytes) {
  return memory_bytes > 0 && needed_bytes(cells) > memory_bytes;
}

void expect_streamable(const Hdf5File& file, const MatrixPart& part, const CohortRequest& request) {
  if (can_stream(file, part.path, part.shape)) {
    return;
  }
  const Index cells = part.shape.subjects * size_of(part.positions);
  throw ResourceError({.where = file.where(part.path),
                       .found = "a matrix that needs " + bytes_text(needed_bytes(cells)) +
                                " and cannot be streamed as it lies in the file",
                       .expected = "at most " + bytes_text(request.memory_bytes) +
                                   ", or chunks of all subjects in single precision",
                       .remedy = "write it anew with: vigil import " + file.name() +
                                 " -o NEW.h5ad; or allow more with --memory",
                       .problem = "the matrix is larger than the memory limit"});
}

FeatureMatrix resident_part(const Hdf5File& file,
                            MatrixPart part,
                            const MarkerRequest& wanted,
                            Scheduler& scheduler) {
  MatrixValues matrix = read_matrix(file,
                                    part.path,
                                    part.shape,
                                    {.subjects = wanted.subjects, .features = part.positions},
                                    scheduler);
  for (std::size_t number = 0; number < part.info.size(); ++number) {
    part.info[number].offset = matrix.offset[number];
  }
  const Index subjects = size_of(wanted.subjects);
  return {resident_source(subjects, size_of(part.info), std::move(matrix.values)),
          std::move(part.info)};
}

FeatureMatrix streamed_part(MatrixPart part, const MarkerRequest& wanted, Scheduler& scheduler) {
  StreamedMatrix matrix = open_streamed(wanted.request.file, part.path, part.shape, scheduler);
  for (std::size_t number = 0; number < part.info.size(); ++number) {
    part.info[number].offset = matrix.offset[at(part.positions[number])];
  }
  auto source = std::move(matrix.source);
  if (size_of(wanted.subjects) != part.shape.subjects) {
    source = subject_subset(std::move(source), wanted.subjects);
  }
  if (size_of(part.positions) != part.shape.features) {
    source = feature_subset(std::move(source), std::move(part.positions));
  }
  return {std::move(source), std::move(part.info)};
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
  MatrixPart part{.positions = marker_positions(names_, file_->where(frame), wanted.request)};
  if (part.positions.empty()) {
    return FeatureMatrix(size_of(wanted.subjects));
  }
  part.info.reserve(part.positions.size());
  for (const Index position : part.positions) {
    part.info.push_back(wanted.describe(names_[at(position)]));
  }
  part.path = matrix_path(*file_, layer_);
  const Index rows = size_of(read_frame_index(*file_, "obs"));
  part.shape = matrix_shape(*file_, part.path, rows, size_of(names_));
  const Index cells = size_of(wanted.subjects) * size_of(part.positions);
  if (exceeds_memory(cells, wanted.request.memory_bytes)) {
    expect_streamable(*file_, part, wanted.request);
    return streamed_part(std::move(part), wanted, scheduler);
  }
  return resident_part(*file_, std::move(part), wanted, scheduler);
}

} // namespace vigil::storage
