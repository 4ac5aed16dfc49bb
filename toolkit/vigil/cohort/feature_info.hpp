// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// When a value becomes known, in the order of a patient's way; a later value may not enter an earlier decision.
enum class KnownAt { baseline, imaging, biopsy, operative, pathology, followup };

[[nodiscard]] std::string_view name_of(KnownAt moment) noexcept;
[[nodiscard]] std::optional<KnownAt> parse_known_at(std::string_view text) noexcept;

/// What a column is. A stored marker is float(value - offset); a clinical column is stored as it is.
struct FeatureInfo {
  std::string name;
  std::string unit = "1"; ///< "1" when it has none
  double offset = 0.0;
  std::string source = {}; ///< column it was made from (an indicator), else empty: itself
  std::optional<KnownAt> known_at = {}; ///< nothing: undeclared, treated as biopsy and said so
  bool marker = true;                   ///< else a clinical column
  bool penalized = true;                ///< clinical columns are unpenalized unless asked
  /// Of an indicator: the levels of its source, the reference first, and the number of the one that it is 1 for.
  std::shared_ptr<const std::vector<std::string>> levels = {};
  Index level = 0;
  std::optional<double> cut = {}; ///< of an indicator of values above a cut of its source

  /// The column of the input that this one stands for.
  [[nodiscard]] const std::string& source_column() const noexcept {
    return source.empty() ? name : source;
  }
};

} // namespace vigil
