// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/marker_bounds.hpp"

#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr double rounded_up = 1.0001;
// A bound is rounded when it is set, with norm L, and when it is used: four roundings of 2^-24 of their sum.
constexpr double raised = 1.000001, lengthened = 1.000001, shortened = 0.9999999;
constexpr double longest = 4.0; // in lengths of the residual
constexpr float infinite = std::numeric_limits<float>::infinity();

std::vector<Index> listed(std::span<const std::uint16_t> bits, std::span<const std::uint8_t> skip) {
  std::vector<Index> result;
  for (Index sixteen = 0; sixteen < size_of(bits); ++sixteen) {
    for (unsigned left = bits[at(sixteen)]; left != 0; left &= left - 1) {
      const Index marker = sixteen * sweep_lanes + std::countr_zero(left);
      if (skip[at(marker)] == 0) {
        result.push_back(marker);
      }
    }
  }
  return result;
}

} // namespace

MarkerBounds::MarkerBounds(Index markers, bool hold)
    : hold_(hold), held_(at(hold ? markers : 0), infinite), combined_(at(markers)),
      over_(at((markers + sweep_lanes - 1) / sweep_lanes)), pointed_(over_.size()) {}

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

void MarkerBounds::answer(const Question& question, bool use_held) {
  std::vector<const float*> products;
  for (Index k = 0; k < question.subspace.directions(); ++k) {
    products.push_back(question.subspace.products(k).data());
  }
  bound({.products = products.data(),
         .part = question.split.part.data(),
         .number = size_of(products),
         .count = size_of(combined_),
         .norm = question.norms.norm.data(),
         .uncentred = question.norms.uncentred.data(),
         .factor = question.factor.data(),
         .rest = static_cast<float>(rounded_up * question.split.rest_norm),
         .slack = static_cast<float>(rounded_up * question.subspace.slack(question.split)),
         .limit = static_cast<float>(0.999999 * question.limit),
         .moved = static_cast<float>(lengthened * length_),
         .raise = static_cast<float>(raised),
         .settled = static_cast<float>(shortened * length_),
         .held = use_held ? held_.data() : nullptr,
         .combined = combined_.data(),
         .over = over_.data(),
         .pointed = pointed_.data()});
}

std::vector<Index> MarkerBounds::undecided(const Question& question) {
  answer(question, hold_);
  return listed(over_, question.skip);
}

std::vector<Index> MarkerBounds::pointed(const Question& question) {
  answer(question, hold_);
  return listed(pointed_, question.skip);
}

std::span<const float> MarkerBounds::combine_all(const Question& question) {
  answer(question, false);
  return combined_;
}

} // namespace vigil::penalized
