// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/step_down.hpp"

#include <algorithm>

namespace vigil::select {

namespace {

constexpr double near = 1e-6;

} // namespace

StepDown::StepDown(std::span<const double> falling, Index draws)
    : falling_(falling), draws_(draws), adjusted_(falling.size(), 1.0) {
  VIGIL_EXPECTS(draws >= 1);
}

bool StepDown::done() const noexcept {
  return first_ == size_of(falling_) || reached_ >= 1.0;
}

void StepDown::add_draws(std::span<const float> drawn, std::span<float> below) {
  const Index draws = size_of(below), tests = size_of(drawn) / draws;
  VIGIL_EXPECTS(size_of(drawn) == tests * draws && first_ + tests <= size_of(falling_));
  counts_.resize(at(tests), 0);
  for (Index end = tests; end > 0;) { // tests of equal |z| together
    Index begin = end;
    const double observed = falling_[at(first_ + end - 1)];
    for (; begin > 0 && falling_[at(first_ + begin - 1)] == observed; --begin) {
      const auto own = drawn.subspan(at((begin - 1) * draws), at(draws));
      for (Index draw = 0; draw < draws; ++draw) {
        below[at(draw)] = std::max(below[at(draw)], own[at(draw)]);
      }
    }
    const double enough = observed * (1.0 - near);
    const Index count = std::count_if(below.begin(), below.end(), [&](float largest) {
      return static_cast<double>(largest) >= enough;
    });
    for (Index test = begin; test < end; ++test) {
      counts_[at(test)] += count;
    }
    end = begin;
  }
}

void StepDown::next_window() {
  VIGIL_EXPECTS(!counts_.empty());
  for (const Index count : counts_) {
    reached_ = std::max(reached_, static_cast<double>(1 + count) / static_cast<double>(1 + draws_));
    adjusted_[at(first_++)] = reached_;
  }
  counts_.clear();
}

} // namespace vigil::select
