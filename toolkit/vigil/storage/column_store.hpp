// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/storage/h5ad_matrix.hpp"

#include <atomic>
#include <limits>
#include <vector>

namespace vigil::storage {

/// A rectangle of a matrix as it lies in a file: subject after subject.
template <class Value>
struct Panel {
  const Value* values;
  Index first_subject, subjects;
  Index first_feature, features; ///< features is also the distance of two subjects
};

/// Collects panels, in any order of features but ascending order of subjects, into columns with their offsets.
class ColumnStore {
public:
  ColumnStore(const MatrixShape& shape, const MatrixSelection& selection);

  /// Turns a panel by tiles of 16 features x 64 subjects, which stay in the first-level cache.
  template <class Value>
  void take(const Panel<Value>& panel, Scheduler& scheduler);
  /// Takes one whole column, all subjects of the file.
  void take_column(Index position, const std::vector<double>& column);

  /// Throws InputError when a value was infinite; `where` is the matrix.
  [[nodiscard]] MatrixValues finish(const std::string& where);

private:
  template <class Value>
  void take_tile(const Panel<Value>& panel, Index first_position, Index positions);
  template <class Value>
  void store(Index position, Index first_subject, Index subjects, const Value* column);

  const MatrixSelection& selection_;
  Index subjects_, features_;
  bool all_subjects_;
  std::vector<Index> target_; ///< of each subject of the file, no_index where it is left out
  MatrixValues result_;       ///< offset NaN: no finite value yet
  std::atomic<Index> infinite_{std::numeric_limits<Index>::max()}; ///< lowest cell of the file
};

} // namespace vigil::storage
