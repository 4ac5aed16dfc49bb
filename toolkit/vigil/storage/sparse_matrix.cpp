// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/sparse_matrix.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/column_store.hpp"

#include <hdf5.h>

#include <algorithm>

namespace vigil::storage {

namespace {

constexpr Index block_entries = Index{1} << 20;

/// The three arrays of a compressed matrix, checked; `major` lines (rows of CSR, columns of CSC).
class CompressedLines {
public:
  CompressedLines(const Hdf5File& file, const std::string& path, Index major, Index minor)
      : file_(file), path_(path), minor_(minor), data_(file.open_dataset(path + "/data")),
        indices_(file.open_dataset(path + "/indices")), start_(file.counts(path + "/indptr")) {
    const auto entries = file.shape(path + "/data");
    const auto positions = file.shape(path + "/indices");
    bool good = entries.size() == 1 && entries == positions && size_of(start_) == major + 1 &&
                start_.front() == 0 && start_.back() <= entries.front();
    for (Index line = 0; good && line < major; ++line) {
      good = start_[at(line)] <= start_[at(line + 1)];
    }
    if (!good) {
      damaged("data, indices and indptr that do not fit together");
    }
    file.expect_plausible(path + "/data", entries.front(), 1);
  }

  /// Visits every entry: entry(line, position, value), lines ascending. Stops after `lines` lines.
  template <class Entry>
  void visit(Index lines, const Entry& entry) {
    Index line = 0;
    const Index end = start_[at(lines)];
    for (Index first = 0; first < end; first += block_entries) {
      const Index count = std::min(block_entries, end - first);
      read(data_, H5T_NATIVE_DOUBLE, first, count, value_);
      read(indices_, H5T_NATIVE_INT64, first, count, position_);
      for (Index number = 0; number < count; ++number) {
        while (start_[at(line + 1)] <= first + number) {
          ++line;
        }
        const Index position = position_[at(number)];
        if (position < 0 || position >= minor_) {
          damaged("position " + number_text(position) + " in a line of " + number_text(minor_));
        }
        entry(line, position, value_[at(number)]);
      }
    }
  }

  [[noreturn]] void damaged(const std::string& found) const {
    throw InputError({.where = file_.where(path_),
                      .found = found,
                      .expected = "a sparse matrix that holds each cell at most once",
                      .remedy = "in Python: adata.X.sum_duplicates(), and save it again",
                      .problem = "cannot read the matrix " + file_.where(path_)});
  }

private:
  template <class Value>
  void read(
      const Handle& dataset, Hid type, Index first, Index count, std::vector<Value>& buffer) const {
    buffer.resize(at(count));
    const auto start = static_cast<hsize_t>(first);
    const auto length = static_cast<hsize_t>(count);
    const Handle space(H5Dget_space(dataset.id()), &H5Sclose);
    const Handle memory(H5Screate_simple(1, &length, nullptr), &H5Sclose);
    H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr);
    if (H5Dread(dataset.id(), type, memory.id(), space.id(), H5P_DEFAULT, buffer.data()) < 0) {
      fail_reading(dataset.id(), file_.where(path_));
    }
  }

  const Hdf5File& file_;
  const std::string& path_;
  Index minor_;
  Handle data_, indices_;
  std::vector<Index> start_;
  std::vector<double> value_;
  std::vector<Index> position_;
};

/// One column at a time: filled with zeros, then its entries.
MatrixValues read_csc(const Hdf5File& file,
                      const std::string& path,
                      const MatrixShape& shape,
                      const MatrixSelection& selection) {
  CompressedLines lines(file, path, shape.features, shape.subjects);
  ColumnStore store(shape, selection);
  std::vector<Index> place(at(shape.features), no_index);
  for (Index number = 0; number < size_of(selection.features); ++number) {
    place[at(selection.features[at(number)])] = number;
  }
  std::vector<double> column(at(shape.subjects), 0.0);
  std::vector<Index> seen(at(shape.subjects), no_index);
  Index current = 0;
  const auto finish_to = [&](Index line) {
    for (; current < line; ++current) {
      if (place[at(current)] != no_index) {
        store.take_column(place[at(current)], column);
      }
      std::fill(column.begin(), column.end(), 0.0);
    }
  };
  lines.visit(shape.features, [&](Index line, Index position, double value) {
    finish_to(line);
    if (seen[at(position)] == line) {
      lines.damaged("column " + number_text(line + 1) + " holds row " + number_text(position + 1) +
                    " twice");
    }
    seen[at(position)] = line;
    column[at(position)] = value;
  });
  finish_to(shape.features);
  return store.finish(file.where(path));
}

/// Rows of a CSR matrix in panels of dense rows.
MatrixValues read_csr(const Hdf5File& file,
                      const std::string& path,
                      const MatrixShape& shape,
                      const MatrixSelection& selection,
                      Scheduler& scheduler) {
  constexpr Index panel_bytes = Index{16} << 20;
  CompressedLines lines(file, path, shape.subjects, shape.features);
  ColumnStore store(shape, selection);
  const Index row_bytes = std::max<Index>(1, shape.features) * Index{sizeof(double)};
  const Index height =
      std::clamp<Index>(panel_bytes / row_bytes, 1, std::max<Index>(1, shape.subjects));
  std::vector<double> panel(at(height * shape.features), 0.0);
  std::vector<Index> seen(at(shape.features), no_index);
  Index first = 0;
  const auto finish_to = [&](Index line) {
    while (first < shape.subjects && first + height <= line) {
      store.take(Panel<double>{.values = panel.data(),
                               .first_subject = first,
                               .subjects = std::min(height, shape.subjects - first),
                               .first_feature = 0,
                               .features = shape.features},
                 scheduler);
      std::fill(panel.begin(), panel.end(), 0.0);
      first += height;
    }
  };
  lines.visit(shape.subjects, [&](Index line, Index position, double value) {
    finish_to(line);
    if (seen[at(position)] == line) {
      lines.damaged("row " + number_text(line + 1) + " holds column " + number_text(position + 1) +
                    " twice");
    }
    seen[at(position)] = line;
    panel[at((line - first) * shape.features + position)] = value;
  });
  finish_to(shape.subjects + height);
  return store.finish(file.where(path));
}

} // namespace

MatrixValues read_sparse(const Hdf5File& file,
                         const std::string& path,
                         const MatrixShape& shape,
                         const MatrixSelection& selection,
                         Scheduler& scheduler) {
  return shape.layout == MatrixLayout::csc ? read_csc(file, path, shape, selection)
                                           : read_csr(file, path, shape, selection, scheduler);
}

} // namespace vigil::storage
