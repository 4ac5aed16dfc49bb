// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/split_rules.hpp"

#include <span>
#include <string_view>

namespace vigil::forest {

/// A split rule for values, and for which of them it is.
struct ValueRule {
  SplitRule rule;
  bool continuous = true, binary = true;
};

/// All of them; the first that fits an outcome is its default.
///
/// With M_i = y_i - mean of the node (of its stratum), U = sum_L u_i M_i and N copies of equal weight,
///
///   U^2 / V_perm = (N - 1) (sum of squares between the sides) / (sum of squares of the node)
///
/// so that the cut of largest U^2 / V_perm is that of largest decrease of the squares, and for 0 and 1 of the Gini
/// impurity: N times the decrease of the variance, or half of that of 2 p (1 - p).
///
/// source  Breiman, Friedman, Olshen, Stone 1984; Hothorn, Hornik, Zeileis 2006; checked by
///         tests/unit/forest/value_node_test
[[nodiscard]] std::span<const ValueRule> value_rule_table() noexcept;

/// By name; empty: the default. Throws ConfigError with the names that fit.
[[nodiscard]] const SplitRule& find_value_rule(std::string_view name, bool binary);

} // namespace vigil::forest
