// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// What a path asks of the matrix, and how it takes the answers; path_fitter.cpp has the path itself.
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/path_fitter.hpp"
#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace vigil::penalized {

namespace {

// Of a working set: its curvature as a matrix takes 8 m^2 bytes; with a ridge part and more columns than rows there is
// none, and columns take 16 bytes per row.
constexpr Index most_columns = 6000;
constexpr Index most_bytes = Index{1} << 32;

} // namespace

void PathFitter::ask_for_columns(std::vector<Index> columns, const MarkerColumns& held) {
  joining_ = std::move(columns);
  const Index wanted = working_->size() + size_of(joining_), rows = loss_->rows();
  const bool wide = groups_.empty() && penalty_.l1_ratio < 1.0 && wanted > 2 * rows;
  const Index most = wide ? std::max(most_columns, most_bytes / (16 * rows)) : most_columns;
  if (wanted > most) {
    throw ConfigError(
        {.where = "penalty, l1_ratio " + number_text(penalty_.l1_ratio) +
                  (groups_.empty() ? "" : ", groups"),
         .found = count_text(wanted) + " columns in one working set",
         .expected = "at most " + count_text(most) + " for " + count_text(rows) + " subjects",
         .remedy = "raise l1_ratio or the smallest lambda, or pass fewer features"});
  }
  for (const Index column : joining_) {
    if (column < markers() && held.find(column).empty()) {
      request_.columns.push_back(column);
    }
  }
}

void PathFitter::gather(const MarkerColumns& held) {
  if (joining_.empty()) {
    return;
  }
  const Index rows = loss_->rows();
  std::vector<double> values(at(rows * size_of(joining_)));
  std::vector<float> floats(values.size());
  std::vector<WorkingSet::Joining> joining;
  auto to = values.begin();
  auto float_to = floats.begin();
  for (const Index column : joining_) {
    const auto& rule = item_.preparation.column(column);
    joining.push_back(
        {.column = column, .penalty = column_penalty(penalty_, factor_[at(column)], column, rule)});
    in_working_set_[at(column)] = 1;
    const bool marker = column < markers();
    const auto stored = marker ? held.find(column) : std::span<const float>{};
    const auto clinical = marker
                              ? std::span<const double>{}
                              : std::span<const double>(data_.clinical.column(column - markers()));
    const double offset = marker ? data_.features.offset(column) : 0.0;
    bool complete = marker;
    for (const Index subject : loss_->subjects()) {
      const float value = marker ? stored[at(subject)] : 0.0F;
      const double raw = marker ? static_cast<double>(value) + offset : clinical[at(subject)];
      complete = complete && raw == raw;
      *to++ = ((raw == raw ? raw : rule.fill) - rule.centre) / rule.scale;
      *float_to++ = value;
    }
    if (complete) {
      joining.back().centre = rule.centre - offset;
      joining.back().scale = rule.scale;
    }
  }
  working_->add(joining, values, floats);
  idle_.resize(at(working_->size()), 0);
  joining_.clear();
}

void PathFitter::ask_for_sweep(std::span<const double> direction, double norm) {
  subspace_->add(direction, norm);
  const auto by_row = subspace_->last_direction();
  exact_sweep_.assign(sweep_.size(), 0.0);
  sweep_sum_ = 0.0;
  for (Index row = 0; row < loss_->rows(); ++row) {
    const Index subject = loss_->subjects()[at(row)];
    sweep_[at(subject)] = by_row[at(row)];
    exact_sweep_[at(subject)] = static_cast<double>(by_row[at(row)]);
    sweep_sum_ += exact_sweep_[at(subject)];
  }
  request_.sweep = sweep_;
}

void PathFitter::fetch_answer(Index first, Index count) {
  constexpr Index line = 16; // floats
  const float* answers = subspace_->last_products().data();
  for (Index marker = first; marker < first + count; marker += line) {
    __builtin_prefetch(norms_.centre.data() + marker);
    __builtin_prefetch(norms_.inverse_scale.data() + marker);
    __builtin_prefetch(answers + marker, 1);
  }
}

void PathFitter::answer_sweep(const ColumnBlock& block, std::span<const double> products) {
  const std::size_t first = at(block.first_feature()), count = products.size();
  const auto answers = subspace_->last_products().subspan(first, count);
  const float* centre = norms_.centre.data() + first;
  const float* inverse_scale = norms_.inverse_scale.data() + first;
  constexpr std::uint64_t exponent = 0x7ff0000000000000U; // all ones: no finite number
  std::uint64_t spoiled = 0;
  for (std::size_t number = 0; number < count; ++number) {
    const auto bits = std::bit_cast<std::uint64_t>(products[number]) & exponent;
    spoiled |= bits == exponent ? std::uint64_t{1} : std::uint64_t{0};
  }
  for (std::size_t number = 0; number < count; ++number) {
    const double product = products[number];
    answers[number] =
        static_cast<float>((product - static_cast<double>(centre[number]) * sweep_sum_) *
                           static_cast<double>(inverse_scale[number]));
  }
  for (std::size_t number = 0; number < count && spoiled != 0; ++number) {
    const Index marker = block.first_feature() + static_cast<Index>(number);
    if (!std::isfinite(products[number])) {
      const auto rule = item_.preparation.column(marker);
      const double offset = data_.features.offset(marker);
      const bool kept = factor_[at(marker)] >= 0.0;
      answers[number] =
          kept ? static_cast<float>(
                     centred_product(
                         block.column(static_cast<Index>(number)), exact_sweep_, offset, rule) /
                     rule.scale)
               : 0.0F;
    }
  }
}

double PathFitter::exact_gradient(Index column, std::span<const float> stored) const {
  const auto& rule = item_.preparation.column(column);
  const double product =
      column < markers()
          ? centred_product(stored, residual_, data_.features.offset(column), rule)
          : centred_product(data_.clinical.column(column - markers()), residual_, 0.0, rule);
  return product / rule.scale / loss_->total_weight();
}

void PathFitter::answer_check(Index number, std::span<const float> column) {
  double product = 0.0;
  double* out = &product;
  const float *from = column.data(), *direction = residual_float_.data();
  sweep({.columns = &from,
         .length = size_of(column),
         .count = 1,
         .directions = &direction,
         .number = 1,
         .out = &out});
  take_product(number, column, product);
}

// product: in float. Most columns are then surely under the limit, and the rest is done again in double.
void PathFitter::take_product(Index number, std::span<const float> column, double product) {
  const Index marker = checks_[at(number)];
  const double centre = static_cast<double>(norms_.centre[at(marker)]);
  const double centred = std::fabs(product - centre * residual_sum_) *
                         static_cast<double>(norms_.inverse_scale[at(marker)]);
  const double most = centred + static_cast<double>(norms_.uncentred[at(marker)]) * check_slack_;
  if (most <= check_limit_ * surely_zero(marker)) { // false for a product that is not finite
    check_gradient_[at(number)] = 0.0;
    check_bound_[at(number)] = most;
    return;
  }
  check_gradient_[at(number)] = exact_gradient(marker, column);
  check_bound_[at(number)] = std::fabs(check_gradient_[at(number)]) * loss_->total_weight();
}

// Gradients of columns; 0 in place of one that is surely at most limit times the column's factor (in the scale of the
// residuals). Clinical columns that are not in the working set are always checked: there are few.
void PathFitter::ask_for_checks(std::vector<Index> columns,
                                double limit,
                                const MarkerColumns& held) {
  checks_ = std::move(columns);
  check_limit_ = limit;
  residual_sum_ = 0.0;
  for (const Index subject : loss_->subjects()) {
    residual_float_[at(subject)] = static_cast<float>(residual_[at(subject)]);
    residual_sum_ += residual_[at(subject)];
  }
  check_slack_ = subspace_->product_slack(subspace_->norm(working_->point().residual));
  for (Index column = markers(); column < data_.columns(); ++column) {
    if (factor_[at(column)] > 0.0 && in_working_set_[at(column)] == 0) {
      checks_.push_back(column);
    }
  }
  check_gradient_.assign(checks_.size(), 0.0);
  check_bound_.assign(checks_.size(), 0.0);
  std::vector<Index> numbers; // of checks whose columns are at hand
  std::vector<const float*> from;
  const Index count = markers();
  numbers.reserve(checks_.size());
  from.reserve(checks_.size());
  for (Index number = 0; number < size_of(checks_); ++number) {
    const Index column = checks_[at(number)];
    if (column >= count) {
      check_gradient_[at(number)] = exact_gradient(column, {});
      continue;
    }
    const auto stored = held.find(column);
    if (stored.empty()) {
      request_.checks.push_back({column, number});
    } else {
      numbers.push_back(number);
      from.push_back(stored.data());
    }
  }
  std::vector<double> products(from.size());
  double* out = products.data();
  const float* direction = residual_float_.data();
  sweep({.columns = from.data(),
         .length = data_.subjects(),
         .count = size_of(from),
         .directions = &direction,
         .number = 1,
         .out = &out});
  take_products(numbers, from, products);
}

// Of many, most are surely under the limit.
void PathFitter::take_products(std::span<const Index> numbers,
                               std::span<const float* const> columns,
                               std::span<const double> products) {
  const std::size_t subjects = at(data_.subjects());
  if (!groups_.empty()) {
    for (std::size_t place = 0; place < numbers.size(); ++place) {
      take_product(numbers[place], {columns[place], subjects}, products[place]);
    }
    return;
  }
  const float *centre = norms_.centre.data(), *inverse_scale = norms_.inverse_scale.data(),
              *uncentred = norms_.uncentred.data();
  std::vector<std::size_t> left;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    const Index marker = checks_[at(numbers[place])];
    const double centred =
        std::fabs(products[place] - static_cast<double>(centre[marker]) * residual_sum_) *
        static_cast<double>(inverse_scale[marker]);
    const double most = centred + static_cast<double>(uncentred[marker]) * check_slack_;
    check_bound_[at(numbers[place])] = most;
    if (!(most <= check_limit_ * factor_[at(marker)])) {
      left.push_back(place);
    }
  }
  for (const std::size_t place : left) {
    take_product(numbers[place], {columns[place], subjects}, products[place]);
  }
}

// The residual as a part in the subspace and a rest.
void PathFitter::split_residual() {
  const auto& residual = working_->point().residual;
  const auto subjects = loss_->subjects();
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    residual_[at(subjects[row])] = residual[row];
  }
  split_ = subspace_->split(residual);
  bounds_.move_to(*subspace_, residual, norms_);
}

// Of markers outside the working set.
MarkerBounds::Question PathFitter::question(double limit) const {
  return {.subspace = *subspace_,
          .split = split_,
          .norms = norms_,
          .limit = limit,
          .factor = marker_factor_,
          .skip = in_working_set_};
}

// Columns whose gradients are to be computed; nothing where they are surely more than `most`, which are not listed.
std::optional<std::vector<Index>>
PathFitter::open_columns(double limit, double slack, double most) {
  if (!groups_.empty()) {
    return ask_about_groups(limit, slack);
  }
  if (!penalty_.lower.empty() || !penalty_.upper.empty()) {
    return movable(bounds_.undecided(question(limit)), limit, split_.rest_norm, slack);
  }
  return bounds_.undecided(question(limit), most, working_->size());
}

void PathFitter::remember_checks() {
  const Index count = markers();
  for (Index number = 0; number < size_of(checks_) && groups_.empty(); ++number) {
    if (checks_[at(number)] < count) {
      bounds_.set(checks_[at(number)], check_bound_[at(number)], norms_);
    }
  }
}

// Those that are not held at zero by a limit on the side to which they are pulled.
std::vector<Index> PathFitter::movable(std::vector<Index> markers,
                                       double limit,
                                       double rest_norm,
                                       double slack) const {
  const auto held_above = [&](Index marker) {
    return !penalty_.upper.empty() && penalty_.upper[at(marker)] == 0.0;
  };
  const auto held_below = [&](Index marker) {
    return !penalty_.lower.empty() && penalty_.lower[at(marker)] == 0.0;
  };
  if (penalty_.lower.empty() && penalty_.upper.empty()) {
    return markers;
  }
  std::erase_if(markers, [&](Index marker) {
    const double pull = static_cast<double>(bounds_.combined()[at(marker)]);
    const double width = 1.0001 * (static_cast<double>(norms_.norm[at(marker)]) * rest_norm +
                                   static_cast<double>(norms_.uncentred[at(marker)]) * slack);
    const double threshold = 0.999999 * limit * factor_[at(marker)];
    const bool rests_above = held_above(marker) || pull + width <= threshold;
    const bool rests_below = held_below(marker) || width - pull <= threshold;
    return (held_above(marker) || held_below(marker)) && rests_above && rests_below;
  });
  return markers;
}

} // namespace vigil::penalized
