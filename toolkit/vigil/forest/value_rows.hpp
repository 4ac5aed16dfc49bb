// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_rows.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

namespace vigil::forest {

/// Values of an outcome as numbers from 0 to 1, which leaves and votes hold: (value - origin) / 2^exponent.
struct ValueScale {
  double origin = 0.0; ///< the smallest value
  int exponent = 0;    ///< the least with values up to 1

  /// Of 0 and 1 they are the values themselves. values: finite; in any number.
  [[nodiscard]] static ValueScale of(std::span<const double> values);
  // every number is divided first: differences may be larger than the largest double
  [[nodiscard]] double standard(double value) const {
    return std::ldexp(value, -exponent) - std::ldexp(origin, -exponent);
  }
  [[nodiscard]] double real(double standard) const {
    return std::ldexp(std::ldexp(origin, -exponent) + standard, exponent);
  }
  /// A squared difference of standard values, in the outcome's own unit.
  [[nodiscard]] double real_square(double square) const { return std::ldexp(square, 2 * exponent); }
};

/// A weighted mean, exact where all values are equal, and never beyond the values.
class ValueMean {
public:
  void add(double value, double weight) {
    first_ = weight_ == 0.0 ? value : first_;
    lowest_ = weight_ == 0.0 ? value : std::min(lowest_, value);
    highest_ = weight_ == 0.0 ? value : std::max(highest_, value);
    weight_ += weight;
    sum_ += weight * (value - first_);
  }
  /// Of at least one value of positive weight.
  [[nodiscard]] double mean() const {
    return std::clamp(first_ + sum_ / weight_, lowest_, highest_);
  }

private:
  double first_ = 0.0, lowest_ = 0.0, highest_ = 0.0, sum_ = 0.0, weight_ = 0.0;
};

/// The outcome of a forest of values: gaussian or binomial.
struct ValueOutcome {
  std::vector<double> value; ///< by subject; 0 and 1 of binary ones
  bool binary = false;
};

/// Throws ConfigError naming the learner for a family that has no such forest.
[[nodiscard]] ValueOutcome value_outcome(const Outcome& outcome, std::string_view learner);

/// Cases before controls: an order by time in which Harrell's concordance is the area under the ROC curve. Who has the
/// value 1 has the event at time 1, everybody else is censored at 2.
[[nodiscard]] SurvivalOutcome cases_first(const ValueOutcome& outcome);

/// The subjects of positive weight with their standard values (SurvivalRows::value), without event times.
///
/// order   binary outcomes: that of cases_first; others: by value, then by subject
/// checked by tests/unit/forest/value_node_test
[[nodiscard]] SurvivalRows value_rows(const ValueOutcome& outcome,
                                      const ValueScale& scale,
                                      const CaseWeights& weights,
                                      std::span<const Index> stratum = {});

/// Weighted mean of the standard values of some rows, each by its copies and its sampling weight.
[[nodiscard]] double mean_value(const SurvivalRows& all,
                                std::span<const std::uint32_t> copies,
                                std::span<const std::uint32_t> rows);

} // namespace vigil::forest
