// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/stability_bounds.hpp"

#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double share(const SelectionDesign& design) {
  return static_cast<double>(design.least) / static_cast<double>(2 * design.pairs);
}

double theta(const SelectionDesign& design) {
  return static_cast<double>(design.per_half) / static_cast<double>(design.candidates);
}

void expect_design(const SelectionDesign& design) {
  VIGIL_EXPECTS(design.candidates >= 1 && design.per_half >= 1 &&
                design.per_half <= design.candidates && design.pairs >= 1 && design.least >= 1 &&
                design.least <= 2 * design.pairs);
}

struct Tail {
  double mean, upper;
};

/// Mean and P(i >= least) of f(i) proportional to (1 + i / a)^-power on 0 .. last.
Tail falling_tail(double a, Index last, Index least, int power) {
  double total = 0.0, moment = 0.0, upper = 0.0;
  for (Index i = 0; i <= last; ++i) {
    const double place = static_cast<double>(i), base = 1.0 / (1.0 + place / a);
    double mass = base;
    for (int factor = 1; factor < power; ++factor) {
      mass *= base;
    }
    total += mass;
    moment += place * mass;
    upper += i >= least ? mass : 0.0;
  }
  return {moment / total, upper / total};
}

} // namespace

Index least_selections(double threshold, Index pairs) {
  VIGIL_EXPECTS(threshold > 0.0 && threshold <= 1.0 && pairs >= 1);
  constexpr double slack = 1e-9;
  const auto least =
      static_cast<Index>(std::ceil(threshold * static_cast<double>(2 * pairs) - slack));
  return std::max<Index>(1, least);
}

ErrorBound meinshausen_buehlmann_bound(const SelectionDesign& design) {
  expect_design(design);
  if (design.least <= design.pairs) {
    return {not_a_number, "the threshold is not above 1/2"};
  }
  const double q = static_cast<double>(design.per_half), p = static_cast<double>(design.candidates);
  return {q * q / ((2.0 * share(design) - 1.0) * p), {}};
}

ErrorBound unimodal_bound(const SelectionDesign& design) {
  expect_design(design);
  const double pi = share(design), t = theta(design),
               step = 0.5 / static_cast<double>(design.pairs);
  if (design.least < design.pairs + 2) {
    return {not_a_number, "the threshold is below 1/2 + 1/pairs"};
  }
  if (3.0 * t * t > 1.0) {
    return {not_a_number, "a half sample may select more than 0.577 of the candidates"};
  }
  if (pi <= 0.5 + std::min(t * t, step + 0.75 * t * t)) {
    return {not_a_number, "the threshold is too low for this share of candidates per half sample"};
  }
  const double factor = 4 * design.least <= 6 * design.pairs
                            ? 0.5 / (2.0 * pi - 1.0 - step)
                            : 4.0 * (1.0 - pi + step) / (1.0 + 2.0 * step);
  return {static_cast<double>(design.per_half) * t * factor, {}};
}

double r_concave_tail(double mean, Index least, Index steps, int power) {
  VIGIL_EXPECTS(mean > 0.0 && least <= steps && power >= 1);
  const double wanted = mean * static_cast<double>(steps);
  if (least <= 0 || wanted >= 0.5 * static_cast<double>(least)) {
    return not_a_number;
  }
  double largest = 0.0;
  for (Index last = least; last <= steps; ++last) {
    double low = -70.0, high = 40.0; // log a; the mean rises with it, from 0 to last / 2
    while (high - low > 1e-14 * std::max(1.0, std::fabs(low))) {
      const double middle = 0.5 * (low + high);
      if (middle <= low || middle >= high) {
        break;
      }
      (falling_tail(std::exp(middle), last, least, power).mean < wanted ? low : high) = middle;
    }
    largest = std::max(largest, falling_tail(std::exp(low), last, least, power).upper);
  }
  return largest;
}

ErrorBound r_concave_bound(const SelectionDesign& design) {
  expect_design(design);
  const double t = theta(design);
  const double twice = r_concave_tail(t * t, design.least - design.pairs, design.pairs, 2);
  const double once = r_concave_tail(t, design.least, 2 * design.pairs, 4);
  const double smallest = std::fmin(twice, once); // of a NaN and a number: the number
  if (!(smallest >= 0.0)) {
    return {not_a_number, "a half sample may select too large a share of the candidates"};
  }
  return {static_cast<double>(design.candidates) * smallest, {}};
}

ErrorBounds error_bounds(const SelectionDesign& design) {
  return {.mb = meinshausen_buehlmann_bound(design),
          .unimodal = unimodal_bound(design),
          .r_concave = r_concave_bound(design)};
}

} // namespace vigil::select
