// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/screen_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::select {

namespace {

constexpr Index lanes = EightLanes::count;

/// Each column less its first row's value, then less the mean of that: a constant column is exactly 0.
void centre(std::vector<EightLanes>& values, ColumnGroup& group) {
  const EightLanes origin = values.front();
  EightLanes sum, size;
  for (EightLanes& value : values) {
    value -= origin;
    sum += value;
    size += value * value;
  }
  const EightLanes mean = 1.0 / static_cast<double>(values.size()) * sum;
  for (EightLanes& value : values) {
    value -= mean;
  }
  for (Index lane = 0; lane < lanes; ++lane) {
    group.constant[at(lane)] = size[lane] == 0.0;
  }
}

} // namespace

ScreenColumns::ScreenColumns(const TrainingData& data,
                             const CaseWeights& weights,
                             std::span<const Index> rows,
                             const PreparationOptions& options)
    : data_(data), weights_(weights), rows_(rows), options_(options) {
  const Covariates covariates = data.covariates();
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (covariates.info(column).penalized) {
      tested_.push_back(column);
    }
  }
}

template <class Value>
void ScreenColumns::fill(std::span<const Value> column,
                         Index number,
                         Index lane,
                         std::vector<EightLanes>& values) const {
  const std::vector<double> raw(column.begin(), column.end());
  if (options_.impute == "none") {
    refuse_missing(raw, weights_, data_.covariates().info(number));
  }
  Preparation rule(1, options_);
  const Preparation::Special unfilled{.column = 0,
                                      .rule = {.fill = std::numeric_limits<double>::quiet_NaN()}};
  rule.add_special({&unfilled, 1});
  rule.fill_from(raw, weights_);
  const double found = rule.column(0).fill;
  const double value = std::isfinite(found) ? found : 0.0; // nobody has one: constant
  for (Index row = 0; row < size_of(rows_); ++row) {
    const double own = raw[at(rows_[at(row)])];
    values[at(row)].set(lane, std::isfinite(own) ? own : value);
  }
}

template <class Value>
void ScreenColumns::load(std::span<const std::span<const Value>> columns,
                         ColumnGroup& group,
                         std::vector<EightLanes>& values) const {
  group.count = size_of(columns);
  std::array<const Value*, at(lanes)> from{};
  for (Index lane = 0; lane < lanes; ++lane) {
    from[at(lane)] = columns[at(std::min(lane, group.count - 1))].data();
  }
  values.resize(rows_.size());
  EightLanes finite; // 0, or NaN where a value is not finite
  for (Index row = 0; row < size_of(rows_); ++row) {
    const Index subject = rows_[at(row)];
    std::array<double, at(lanes)> cells{};
    for (std::size_t lane = 0; lane < cells.size(); ++lane) {
      cells[lane] = static_cast<double>(from[lane][subject]);
    }
    values[at(row)] = EightLanes(cells);
    finite += 0.0 * values[at(row)];
  }
  for (Index lane = 0; lane < group.count; ++lane) {
    if (finite[lane] != 0.0) {
      fill(columns[at(lane)], group.column[at(lane)], lane, values);
    }
  }
  centre(values, group);
  group.values = values;
}

std::span<const Index> ScreenColumns::among(Index first, Index end) const {
  const auto from = std::lower_bound(tested_.begin(), tested_.end(), first);
  const auto to = std::lower_bound(from, tested_.end(), end);
  return std::span(tested_).subspan(at(from - tested_.begin()), at(to - from));
}

template <class ColumnOf>
void ScreenColumns::visit_listed(std::span<const Index> listed,
                                 Index worker,
                                 const ColumnOf& column_of,
                                 std::vector<EightLanes>& buffer,
                                 const Take& take) const {
  using Column = decltype(column_of(Index{0}));
  for (Index first = 0; first < size_of(listed); first += lanes) {
    ColumnGroup group;
    std::array<Column, at(lanes)> columns{};
    const Index count = std::min(lanes, size_of(listed) - first);
    for (Index lane = 0; lane < count; ++lane) {
      group.column[at(lane)] = listed[at(first + lane)];
      columns[at(lane)] = column_of(listed[at(first + lane)]);
    }
    load(std::span<const Column>(columns.data(), at(count)), group, buffer);
    take(group, worker);
  }
}

void ScreenColumns::visit_block(const ColumnBlock& block,
                                Index worker,
                                std::vector<EightLanes>& buffer,
                                const Take& take) const {
  if (rows_.empty()) {
    return;
  }
  const Index first = block.first_feature();
  const auto column_of = [&](Index column) { return block.column(column - first); };
  visit_listed(among(first, first + block.features()), worker, column_of, buffer, take);
}

void ScreenColumns::visit_clinical(Scheduler& scheduler,
                                   const Take& take,
                                   const std::function<void(Index worker)>& close) const {
  if (rows_.empty()) {
    return;
  }
  const Index markers = data_.features.features();
  const auto clinical = among(markers, markers + data_.clinical.columns());
  const auto column_of = [&](Index column) { return data_.clinical.column(column - markers); };
  std::vector<std::vector<EightLanes>> buffers(at(scheduler.workers()));
  constexpr Index together = 64;
  scheduler.for_each((size_of(clinical) + together - 1) / together, [&](Index part, Index worker) {
    const Index first = part * together;
    const auto listed =
        clinical.subspan(at(first), at(std::min(together, size_of(clinical) - first)));
    visit_listed(listed, worker, column_of, buffers[at(worker)], take);
    close(worker);
  });
}

void ScreenColumns::visit(Scheduler& scheduler,
                          const Take& take,
                          const std::function<void(Index worker)>& close) const {
  if (rows_.empty()) {
    return;
  }
  if (!among(0, data_.features.features()).empty()) {
    std::vector<std::vector<EightLanes>> buffers(at(scheduler.workers()));
    data_.features.pass(scheduler, [&](const ColumnBlock& block, Index worker) {
      visit_block(block, worker, buffers[at(worker)], take);
      close(worker);
    });
  }
  visit_clinical(scheduler, take, close);
}

} // namespace vigil::select
