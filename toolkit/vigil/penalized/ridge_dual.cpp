// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/ridge_dual.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/pivoted_factor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr Index tile_rows = 256;
constexpr Index most_rows = 20000;
constexpr Index always_allowed = Index{1} << 32; // bytes, as for any working set

bool finite_limit(const std::vector<double>& limits) {
  return std::any_of(
      limits.begin(), limits.end(), [](double limit) { return std::isfinite(limit); });
}

Index penalized_in(std::span<const double> factor) {
  return std::count_if(factor.begin(), factor.end(), [](double each) { return each > 0.0; });
}

} // namespace

bool RidgeDual::suits(const PenaltyOptions& penalty, std::span<const double> factor, Index rows) {
  return penalty.l1_ratio == 0.0 && !finite_limit(penalty.lower) && !finite_limit(penalty.upper) &&
         penalized_in(factor) > rows;
}

RidgeDual::RidgeDual(const TrainingData& data,
                     const Preparation& preparation,
                     std::span<const double> factor,
                     const Loss& loss)
    : data_(data), preparation_(preparation), factor_(factor), loss_(loss),
      subjects_(loss.subjects().begin(), loss.subjects().end()), penalized_(penalized_in(factor)) {}

// At once: K, F as columns, their transformation (twice for Efron and delayed entry), the curvature, its factor and a
// copy; panels; the path's coefficients while they grow.
Index RidgeDual::bytes(Index rows, Index predicted, Index columns, Index points) {
  const Index doubles = rows * (6 * rows + predicted) + panels_at_once * panel_columns * predicted;
  return 8 * doubles + 40 * columns * points;
}

void RidgeDual::check_size(Index points, Index memory_bytes) const {
  const Index rows = loss_.rows();
  if (rows > most_rows) {
    throw ConfigError({.where = "penalty, l1_ratio 0 with more columns than subjects",
                       .found = count_text(rows) + " subjects",
                       .expected = "at most " + count_text(most_rows),
                       .remedy = "raise l1_ratio, or pass fewer features or subjects"});
  }
  const Index needed = bytes(rows, size_of(subjects_), penalized_, predicts_ ? 0 : points);
  const Index allowed = std::max(memory_bytes, always_allowed);
  if (needed > allowed) {
    constexpr Index mebibyte = Index{1} << 20;
    throw ConfigError({.where = "penalty, l1_ratio 0 with more columns than subjects",
                       .found = count_text(rows) + " subjects, " + count_text(penalized_) +
                                " columns and " + count_text(points) + " lambdas, which take " +
                                count_text(needed / mebibyte) + " MiB",
                       .expected = "at most " + count_text(allowed / mebibyte) + " MiB",
                       .remedy = "raise --memory, or pass fewer lambdas, features or subjects"});
  }
}

void RidgeDual::predict_for(std::span<const Index> subjects) {
  std::vector<std::uint8_t> known(at(data_.subjects()), 0);
  for (const Index subject : subjects_) {
    known[at(subject)] = 1;
  }
  for (const Index subject : subjects) {
    if (known[at(subject)] == 0) {
      subjects_.push_back(subject);
    }
  }
  predicts_ = true;
}

// cell: raw value by column and subject.
template <class Cell>
void RidgeDual::prepare(Panel& panel, Index first, Index count, const Cell& cell) const {
  const Index rows = size_of(subjects_);
  panel.columns.clear();
  for (Index column = first; column < first + count; ++column) {
    if (factor_[at(column)] > 0.0) {
      panel.columns.push_back(column);
    }
  }
  panel.values.resize(rows, size_of(panel.columns));
  for (Index place = 0; place < size_of(panel.columns); ++place) {
    const Index column = panel.columns[at(place)];
    const auto rule = preparation_.column(column);
    const double unit = 1.0 / (rule.scale * std::sqrt(factor_[at(column)]));
    const auto to = panel.values.column(place);
    for (Index row = 0; row < rows; ++row) {
      const double raw = cell(column, subjects_[at(row)]);
      to[at(row)] = ((raw == raw ? raw : rule.fill) - rule.centre) * unit;
    }
  }
}

void RidgeDual::prepare_clinical(Panel& panel) const {
  const Index markers = data_.features.features();
  prepare(panel, markers, data_.clinical.columns(), [&](Index column, Index subject) {
    return data_.clinical.column(column - markers)[at(subject)];
  });
}

void RidgeDual::measure(Panel& panel) const {
  for (Index place = 0; place < size_of(panel.columns); ++place) {
    const auto values = panel.values.column(place);
    double sum = 0.0;
    for (Index row = 0; row < loss_.rows(); ++row) {
      sum += loss_.weight()[at(row)] * values[at(row)] * values[at(row)];
    }
    const double factor = factor_[at(panel.columns[at(place)])];
    panel.largest_norm = std::max(panel.largest_norm, std::sqrt(factor * sum));
  }
}

void RidgeDual::begin_kernel() {
  kernel_ = zeros(size_of(subjects_), loss_.rows());
  panels_.resize(at(panels_at_once));
  prepare_clinical(panels_.front());
  measure(panels_.front());
  for (Index tile = 0; tile < tiles(); ++tile) {
    add_to_tile(tile, 1);
  }
}

void RidgeDual::take_panel(Index place, Index first, std::span<const float> values) {
  Panel& panel = panels_[at(place)];
  const Index subjects = data_.subjects();
  double offset = 0.0;
  Index of = no_index; // column of the offset
  prepare(panel, first, size_of(values) / subjects, [&](Index column, Index subject) {
    if (column != of) {
      of = column;
      offset = data_.features.offset(column);
    }
    return static_cast<double>(values[at((column - first) * subjects + subject)]) + offset;
  });
  residuals_.empty() ? measure(panel) : multiply_residuals(panel);
}

Index RidgeDual::tiles() const noexcept {
  return !residuals_.empty() ? 0 : (size_of(subjects_) + tile_rows - 1) / tile_rows;
}

// Of the rows no more than the triangle below the tile's end; of further subjects all.
void RidgeDual::add_to_tile(Index tile, Index panels) {
  const Index first = tile * tile_rows, end = std::min(size_of(subjects_), first + tile_rows);
  const Index rows = loss_.rows(), columns = std::min(end, rows);
  for (Index place = 0; place < panels; ++place) {
    const MatrixView all = view(panels_[at(place)].values);
    const MatrixView own{.data = all.data + first,
                         .rows = end - first,
                         .columns = all.columns,
                         .stride = all.stride};
    const MatrixView others{
        .data = all.data, .rows = columns, .columns = all.columns, .stride = all.stride};
    outer_multiply(own, others, 1.0, 1.0, kernel_, first, 0);
  }
}

GrowingMatrix RidgeDual::finish_kernel() {
  for (const Panel& panel : panels_) {
    largest_norm_ = std::max(largest_norm_, panel.largest_norm);
  }
  panels_.clear();
  const Index rows = loss_.rows();
  for (Index column = 0; column < rows; ++column) {
    for (Index row = column + 1; row < rows; ++row) {
      kernel_(column, row) = kernel_(row, column);
    }
  }
  return pivoted_factor(
      {.data = kernel_.data(), .rows = rows, .columns = rows, .stride = kernel_.stride()});
}

std::vector<double> RidgeDual::linear_predictor(std::span<const double> residual,
                                                double lambda) const {
  std::vector<double> dual(residual.begin(), residual.end()), eta(subjects_.size());
  for (double& value : dual) {
    value /= lambda * loss_.total_weight();
  }
  multiply(view(kernel_), dual, eta);
  return eta;
}

void RidgeDual::begin_coefficients(std::vector<std::vector<double>> residuals) {
  residuals_ = std::move(residuals);
  products_.assign(at(data_.columns() * size_of(residuals_)), 0.0);
  panels_.resize(at(panels_at_once));
  prepare_clinical(panels_.front());
  multiply_residuals(panels_.front());
}

// One residual after another: the bytes of a point do not depend on the points beside it.
void RidgeDual::multiply_residuals(const Panel& panel) {
  const Index count = size_of(panel.columns);
  const MatrixView rows{.data = panel.values.data(),
                        .rows = loss_.rows(),
                        .columns = count,
                        .stride = panel.values.stride()};
  std::vector<double> product(at(count));
  for (Index point = 0; point < size_of(residuals_); ++point) {
    multiply_transposed(rows, residuals_[at(point)], product);
    for (Index place = 0; place < count; ++place) {
      products_[at(point * data_.columns() + panel.columns[at(place)])] = product[at(place)];
    }
  }
}

double RidgeDual::coefficient(Index column, Index point, double lambda) const {
  return products_[at(point * data_.columns() + column)] /
         (std::sqrt(factor_[at(column)]) * lambda * loss_.total_weight());
}

void RidgeDual::finish_coefficients() {
  residuals_.clear();
  products_ = {};
  panels_ = {};
}

} // namespace vigil::penalized
