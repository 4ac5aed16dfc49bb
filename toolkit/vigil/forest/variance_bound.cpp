// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/variance_bound.hpp"

#include "vigil/numeric/instruction_set.hpp"

#include <algorithm>

namespace vigil::forest {

// One for each event time where these are few.
void VarianceBound::take_blocks(std::span<const SurvivalNode::EventTime> events) {
  block_.clear();
  Index block = 0;
  for (const auto& time : events) {
    if (size_of(events) <= time_blocks) {
      block_.push_back(size_of(block_));
      continue;
    }
    const auto share = [&] {
      const double root = 1.0 - static_cast<double>(block + 1) / time_blocks;
      return root * root * root;
    };
    while (time.at_risk <= share() * events.front().at_risk) {
      ++block;
    }
    block_.push_back(block);
  }
}

void VarianceBound::look_at(const SurvivalNode& node) {
  const auto events = node.events();
  const auto weights = node.weights();
  take_blocks(events);
  rows_.resize(weights.size());
  linear_.resize(weights.size());
  std::fill_n(kernel_, time_blocks, 0.0F);
  double linear = 0.0, inside = 0.0, total = 0.0;
  BlockRow state;
  std::size_t place = 0;
  const auto fill = [&](std::size_t end) {
    for (; place < end; ++place) {
      const double weight = weights[place];
      state.weight = static_cast<float>(weight);
      state.part = state.passed < state.reached ? static_cast<float>(weight * inside) : 0.0F;
      rows_[place] = state;
      linear_[place] = weight * linear;
      total += linear_[place];
    }
  };
  for (std::size_t number = 0; number < events.size(); ++number) {
    const auto& time = events[number];
    fill(at(time.first));
    const Index block = block_[number];
    const bool opens = number == 0 || block_[number - 1] != block;
    const bool closes = number + 1 == events.size() || block_[number + 1] != block;
    inside = (opens ? 0.0 : inside) + time.factor;
    linear += time.factor * time.at_risk;
    state.reached = static_cast<std::int32_t>(block + 1);
    state.passed = static_cast<std::int32_t>(closes ? block + 1 : block);
    if (closes) {
      kernel_[block] = static_cast<float>(inside);
    }
  }
  fill(weights.size());
  design_ = node.design();
  constexpr double lost = 1e-9;
  rounding_ = lost * total;
}

void VarianceBound::scan(std::span<const std::uint32_t> places, std::vector<double>& lower) {
  const std::size_t rows = places.size(), half = rows / 2, rest = rows - 1 - half;
  const auto& kernel = choose_kernel(variance_avx512, variance_avx2, variance_avx2);
  lower.resize(rows - 1);
  quadratic_.resize(rows + time_blocks);
  const double loose = 1.0 + 1.25 * (2.0 * static_cast<double>(rows) + 12.0) * 0x1p-24;
  const auto lower_of = [&](double linear, float quadratic) {
    return design_ * (linear - loose * static_cast<double>(quadratic) - rounding_);
  };
  VarianceTask task{.rows = rows_.data(),
                    .kernel = kernel_,
                    .places = places.data(),
                    .step = 1,
                    .count = half,
                    .bound = quadratic_.data()};
  kernel.scan(task);
  double linear = 0.0;
  for (std::size_t number = 0; number < half; ++number) {
    linear += linear_[places[number]];
    lower[number] = lower_of(linear, quadratic_[number]);
  }
  task.places = places.data() + rows - 1;
  task.step = -1;
  task.count = rest;
  kernel.scan(task);
  linear = 0.0;
  for (std::size_t number = 0; number < rest; ++number) {
    linear += linear_[places[rows - 1 - number]];
    lower[rows - 2 - number] = lower_of(linear, quadratic_[number]);
  }
}

} // namespace vigil::forest
