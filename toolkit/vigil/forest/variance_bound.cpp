// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/variance_bound.hpp"

#include "vigil/numeric/instruction_set.hpp"

#include <algorithm>
#include <limits>

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
  terms_.resize(weights.size());
  std::fill_n(kernel_, time_blocks, 0.0F);
  double linear = 0.0, inside = 0.0, total = 0.0;
  score_ = 0;
  BlockRow state;
  std::size_t place = 0;
  const auto fill = [&](std::size_t end) {
    for (; place < end; ++place) {
      const double weight = weights[place];
      state.weight = static_cast<float>(weight);
      state.part = state.passed < state.reached ? static_cast<float>(weight * inside) : 0.0F;
      rows_[place] = state;
      terms_[place] = {.score = node.sums()[place].score, .linear = weight * linear};
      total += terms_[place].linear;
      score_ += terms_[place].score;
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
  unit_ = node.numerator(1);
  constexpr double lost = 1e-9;
  rounding_ = lost * total;
}

template <class ScanKernel>
void VarianceBound::bound_halves(std::span<const std::uint32_t> places,
                                 std::size_t each,
                                 const ScanKernel& scan) {
  const std::size_t half = places.size() / 2;
  for (const bool right : {false, true}) {
    auto& quadratic = halves_[right ? 1 : 0].quadratic;
    const std::size_t count = right ? places.size() - 1 - half : half;
    quadratic.resize(count / each + time_blocks);
    scan({.rows = rows_.data(),
          .kernel = kernel_,
          .places = right ? &places.back() : &places.front(),
          .step = right ? -1 : 1,
          .count = count,
          .bound = quadratic.data()});
  }
}

namespace {

const VarianceKernel& variance_kernel_here() {
  return choose_kernel(variance_avx512, variance_avx2, variance_avx2);
}

/// What rounding can make of Q in float, from one to it and more.
double loose(std::size_t rows) {
  return 1.0 + 1.25 * (2.0 * static_cast<double>(rows) + 12.0) * 0x1p-24;
}

} // namespace

void VarianceBound::scan(std::span<const std::uint32_t> places, std::vector<double>& lower) {
  const std::size_t rows = places.size(), half = rows / 2, rest = rows - 1 - half;
  bound_halves(places, 1, variance_kernel_here().scan);
  const double factor = loose(rows);
  const auto lower_of = [&](double linear, float quadratic) {
    return design_ * (linear - factor * static_cast<double>(quadratic) - rounding_);
  };
  const auto &left = halves_[0].quadratic, &right = halves_[1].quadratic;
  lower.resize(rows - 1);
  double from_left = 0.0, from_right = 0.0; // two sums at once: one waits for itself
  for (std::size_t number = 0; number < rest; ++number) {
    from_left += terms_[places[number]].linear;
    from_right += terms_[places[rows - 1 - number]].linear;
    lower[number] = lower_of(from_left, left[number]);
    lower[rows - 2 - number] = lower_of(from_right, right[number]);
  }
  if (rest < half) {
    from_left += terms_[places[rest]].linear;
    lower[rest] = lower_of(from_left, left[rest]);
  }
}

void VarianceBound::sum_halves(std::span<const std::uint32_t> places) {
  const std::size_t half = places.size() / 2; // the right one may have one less
  for (Half& side : halves_) {
    side.score.resize(half + rows_of_coarse_bound);
    side.linear.resize(half + rows_of_coarse_bound);
  }
  Half &left = halves_[0], &right = halves_[1];
  std::int64_t score = 0, score_before = score_;
  double from_left = 0.0, from_right = 0.0;
  for (std::size_t number = 0; number < half; ++number) {
    const Terms &one = terms_[places[number]], &other = terms_[places[places.size() - 1 - number]];
    left.score[number] = static_cast<double>(score += one.score);
    left.linear[number] = from_left += one.linear;
    right.score[number] = static_cast<double>(score_before -= other.score);
    right.linear[number] = from_right += other.linear;
  }
}

bool VarianceBound::Half::any_above(
    double scale, double factor, double rounding, std::size_t first, std::size_t count) {
  constexpr std::size_t each = rows_of_coarse_bound;
  const std::size_t end = (count + each - 1) / each * each;
  const auto leave_out = [&](std::size_t from, std::size_t to) {
    for (std::size_t cut = from; cut < to; ++cut) {
      score[cut] = 0.0;
      linear[cut] = std::numeric_limits<double>::infinity();
    }
  };
  leave_out(0, std::min(first, count));
  leave_out(count, end);
  std::int64_t above = 0; // no branch: registers of cuts
  for (std::size_t start = 0; start < end; start += each) {
    const double lost = factor * static_cast<double>(quadratic[start / each]) + rounding;
    for (std::size_t cut = start; cut < start + each; ++cut) {
      above += score[cut] * score[cut] * scale > linear[cut] - lost ? 1 : 0;
    }
  }
  return above > 0;
}

bool VarianceBound::any_above(double gain,
                              std::span<const std::uint32_t> places,
                              std::size_t fewest) {
  const std::size_t rows = places.size(), half = rows / 2, rest = rows - 1 - half;
  bound_halves(places, rows_of_coarse_bound, variance_kernel_here().scan_coarsely);
  sum_halves(places);
  // (score x unit)^2 / (design x lower) > gain, on the safe side of rounding; infinite where gain is 0
  const double scale = unit_ * unit_ * (1.0 + 0x1p-46) / (gain * design_), factor = loose(rows);
  return halves_[0].any_above(scale, factor, rounding_, fewest - 1, half) ||
         halves_[1].any_above(scale, factor, rounding_, fewest - 1, rest);
}

} // namespace vigil::forest
