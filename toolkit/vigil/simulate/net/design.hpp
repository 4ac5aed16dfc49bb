// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/simulate/net/constants.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::simulate::net {

inline constexpr Index block_width = 50; ///< features of one molecular block

/// A change of constants by name, one or three numbers.
struct Change {
  std::string_view name;
  std::vector<double> values;
};

/// A named situation: other constants, and other numbers of subjects and features where they are not stated.
struct Scenario {
  std::string_view name, meaning;
  std::vector<Change> changes = {};
  Index subjects = 1500, features = 20000;
  std::string_view to_state =
      {}; ///< constant without an anchor, to be stated above 0 and at most 1
};
[[nodiscard]] std::span<const Scenario> scenarios();
/// Throws ConfigError with the nearest name.
[[nodiscard]] const Scenario& find_scenario(const std::string& name);

/// How clearly the molecular matrix shows the two axes: faint, default or strong.
struct Preset {
  std::string_view name, meaning;
  std::vector<Change> changes = {};
};
[[nodiscard]] std::span<const Preset> presets();
[[nodiscard]] const Preset& find_preset(const std::string& name);

/// The scale of the molecular features: x itself, methylation-like 1 / (1 + e^-x), or counts of mean e^(x + 3).
enum class MolecularScale { continuous, methylation, counts };

/// What to simulate. Patient i depends on the seed, the constants and the number of centres alone.
struct Design {
  Index subjects = 1500, features = 20000, centres = 27;
  std::uint64_t seed = 1;
  std::string scenario = "default", preset = "default";
  Constants constants =
      default_constants(); ///< as changed by preset, scenario and user, in this order
  MolecularScale scale = MolecularScale::continuous;
  bool visits = false;                                       ///< events are seen at imaging visits
  bool alterations = false;                                  ///< MEN1, DAXX/ATRX, CDKN2A as columns
  std::vector<double> horizons = {60.0, 96.0, 120.0, 180.0}; ///< of the truth, in months, ascending
  Index replicates = 1500;     ///< least number of draws of a patient's future; even
  double truth_error = 0.0125; ///< largest SE of a difference in QALY that is smaller than 0.1
};

using Setting = std::pair<std::string, std::vector<double>>;

/// Constants of a preset and a scenario with the user's settings on top. Throws ConfigError.
[[nodiscard]] Constants resolved_constants(const Scenario& scenario,
                                           const Preset& preset,
                                           const std::vector<Setting>& settings);

/// Throws ConfigError for what cannot be simulated; names are those of the command line.
void check(const Design& design);

} // namespace vigil::simulate::net
