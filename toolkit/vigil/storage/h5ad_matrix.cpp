// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/h5ad_matrix.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/column_store.hpp"
#include "vigil/storage/sparse_matrix.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>

namespace vigil::storage {

namespace {

/// Bytes of one panel; two are in memory, one being read while the other is turned.
constexpr Index panel_bytes = Index{16} << 20;
/// Row panels lower than this write less than a cache line per column.
constexpr Index lowest_panel = 16;

[[noreturn]] void
no_matrix(const Hdf5File& file, const std::string& path, const std::string& found) {
  throw InputError({.where = file.where(path),
                    .found = found,
                    .expected = "a matrix of subjects by features, dense, CSR or CSC",
                    .remedy = "save the file again with anndata",
                    .problem = "cannot read the matrix " + file.where(path)});
}

void read_chunks(Hid dataset, MatrixShape& shape) {
  const Handle creation(H5Dget_create_plist(dataset), &H5Pclose);
  std::array<hsize_t, 2> chunk{};
  if (H5Pget_layout(creation.id()) == H5D_CHUNKED &&
      H5Pget_chunk(creation.id(), 2, chunk.data()) == 2) {
    shape.chunk_subjects = static_cast<Index>(chunk[0]);
    shape.chunk_features = static_cast<Index>(chunk[1]);
  }
  const Handle type(H5Dget_type(dataset), &H5Tclose);
  shape.is_float32 = H5Tget_class(type.id()) == H5T_FLOAT && H5Tget_size(type.id()) <= 4;
}

/// The matrix cut into panels that hold whole chunks, so that each chunk is read once.
struct PanelPlan {
  bool by_subjects = true;
  Index length = 1;
  Index panels = 1;
};

PanelPlan plan_panels(const MatrixShape& shape, Index bytes_each) {
  const Index row_bytes = std::max<Index>(1, shape.features * bytes_each);
  const Index column_bytes = std::max<Index>(1, shape.subjects * bytes_each);
  Index rows = 1;
  Index columns = 1;
  bool by_subjects = panel_bytes / row_bytes >= std::min(lowest_panel, shape.subjects);
  if (shape.chunk_subjects > 0) {
    rows = std::min(shape.chunk_subjects, shape.subjects);
    columns = std::min(shape.chunk_features, shape.features);
    by_subjects = rows * row_bytes < columns * column_bytes;
  }
  const Index unit = by_subjects ? rows : columns;
  const Index unit_bytes = unit * (by_subjects ? row_bytes : column_bytes);
  const Index total = by_subjects ? shape.subjects : shape.features;
  PanelPlan plan{.by_subjects = by_subjects,
                 .length = unit * std::max<Index>(1, panel_bytes / unit_bytes)};
  plan.length = std::min(plan.length, std::max<Index>(1, total));
  plan.panels = (total + plan.length - 1) / plan.length;
  return plan;
}

template <class Value>
class PanelReader {
public:
  PanelReader(const Hdf5File& file, const std::string& path, const MatrixShape& shape)
      : dataset_(file.open_dataset(path)), where_(file.where(path)), shape_(shape),
        plan_(plan_panels(shape, static_cast<Index>(sizeof(Value)))) {}

  [[nodiscard]] Index panels() const noexcept { return plan_.panels; }

  /// Reads panel `number` into `buffer`, which must stay while the panel is used.
  [[nodiscard]] Panel<Value> read(Index number, std::vector<Value>& buffer) const {
    prepare_hdf5();
    Panel<Value> panel{.values = nullptr,
                       .first_subject = 0,
                       .subjects = shape_.subjects,
                       .first_feature = 0,
                       .features = shape_.features};
    const Index first = number * plan_.length;
    if (plan_.by_subjects) {
      panel.first_subject = first;
      panel.subjects = std::min(plan_.length, shape_.subjects - first);
    } else {
      panel.first_feature = first;
      panel.features = std::min(plan_.length, shape_.features - first);
    }
    buffer.resize(std::max(buffer.size(), at(panel.subjects * panel.features)));
    const std::array<hsize_t, 2> start{static_cast<hsize_t>(panel.first_subject),
                                       static_cast<hsize_t>(panel.first_feature)};
    const std::array<hsize_t, 2> count{static_cast<hsize_t>(panel.subjects),
                                       static_cast<hsize_t>(panel.features)};
    const Handle space(H5Dget_space(dataset_.id()), &H5Sclose);
    const Handle memory(H5Screate_simple(2, count.data(), nullptr), &H5Sclose);
    H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const Hid type = sizeof(Value) == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    if (H5Dread(dataset_.id(), type, memory.id(), space.id(), H5P_DEFAULT, buffer.data()) < 0) {
      fail_reading(dataset_.id(), where_);
    }
    panel.values = buffer.data();
    return panel;
  }

private:
  Handle dataset_;
  std::string where_;
  const MatrixShape& shape_;
  PanelPlan plan_;
};

/// Reads panel k + 1 beside the turning of panel k.
template <class Value>
void read_dense(const PanelReader<Value>& reader, ColumnStore& store, Scheduler& scheduler) {
  if (reader.panels() == 0) {
    return;
  }
  std::array<std::vector<Value>, 2> buffer;
  Panel<Value> current = reader.read(0, buffer[0]);
  for (Index number = 0; number < reader.panels(); ++number) {
    Panel<Value> next{};
    if (number + 1 == reader.panels()) {
      store.take(current, scheduler);
      return;
    }
    scheduler.run_beside([&] { next = reader.read(number + 1, buffer[at((number + 1) % 2)]); },
                         [&] { store.take(current, scheduler); });
    current = next;
  }
}

} // namespace

MatrixShape
matrix_shape(const Hdf5File& file, const std::string& path, Index subjects, Index features) {
  MatrixShape shape;
  std::vector<Index> extent;
  if (file.kind(path) == NodeKind::group) {
    std::string format = file.text_attribute(path, "encoding-type").value_or("");
    if (format.empty()) {
      format = file.text_attribute(path, "h5sparse_format").value_or("") + "_matrix";
    }
    if (format != "csr_matrix" && format != "csc_matrix") {
      no_matrix(file, path, "a group of encoding " + vigil::quoted(format));
    }
    shape.layout = format == "csr_matrix" ? MatrixLayout::csr : MatrixLayout::csc;
    extent =
        file.counts_attribute(path, file.has_attribute(path, "shape") ? "shape" : "h5sparse_shape");
  } else {
    const Handle dataset = file.open_dataset(path);
    extent = file.shape(path);
    if (file.value_kind(path) != ValueKind::number && file.value_kind(path) != ValueKind::boolean) {
      no_matrix(file, path, "values that are no numbers");
    }
    if (extent.size() == 2) {
      read_chunks(dataset.id(), shape);
      file.expect_plausible(path, extent[0], std::max<Index>(extent[1], 1));
    }
  }
  if (extent.size() != 2) {
    no_matrix(file, path, number_text(size_of(extent)) + " dimensions");
  }
  if (extent[0] != subjects || extent[1] != features) {
    no_matrix(file,
              path,
              "a matrix of " + number_text(extent[0]) + " x " + number_text(extent[1]) +
                  " where there are " + number_text(subjects) + " subjects and " +
                  number_text(features) + " features");
  }
  shape.subjects = subjects;
  shape.features = features;
  return shape;
}

MatrixValues read_matrix(const Hdf5File& file,
                         const std::string& path,
                         const MatrixShape& shape,
                         const MatrixSelection& selection,
                         Scheduler& scheduler) {
  if (shape.layout != MatrixLayout::dense) {
    return read_sparse(file, path, shape, selection, scheduler);
  }
  ColumnStore store(shape, selection);
  if (shape.is_float32) {
    read_dense(PanelReader<float>(file, path, shape), store, scheduler);
  } else {
    read_dense(PanelReader<double>(file, path, shape), store, scheduler);
  }
  return store.finish(file.where(path));
}

} // namespace vigil::storage
