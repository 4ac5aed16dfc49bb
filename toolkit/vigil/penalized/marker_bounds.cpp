// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_bounds.hpp"

#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr double rounded_up = 1.0001;
// A bound is rounded when it is set, with norm L, and when it is used: four roundings of 2^-24 of their sum.
constexpr double raised = 1.000001, lengthened = 1.000001, shortened = 0.9999999;
// What is pointed at is a guess: few columns go along with as much as half of the way.
constexpr double likely_share = 0.5;
constexpr double longest = 4.0; // in lengths of the residual
constexpr float infinite = std::numeric_limits<float>::infinity();

Index count_bits(std::span<const std::uint16_t> lists) {
  Index count = 0;
  for (const std::uint16_t bits : lists) {
    count += std::popcount(bits);
  }
  return count;
}

bool none_of_four(const std::uint16_t* bits) {
  std::uint64_t four = 0;
  std::memcpy(&four, bits, sizeof four);
  return four == 0;
}

} // namespace

MarkerBounds::MarkerBounds(Index markers, bool hold)
    : hold_(hold), held_(at(hold ? markers : 0), infinite),
      sixteen_(at((markers + sweep_lanes - 1) / sweep_lanes)), over_(sixteen_.size()),
      pointed_(sixteen_.size()) {
  combined_.resize(sixteen_.size() * at(sweep_lanes));
  computed_.resize(combined_.size());
}

void MarkerBounds::move_to(const ResidualSubspace& subspace,
                           std::span<const double> residual,
                           const MarkerNorms& norms) {
  if (!hold_) {
    return;
  }
  double moved = 0.0;
  if (!residual_.empty()) {
    std::vector<double> change(residual.begin(), residual.end());
    for (std::size_t row = 0; row < change.size(); ++row) {
      change[row] -= residual_[row];
    }
    moved = rounded_up * subspace.norm(change);
  }
  residual_.assign(residual.begin(), residual.end());
  length_ += moved;
  if (!std::isfinite(length_)) {
    std::fill(held_.begin(), held_.end(), infinite);
    length_ = 0.0;
  } else if (length_ > longest * subspace.norm(residual)) {
    const auto whole = static_cast<float>(lengthened * length_);
    for (std::size_t marker = 0; marker < held_.size(); ++marker) {
      const float carried = std::fma(whole, norms.norm[marker], held_[marker]);
      held_[marker] = static_cast<float>(raised) * carried;
    }
    length_ = 0.0;
  }
}

void MarkerBounds::set(Index marker, double bound, const MarkerNorms& norms) {
  held_[at(marker)] = std::fma(-static_cast<float>(shortened * length_),
                               norms.norm[at(marker)],
                               static_cast<float>(raised * bound));
}

// The markers whose bit is set, of the first `count` sixteens listed.
std::vector<Index> MarkerBounds::listed(std::span<const std::uint16_t> bits,
                                        Index count,
                                        std::span<const std::uint8_t> skip) {
  std::vector<Index> result;
  result.reserve(at(count_bits(bits.first(at(count)))));
  constexpr Index four = 4; // sixteens, most of which have no marker
  for (Index place = 0; place < count; ++place) {
    while (place + four <= count && none_of_four(bits.data() + place)) {
      place += four;
    }
    if (place == count) {
      break;
    }
    for (unsigned left = bits[at(place)]; left != 0; left &= left - 1) {
      const Index lane = std::countr_zero(left), first = sweep_lanes * sixteen_[at(place)];
      const Index marker = first + lane;
      if (skip[at(marker)] == 0) {
        combined_[at(marker)] = computed_[at(place * sweep_lanes + lane)];
        result.push_back(marker);
      }
    }
  }
  return result;
}

// How many sixteens are listed.
Index MarkerBounds::answer(const Question& question,
                           bool use_held,
                           std::span<float> combined,
                           double share) {
  std::vector<const float*> products;
  for (Index k = 0; k < question.subspace.directions(); ++k) {
    products.push_back(question.subspace.products(k).data());
  }
  return bound({.products = products.data(),
                .part = question.split.part.data(),
                .number = size_of(products),
                .count = size_of(question.factor),
                .norm = question.norms.norm.data(),
                .uncentred = question.norms.uncentred.data(),
                .factor = question.factor.data(),
                .same = question.norms.same,
                .rest = static_cast<float>(rounded_up * question.split.rest_norm),
                .slack = static_cast<float>(rounded_up * question.subspace.slack(question.split)),
                .limit = static_cast<float>(0.999999 * question.limit),
                .moved = static_cast<float>(share * lengthened * length_),
                .raise = static_cast<float>(raised),
                .settled = static_cast<float>(shortened * length_),
                .held = use_held ? held_.data() : nullptr,
                .combined = combined.data(),
                .sixteen = sixteen_.data(),
                .over = over_.data(),
                .pointed = pointed_.data()});
}

std::vector<Index> MarkerBounds::undecided(const Question& question) {
  const Index count = answer(question, hold_, computed_);
  return listed(over_, count, question.skip);
}

std::optional<std::vector<Index>>
MarkerBounds::undecided(const Question& question, double most, Index skipped) {
  const Index count = answer(question, hold_, computed_);
  const Index open = count_bits(std::span(over_).first(at(count)));
  if (static_cast<double>(open - skipped) > most) {
    return std::nullopt;
  }
  return listed(over_, count, question.skip);
}

std::vector<Index> MarkerBounds::pointed(const Question& question) {
  const Index count = answer(question, hold_, computed_, likely_share);
  return listed(pointed_, count, question.skip);
}

std::span<const float> MarkerBounds::combine_all(const Question& question) {
  answer(question, false, combined_);
  return std::span(combined_).first(question.factor.size());
}

} // namespace vigil::penalized
