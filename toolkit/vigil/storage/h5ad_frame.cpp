// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/h5ad_frame.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace vigil::storage {

namespace {

constexpr const char* save_again = "in Python: anndata.read_h5ad(f).write_h5ad(g)";

[[noreturn]] void damaged(const Hdf5File& file, const std::string& path, const std::string& found) {
  throw InputError({.where = file.where(path),
                    .found = found,
                    .expected = "a column as AnnData writes it",
                    .remedy = std::string("save the file again; ") + save_again,
                    .problem = "cannot read " + file.where(path)});
}

void expect_group(const Hdf5File& file, const std::string& path) {
  const NodeKind kind = file.kind(path);
  if (kind == NodeKind::group) {
    return;
  }
  const bool compound = kind == NodeKind::dataset && file.value_kind(path) == ValueKind::compound;
  throw InputError({.where = file.where(path),
                    .found = compound ? "a compound data set, the layout of anndata before 0.7"
                             : kind == NodeKind::absent ? "nothing"
                                                        : "no group",
                    .expected = "a group with one entry for each column",
                    .remedy = std::string("re-save it with a newer anndata; ") + save_again,
                    .problem = "cannot read " + file.where(path)});
}

std::string index_path(const Hdf5File& file, const std::string& path) {
  const auto named = file.text_attribute(path, "_index");
  std::vector<std::string> candidates;
  if (named && !named->empty()) {
    candidates.push_back(*named);
  }
  candidates.insert(candidates.end(), {"_index", "index"});
  for (const auto& candidate : candidates) {
    if (file.kind(path + "/" + candidate) == NodeKind::dataset) {
      return path + "/" + candidate;
    }
  }
  damaged(file, path, "no names of rows (" + candidates.front() + ")");
}

/// Reads one column; `rows` is the length that it must have.
class ColumnReader {
public:
  ColumnReader(const Hdf5File& file, std::string path, Index rows)
      : file_(file), path_(std::move(path)), rows_(rows) {}

  /// Nothing: an encoding that is not known.
  std::optional<Column> read() {
    switch (file_.kind(path_)) {
    case NodeKind::dataset:
      return file_.has_attribute(path_, "categories") ? legacy_categorical() : plain(path_);
    case NodeKind::group:
      return encoded();
    case NodeKind::absent:
      damaged(file_, path_, "nothing, though the frame lists this column");
    default:
      return std::nullopt;
    }
  }

private:
  std::optional<Column> plain(const std::string& path) {
    expect_rows(path);
    switch (file_.value_kind(path)) {
    case ValueKind::number:
    case ValueKind::boolean:
      return Column{.name = {}, .kind = ColumnKind::number, .numbers = file_.numbers(path)};
    case ValueKind::text:
      return Column{.name = {}, .kind = ColumnKind::text, .texts = file_.texts(path)};
    default:
      return std::nullopt;
    }
  }

  std::optional<Column> encoded() {
    const std::string encoding = file_.text_attribute(path_, "encoding-type").value_or("");
    const auto has = [this](const char* part) {
      return file_.kind(path_ + "/" + part) == NodeKind::dataset;
    };
    if (encoding == "categorical" || (encoding.empty() && has("codes") && has("categories"))) {
      return categorical(path_ + "/codes", file_.texts(path_ + "/categories"));
    }
    if (encoding.starts_with("nullable-") || (encoding.empty() && has("values") && has("mask"))) {
      return nullable();
    }
    return std::nullopt;
  }

  Column categorical(const std::string& codes_path, std::vector<std::string> levels) {
    expect_rows(codes_path);
    Column column{.name = {},
                  .kind = ColumnKind::category,
                  .codes = file_.counts(codes_path),
                  .levels = std::move(levels)};
    for (const Index code : column.codes) {
      if (code < no_index || code >= size_of(column.levels)) {
        damaged(file_,
                path_,
                "code " + number_text(code) + " for " + number_text(size_of(column.levels)) +
                    " categories");
      }
    }
    return column;
  }

  Column legacy_categorical() {
    return categorical(path_, file_.referenced_texts(path_, "categories"));
  }

  std::optional<Column> nullable() {
    auto column = plain(path_ + "/values");
    const std::string mask_path = path_ + "/mask";
    if (!column) {
      return column;
    }
    expect_rows(mask_path);
    const auto mask = file_.numbers(mask_path);
    for (Index row = 0; row < rows_; ++row) {
      if (mask[at(row)] == 0.0) {
        continue;
      }
      if (column->kind == ColumnKind::number) {
        column->numbers[at(row)] = std::numeric_limits<double>::quiet_NaN();
      } else {
        column->texts[at(row)].clear();
      }
    }
    return column;
  }

  void expect_rows(const std::string& path) const {
    const auto shape = file_.shape(path);
    if (shape.size() == 1 && shape.front() == rows_) {
      return;
    }
    std::string text;
    for (const Index length : shape) {
      text += (text.empty() ? "" : " x ") + number_text(length);
    }
    damaged(file_, path, "shape (" + text + ") where there are " + number_text(rows_) + " rows");
  }

  const Hdf5File& file_;
  std::string path_;
  Index rows_;
};

std::vector<std::string>
column_order(const Hdf5File& file, const std::string& path, const std::string& index) {
  if (file.has_attribute(path, "column-order")) {
    return file.texts_attribute(path, "column-order");
  }
  std::vector<std::string> names;
  for (auto& child : file.children(path)) {
    if (child != "__categories" && path + "/" + child != index) {
      names.push_back(std::move(child));
    }
  }
  return names;
}

} // namespace

std::vector<std::string> read_frame_index(const Hdf5File& file, const std::string& path) {
  expect_group(file, path);
  const std::string index = index_path(file, path);
  if (file.shape(index).size() != 1) {
    damaged(file, index, "names of rows that are no list");
  }
  auto names = file.texts(index);
  expect_unique_names(names,
                      file.where(path),
                      path == "obs" ? "subject" : "feature",
                      path == "obs" ? "in Python: adata.obs_names_make_unique(), after checking why"
                                    : "in Python: adata.var_names_make_unique()");
  return names;
}

DataFrame read_frame(const Hdf5File& file, const std::string& path) {
  DataFrame::Contents contents{.source = file.where(path), .index = read_frame_index(file, path)};
  const std::string index = index_path(file, path);
  contents.index_name = index.substr(path.size() + 1);
  for (const auto& name : column_order(file, path, index)) {
    auto column = ColumnReader(file, path + "/" + name, size_of(contents.index)).read();
    if (column) {
      column->name = name;
      contents.columns.push_back(std::move(*column));
    } else {
      contents.unreadable.push_back(name);
    }
  }
  return DataFrame(std::move(contents));
}

} // namespace vigil::storage
