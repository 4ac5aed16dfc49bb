// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/column_store.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/large_pages.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::storage {

namespace {

constexpr Index tile_features = 16;
constexpr Index tile_subjects = 64;
constexpr Index task_features = 128;

} // namespace

ColumnStore::ColumnStore(const MatrixShape& shape, const MatrixSelection& selection)
    : selection_(selection), subjects_(shape.subjects), features_(shape.features),
      all_subjects_(size_of(selection.subjects) == shape.subjects),
      target_(at(shape.subjects), no_index) {
  for (Index place = 0; place < size_of(selection.subjects); ++place) {
    target_[at(selection.subjects[at(place)])] = place;
  }
  result_.values = zeros_in_large_pages(size_of(selection.subjects) * size_of(selection.features));
  result_.offset.assign(selection.features.size(), std::numeric_limits<double>::quiet_NaN());
}

template <class Value>
void ColumnStore::store(Index position, Index first_subject, Index subjects, const Value* column) {
  double& offset = result_.offset[at(position)];
  for (Index row = 0; std::isnan(offset) && row < subjects; ++row) {
    offset = std::isfinite(column[row]) ? static_cast<double>(column[row]) : offset;
  }
  const double shift = std::isnan(offset) ? 0.0 : offset;
  std::array<float, tile_subjects> line;
  bool infinite = false;
  for (Index row = 0; row < subjects; ++row) {
    const auto value = static_cast<float>(static_cast<double>(column[row]) - shift);
    line[at(row)] = value;
    infinite = infinite || std::fabs(value) > std::numeric_limits<float>::max();
  }
  if (infinite) {
    Index row = 0;
    while (!std::isinf(line[at(row)])) {
      ++row;
    }
    const Index cell = (first_subject + row) * features_ + selection_.features[at(position)];
    Index lowest = infinite_.load();
    while (cell < lowest && !infinite_.compare_exchange_weak(lowest, cell)) {
    }
  }
  float* stored = result_.values.data() + position * size_of(selection_.subjects);
  if (all_subjects_) {
    std::copy_n(line.data(), subjects, stored + first_subject);
    return;
  }
  for (Index row = 0; row < subjects; ++row) {
    const Index target = target_[at(first_subject + row)];
    if (target != no_index) {
      stored[target] = line[at(row)];
    }
  }
}

template <class Value>
void ColumnStore::take_tile(const Panel<Value>& panel, Index first_position, Index positions) {
  std::array<std::array<Value, tile_subjects>, tile_features> tile;
  std::array<Index, tile_features> column{};
  for (Index number = 0; number < positions; ++number) {
    column[at(number)] = selection_.features[at(first_position + number)] - panel.first_feature;
  }
  for (Index first = 0; first < panel.subjects; first += tile_subjects) {
    const Index rows = std::min(tile_subjects, panel.subjects - first);
    for (Index row = 0; row < rows; ++row) {
      const Value* line = panel.values + (first + row) * panel.features;
      for (Index number = 0; number < positions; ++number) {
        tile[at(number)][at(row)] = line[column[at(number)]];
      }
    }
    for (Index number = 0; number < positions; ++number) {
      store(first_position + number, panel.first_subject + first, rows, tile[at(number)].data());
    }
  }
}

template <class Value>
void ColumnStore::take(const Panel<Value>& panel, Scheduler& scheduler) {
  const auto& features = selection_.features;
  const Index first =
      std::lower_bound(features.begin(), features.end(), panel.first_feature) - features.begin();
  const Index last =
      std::lower_bound(features.begin(), features.end(), panel.first_feature + panel.features) -
      features.begin();
  const Index tasks = (last - first + task_features - 1) / task_features;
  scheduler.for_each(tasks, [&](Index task, Index) {
    const Index end = std::min(last, first + (task + 1) * task_features);
    for (Index start = first + task * task_features; start < end; start += tile_features) {
      take_tile(panel, start, std::min(tile_features, end - start));
    }
  });
}

template void ColumnStore::take(const Panel<float>& panel, Scheduler& scheduler);
template void ColumnStore::take(const Panel<double>& panel, Scheduler& scheduler);

void ColumnStore::take_column(Index position, const std::vector<double>& column) {
  for (Index first = 0; first < subjects_; first += tile_subjects) {
    store(position, first, std::min(tile_subjects, subjects_ - first), column.data() + first);
  }
}

MatrixValues ColumnStore::finish(const std::string& where) {
  const Index cell = infinite_.load();
  if (cell != std::numeric_limits<Index>::max()) {
    throw InputError({.where = where + ", row " + number_text(cell / features_ + 1) + ", column " +
                               number_text(cell % features_ + 1),
                      .found = "an infinite value, or one beyond single precision",
                      .expected = "finite values; missing as NaN",
                      .remedy = "correct the value, or make it NaN if it is unknown",
                      .problem = "a marker is infinite"});
  }
  for (double& offset : result_.offset) {
    offset = std::isnan(offset) ? 0.0 : offset;
  }
  return std::move(result_);
}

} // namespace vigil::storage
